"""The runner's shell runs a cell that is Python as it stands just as IPython would."""

import json
import subprocess
import sys

import pytest

from autograder import NOTEBOOKS, ROOT
from autograder.judge.session import ENVIRONMENT

# Every notebook runs twice in a child of its own: as cells are graded, and all the way of IPython.
BOTH = """
import json, os, sys, traceback
sys.path[:0] = sys.argv[1:]
from shell import Shell
shell = Shell.warm()
ways = []

def lived(cells):
    shell.open(1 << 20)
    outputs = [shell.run(cell) for cell in cells]
    names = shell.user_ns
    history = {name: repr(names[name]) for name in names if name.startswith("_i")}
    kept = [repr(names.get(name)) for name in ("In", "Out", "_")]
    return outputs, kept, sorted(names), history

def in_a_child(cells, by_ipython):
    reader, writer = os.pipe()
    if os.fork() == 0:
        run = shell._run_python
        shell._run_python = lambda cell: not by_ipython and run(cell) and not ways.append(cell)
        try:
            os.write(writer, json.dumps([lived(cells), len(ways)]).encode())
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader) as told:
        return json.loads(told.read())

notebooks = json.load(sys.stdin)
both = [[in_a_child(cells, way) for way in (False, True)] for cells in notebooks]
print(json.dumps(both), file=sys.__stdout__, flush=True)
"""

PLAIN = {
    "names": ["x = 1", "x", "_ + 1", "_, __, _2, Out[2], In[1], _i, _ii, _i1"],
    "several results": ["1\n2\n3", "x = 5\nx", "x;", "if x:\n    x", "x\ny = x"],
    "definitions": ["# two\ndef f(a):\n    return a / 0\n\n\nclass A:\n    b = 1", "f(1)", "A.b"],
    "one statement": [
        "# one\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    x = __doc__\nelse:\n    y = 2\n",
        "def f():\n    '''a\nclass\n'''\n    return 1\nf()",
        "class A:\n    '''A word.'''\n    def f(self): return 1 / 0\n\n    A = f(3)",
        "def f(a=x): '''\n  b'''; c = a; return c\n\ndef g(): pass\n\x0cprint(1)\r\nprint(f())",
        "try:\n    print(1)\n    return 2\nfinally:\n    print(3)",
        "def f():\n    return 1\nelse:\n    pass",
        "def f():\n    return x\n  f()",
        "try:\n    1\nfinally:\n    2",
        "class",
    ],
    "tracebacks": ["def f(a):\n    return [][a]", "x = 1\n\ny = (\n    f(\n        3\n    )\n)\nx"],
    "chained": [
        "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise ValueError('x') from e"
    ],
    "stopped half-way": ["print(1)\nx = y\nprint(2)", "x"],
    "broken": ["def f(:\n    pass", "  x = 1", "x = 1\n  y = 2", "x = '", "1 +", "\x00", "x = \\"],
    "odd but parsed": ["print(1)\nreturn 2", "print(2)\nbreak", "yield 1", "print(3)\nnonlocal x"],
    "warnings": ["import warnings\nfor _ in range(2):\n    warnings.warn('careful')"] * 2,
    "leaving": [
        "exit",
        "quit()",
        "raise SystemExit(3)",
        "raise KeyboardInterrupt",
        "x = 1\nexit()",
    ],
    "future": ["from __future__ import annotations\nx: missing = 1", "y: missing = 2", "x + y"],
    "text": [
        '"""A word."""\nx = __doc__',
        "x",
        "# only a comment",
        "",
        " ",
        "\n\n",
        "\n\nx = 1\nx",
    ],
    "blank lines": ["def f():\n    a = '''b\n    \n'''\n    \n    return a\n  \nf()", "x = 1\n   "],
    "prompts": [">>> x = 1\n>>> x", "In [1]: x = 1", "x = [1]\n...: x", "x = ...\n...", "a\n..."],
    "magics": [
        "%precision 2",
        "pwd",
        "%%capture\nx = 1\nx",
        "pwd = 3\npwd",
        "!true",
        "x = %pwd",
        "len?",
    ],
    "a magic's name": ["pwd (1)", "def pwd(x):\n    return x", "pwd(2)", "pwd (3)", "print(4)"],
    "settings": [
        "%config InteractiveShell.ast_node_interactivity = 'all'",
        "1\n2\n3",
        "%xmode Plain",
    ],
    "waiting": ["import asyncio\nawait asyncio.sleep(0)\n3", "async def f():\n    return 3", "3"],
    "listeners": [
        "heard = get_ipython().events.register('pre_run_cell', lambda info: print(info.raw_cell))",
        "x = 1\nx",
    ],
    "changed trees": [
        "import ast\n\n\nclass Four(ast.NodeTransformer):\n    def visit_Constant(self, node):\n"
        "        return ast.copy_location(ast.Constant(4), node)\n\n\n"
        "get_ipython().ast_transformers.append(Four())",
        "x = 1\nx",
    ],
    "changed text": [
        "get_ipython().input_transformers_post.append(lambda lines: [*lines, 'print(5)'])",
        "x = 1\nx",
    ],
    "shown": [
        "display(1)\nprint(2)\n3",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint(4)",
    ],
    "traps": [
        "import builtins\nsorted({'exit', 'get_ipython'} & set(dir(builtins)))",
        "get_ipython()",
    ],
    "hooks": ["import sys\nsys.displayhook = print\n5", "5", "sys.excepthook.__name__"],
}


@pytest.fixture(scope="module")
def both():
    command = [sys.executable, "-P", "-c", BOTH, str(ROOT / "autograder/judge/runner")]
    done = subprocess.run(
        [*command, str(NOTEBOOKS)],
        check=False,
        input=json.dumps(list(PLAIN.values())),
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(PLAIN, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", PLAIN)
def test_what_a_cell_leaves_is_what_ipython_leaves(both, name):
    (ours, _), (theirs, _) = both[name]
    assert ours == theirs


def test_python_is_run_without_ipython_and_nothing_else_is(both):
    short = {name: ours for name, ((_, ours), _) in both.items()}
    assert short["definitions"] == 3
    assert short["waiting"] == 1
    assert short["magics"] < len(PLAIN["magics"])
