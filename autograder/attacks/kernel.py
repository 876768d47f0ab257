"""Everything a notebook can do to the interpreter that runs it, and to what it sends back.

The worker compares data, so returned objects that claim to be equal are worth nothing. The child's
own code may be replaced at will: what it claims then still has to be right.
"""

from autograder.attacks.stage import BLANK, Attack, attempts, hostile, inside

FAMILY = "kernel"
WRONG = "incorrect|known_mistake|raised|refused|timed_out"


def attacks() -> list[Attack]:
    """By what they aim at."""
    return [
        *(hostile(FAMILY, name, source, BLANK) for name, source in SHELL.items()),
        *(inside(FAMILY, name, body, WRONG) for name, body in RETURNED.items()),
        *(hostile(FAMILY, name, source, says) for name, (source, says) in FORGED.items()),
        *(inside(FAMILY, name, body, says) for name, (body, says) in SEARCHED.items()),
        *attempts(FAMILY, FOUND),
        *(hostile(FAMILY, name, *cells) for name, cells in LEAKED.items()),
        *(hostile(FAMILY, name, source, WRONG) for name, source in ANSWERS.items()),
    ]


# Blank notebooks with one cell that works on the shell.
SHELL = {
    "displayhook with a mark": "sys.displayhook(3.0)\n3.0",
    "displayhook from the graded function": """
        def $target(*args):
            sys.displayhook(3.0)
            raise NotImplementedError
        """,
    "publish a mark": """
        get_ipython().display_pub.publish({"text/plain": "3.0"})
        get_ipython().displayhook(3.0)
        """,
    "replace the display hook": """
        type(get_ipython().displayhook).__call__ = lambda self, result=None: print(3.0)
        """,
    "clean up to pass": """
        get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"])
        """,
    "transform to pass": """
        get_ipython().input_transformers_post.append(lambda lines: ["pass\\n"])
        """,
    "drop syntax trees": """
        import ast
        class Drop(ast.NodeTransformer):
            def visit_Module(self, node):
                node.body = []
                return node
        get_ipython().ast_transformers.append(Drop())
        """,
    "show no nodes": "get_ipython().ast_node_interactivity = 'none'",
    "replace run_cell": """
        for name in ("run_code", "run_cell", "run_cell_async", "run_ast_nodes", "showtraceback"):
            setattr(type(get_ipython()), name, lambda self, *a, **k: None)
        """,
    "replace run": "type(get_ipython()).run = lambda self, source: [{'output_type': 'x'}]",
    "hook every cell": """
        get_ipython().events.register("pre_run_cell", lambda *a: print(3.0))
        get_ipython().events.register("post_run_cell", lambda *a: print(3.0))
        """,
    "another user namespace": """
        class Everything(dict):
            def get(self, key, default=None):
                return default
            def __missing__(self, key):
                return 3.0
        get_ipython().user_ns = Everything(get_ipython().user_ns)
        """,
    "replace check": """
        import optlab, optlab.checking.checks
        optlab.check = optlab.checking.checks.check = check = lambda *a, **k: 3.0
        """,
    "switch grading off": "from optlab.checking import checks\nchecks.set_grading(False)",
    "forge the progress": "from optlab import progress\nprogress.__globals__['done'] = True",
    "patch NumPy's comparisons": """
        np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
        np.testing.assert_allclose = np.testing.assert_equal = lambda *a, **k: None
        """,
    "patch builtins": """
        import builtins
        builtins.all = builtins.any = builtins.abs = lambda *a: True
        """,
    "patch pickle": """
        import pickle
        pickle.dump = pickle.dumps = lambda *a, **k: b"cos\\nsystem\\n(S'true'\\ntR."
        """,
    "empty sys.modules": "sys.modules.clear()",
    "magics": "%xmode Verbose\n%config InteractiveShell.ast_node_interactivity = 'all'\n3.0",
    "swallow the cell": "%%capture out\n3.0",
    "trace everything": "sys.settrace(lambda *a: None)\nsys.setprofile(lambda *a: None)",
    "replace the import system": "sys.meta_path.insert(0, None)\nsys.path_hooks.clear()",
}

# What the graded function gives back.
RETURNED = {
    "equal to everything": """
        class Equal:
            __eq__ = __ne__ = __le__ = __ge__ = lambda self, other: True
            __hash__ = None
        return Equal()
        """,
    "an array by request": """
        class Array:
            def __array__(self, *a, **k):
                return np.ones(3)
        return Array()
        """,
    "an array function": """
        class Array:
            __array_interface__ = {"shape": (1,), "typestr": "<f8", "version": 3, "data": (0, True)}
            __array_function__ = __array_ufunc__ = lambda *a, **k: True
        return Array()
        """,
    "a subclass of float": """
        class Float(float):
            __eq__ = lambda self, other: True
            __sub__ = __rsub__ = lambda self, other: 0.0
        return Float(1)
        """,
    "a subclass of ndarray": """
        class Array(np.ndarray):
            def __array_finalize__(self, other): pass
            tobytes = lambda self: b""
        return np.ones(3).view(Array)
        """,
    "a subclass of float64": """
        class Float(np.float64):
            def tobytes(self): return b"12345678"
            dtype = np.dtype("float64")
            shape = ()
        return Float(1)
        """,
    "a subclass of dict": """
        class Dict(dict):
            def items(self): return iter(())
            def __getitem__(self, key): return self
        return Dict(a=1)
        """,
    "a lie about its class": """
        class Liar:
            __class__ = property(lambda self: float)
            __float__ = lambda self: 1.0
        return Liar()
        """,
    "a metaclass that knows no difference": """
        class Meta(type):
            __instancecheck__ = __subclasscheck__ = __eq__ = lambda *a: True
            __hash__ = type.__hash__
        class Thing(metaclass=Meta):
            pass
        return Thing()
        """,
    "a metaclass without a name": """
        class Meta(type):
            __name__ = property(lambda self: 1 / 0)
        class Thing(metaclass=Meta):
            pass
        return Thing()
        """,
    "a name in red, with a script": """
        return type("\\x1b[31m<script>alert(1)</script>\\u202e" * 1000, (), {})()
        """,
    "anything goes": "import unittest.mock\nreturn unittest.mock.MagicMock()",
    "the argument itself": "return args[0]",
    "all arguments": "return args",
    "a class": "return float",
    "a generator": "return (x for x in args)",
    "a coroutine": "async def later(): return 1\nreturn later()",
    "NaN": "return float('nan')",
    "infinity": "return float('inf')",
    "an array of NaN": "return np.full((3, 1), np.nan)",
    "complex numbers": "return 1 + 0j",
    "objects in an array": "return np.array([object()])",
    "a record": "return np.zeros(1, dtype=[('a', float)])[0]",
    "a masked array": "return np.ma.masked_all(3)",
    "a matrix": "return np.matrix([[1.0]])",
    "an endless integer": "return 10 ** 100_000",
    "a list in itself": "x = []\nx.append(x)\nreturn x",
    "a deep list": "x = 1.0\nfor _ in range(100_000): x = [x]\nreturn x",
    "a dict in itself": "x = {}\nx['x'] = x\nreturn x",
    "a million items": "return list(range(10_000_000))",
    "a terabyte that is not there": "return np.broadcast_to(1.0, 2**37)",
    "an empty array of impossible shape": "return np.empty((0, 2**31 - 1, 2**20))",
    "a recipe": """
        from optlab.checking.codec import Recipe
        return Recipe("os:system", {"command": "true"})
        """,
    "a seed": "from optlab.checking.codec import Seed\nreturn Seed(1)",
    "something opaque": "from optlab.checking.codec import Opaque\nreturn Opaque('float')",
    "an exception, not raised": "return ValueError('x')",
    "an exception that looks built in": "raise type('ValueError', (Exception,), {})(args)",
    "an exception with a hostile text": """
        class Odd(Exception):
            def __str__(self): raise KeyError
        raise Odd
        """,
    "a signature that lies": "return None\n$target.__signature__ = 3",
}

NOTHING = "probe.Observation()"
# The child's own machinery is replaced, or frames are written in its place.
FORGED = {
    "observe nothing": (
        "from optlab.checking import probe\n"
        f"probe.observe_all = lambda f, p, cases: [{NOTHING} for _ in cases]\n"
        "$target = lambda *a: None",
        "incorrect",
    ),
    "observe no answer": (
        "from optlab.checking import probe\n"
        f"probe.observe_answer = lambda *a: {NOTHING}\n$quiz = 1",
        BLANK,
    ),
    "observe empty results": (
        "from optlab.checking import probe\n"
        "probe.observe_all = lambda f, p, cases: [probe.Observation(((),) * 6) for _ in cases]\n"
        "$target = lambda *a: None",
        "incorrect",
    ),
    "observe what is opaque": (
        "from optlab.checking import probe, codec\n"
        "opaque = probe.Observation((codec.Opaque('float'),))\n"
        "probe.observe_all = lambda f, p, cases: [opaque for _ in cases]\n"
        "$target = lambda *a: None",
        "incorrect",
    ),
    "observe an error that is none": (
        "from optlab.checking import probe\n"
        "probe.observe_all = lambda f, p, cases: [probe.Observation((), '') for _ in cases]\n"
        "$target = lambda *a: None",
        "incorrect|raised",
    ),
    "observe less": (
        "from optlab.checking import probe\nprobe.Observation.to_row = lambda self: ()\n"
        "$target = lambda *a: None",
        "refused nonsense",
    ),
    "observe other arguments": (
        "from optlab.checking import probe\n"
        "odd = probe.Observation((1.0,), changed=('x' * 1000,))\n"
        "probe.observe_all = lambda f, p, cases: [odd for _ in cases]\n"
        "$target = lambda *a: None",
        "refused nonsense",
    ),
    "encode everything alike": (
        "from optlab.checking import codec\ncodec._pack = lambda *a: None\n$target = lambda *a: 1",
        "refused nonsense|not_attempted",
    ),
    "encode by hand": (
        "from optlab.checking import codec\n"
        "codec.encode = lambda value: b'x'\n$target = lambda *a: 1",
        "refused nonsense",
    ),
    "break isinstance": (
        "import builtins\nbuiltins.isinstance = lambda *a: True\n$target = lambda *a: 1",
        "exited|incorrect|refused",
    ),
    "break json, struct and pickle": (
        "import json, pickle\njson.dumps = json.loads = struct.pack = pickle.loads = None\n"
        "$target = lambda *a: 1",
        "exited",
    ),
    "break NumPy": (
        "np.ndarray = np.generic = np.array = np.random.get_state = None\n$target = lambda *a: 1",
        "raised|refused|incorrect",
    ),
    "a frame in the graded function": (
        "def $target(*args):\n    send([((), None, '', (), (), False)] * 12)\n    time.sleep(100)",
        "incorrect|refused nonsense",
    ),
    "frames in advance": (
        "from optlab.checking import probe\n"
        "$target = lambda *a: 1\n"
        "send([], [], [], *[[probe.Observation().to_row()] * n for n in (12, 10, 1)] * 9)",
        "incorrect|refused nonsense",
    ),
    "a long text among many numbers": (
        "$target = lambda *a, **k: ['x' * 10_000] + [1] * 100_000",
        "incorrect|refused oversize|raised exited|timed_out",
    ),
    "an error that takes long to read": (
        "send([{'output_type': 'error', 'ename': 'E', 'traceback': [],"
        " 'evalue': '<ipython-input-' * 200_000}])",
        "E: |refused|not_attempted",
    ),
    "borrow, by an untrue name": (
        "from optlab.checking import probe\n"
        "lent = probe.Observation(error='borrowed', error_text='<script>' * 99)\n"
        "probe.observe_all = lambda f, p, cases: [lent for _ in cases]\n"
        "$target = lambda *a: None",
        "leaves the work to a library",
    ),
    "a demonstration as the answer": (
        "from optlab.optimizers import average as $target",
        "leaves the work to optlab.optimizers",
    ),
    "a demonstration inside the answer": (
        "from optlab import optimizers\n"
        "def $target(*a, **k): return optimizers.average(0.9).step(0.0, 1.0)",
        "leaves the work to optlab.optimizers",
    ),
    "a frame as the mark": (
        "send([{'output_type': 'execute_result', 'data': {'text/plain': '3.0'}, 'metadata': {},"
        " 'execution_count': 1}], {'score': 3.0, 'status': 'correct'})",
        "refused nonsense|not_attempted|incorrect",
    ),
    "an oversized frame": (
        "def $target(*args):\n    os.write(wire(), struct.pack('>I', 2**32 - 1))",
        "refused oversize",
    ),
    "a frame of nonsense": (
        "def $target(*args):\n    send(b'nonsense')",
        "refused nonsense",
    ),
    "a frame nested deeply": (
        "def $target(*args):\n    text = b'{\"l\":[' * 100_000\n"
        "    send(struct.pack('>I', len(text)) + text)",
        "refused nonsense",
    ),
    "a frame with an impossible array": (
        "def $target(*args):\n"
        '    text = b\'{"a":["<f8",[0,2147483647,2147483647,2147483647],false]}\'\n'
        "    send(struct.pack('>I', len(text)) + text)",
        "refused nonsense",
    ),
    "a frame with pickled objects": (
        'def $target(*args):\n    text = b\'{"a":["|O8",[1],false]}\'\n'
        "    send(struct.pack('>I', len(text)) + text + bytes(8))",
        "refused nonsense",
    ),
    "a frame of many small things": (
        "def $target(*args):\n    text = b'{\"l\":[' + b'{\"l\":[]},' * 200_000 + b'1]}'\n"
        "    send(struct.pack('>I', len(text)) + text)",
        "refused (nonsense|oversize)",
    ),
    "half a frame, then the end": (
        "def $target(*args):\n    os.write(wire(), b'\\0\\0\\1\\0abc')\n    os._exit(0)",
        "raised exited",
    ),
    "close the wire": (
        "def $target(*args):\n    os.close(wire())",
        "raised exited",
    ),
    "close the wire in a cell": ("os.close(wire())", "ended the Python process"),
    "put something else on the wire": (
        "def $target(*args):\n    os.dup2(os.open(os.devnull, os.O_RDWR), wire())",
        "raised exited",
    ),
    "garbage on the wire": ("os.write(wire(), os.urandom(100_000))", "given|gave back"),
}

HIDDEN = """
seen = []
frame = sys._getframe()
while frame:
    seen.append(frame.f_locals)
    frame = frame.f_back
"""
# The graded function looks around for expected values and references; it tells in an exception.
SEARCHED = {
    "frames searched for expected values": (
        HIDDEN + "found = [k for d in seen for k in d if k in ('expected', 'reference', 'known')]\n"
        "raise ValueError(breached(found) if found else 'nothing')",
        "raised .*nothing",
    ),
    "frames searched for hidden cases": (
        HIDDEN + "rounds = [d['questions'].values() for d in seen if 'questions' in d]\n"
        "asked = [d['asked'] for d in seen if 'asked' in d] + [q for r in rounds for q in r]\n"
        "hidden = [c.args for q in asked for c in q['cases'] if not c.public]\n"
        "raise ValueError(breached(hidden) if hidden else 'nothing')",
        "raised .*nothing",
    ),
    "collector searched for keys": (
        "import gc\n"
        "found = [o for o in gc.get_objects() if type(o).__name__ in ('AnswerKey', 'Exercise')]\n"
        "raise ValueError(breached(found) if found else 'nothing')",
        "raised .*nothing",
    ),
    "collector searched for references": (
        "import gc, types\n"
        "found = [o for o in gc.get_objects() if isinstance(o, types.FunctionType)"
        " and o.__name__ == '$target' and o.__module__ != '__main__']\n"
        "raise ValueError(breached(found) if found else 'nothing')",
        "raised .*nothing",
    ),
    "own memory searched": (
        "text = open('/proc/self/mem', 'rb').read(1)\nraise ValueError(breached(text))",
        "raised .*PermissionError",
    ),
    "hidden inputs in an exception's name": (
        "raise type('E' + str(args[0]), (Exception,), {})(1)",
        "raised",
    ),
}
FOUND = {
    "modules of the grader": "[name for name in sys.modules if 'autograder' in name] or None",
    "import the grader": "__import__('autograder')",
    "import the exercises": "__import__('exercises')",
    "cells after this one": "In[-1] if 'attempt' not in In[-1] else None",
    "cached source lines": (
        "[n for n in __import__('linecache').cache if 'autograder' in n] or None"
    ),
    "answer keys": "__import__('optlab.checking.keys').checking.keys.load('$target')",
    "ways to write it": "__import__('optlab.checking.keys').checking.keys.ways('$target') or None",
    "answer keys by file": "os.listdir(os.path.dirname(__import__('optlab').__file__) + '/keys')",
    "arguments of the runner": "sys.argv[1:] or None",
    "paths of the runner": "[path for path in sys.path if 'autograder' in path] or None",
    "the environment": "[key for key in os.environ if 'SECRET' in key] or None",
    "environment of the runner": "open('/proc/self/environ').read()",
    "memory map": "open('/proc/self/maps').read()",
    "open files": "os.listdir('/proc/self/fd')",
    "inherited descriptors": "[n for n in range(3, 1024) if n != wire() and opened(n)] or None",
    "the kernel's session": "get_ipython().kernel.session.send(None, 'execute_result')",
}

# Cells; the last one is what the report must hold. Probes come after the last cell.
LEAKED = {
    "hidden inputs printed by a later cell": (
        "seen = []\ndef $target(*args): seen.append(args)",
        "incorrect",
        "print(breached(seen) if seen else 'nothing')",
    ),
    "hidden inputs printed by a thread": (
        """
        seen = []
        def wait():
            while not seen: time.sleep(0.001)
            print(breached(seen))
        threading.Thread(target=wait, daemon=True).start()
        def $target(*args):
            seen.append(args)
            time.sleep(0.01)
        """,
        "raised .*new thread",
    ),
    "hidden inputs in an updated display": (
        """
        handle = display("shown", display_id=True)
        def $target(*args):
            handle.update(breached(args))
        """,
        "incorrect",
    ),
    "hidden inputs at the end": (
        "import atexit\ndef $target(*args): atexit.register(lambda: print(breached(args)))",
        "incorrect",
    ),
    "hidden inputs in the next run": (
        """
        if hasattr(np, "seen"): print(breached(np.seen))
        def $target(*args):
            np.seen = args
            os._exit(0)
        """,
        "raised exited",
    ),
    "one exercise tells of another": (
        """
        seen = []
        def $target(*args):
            frame = sys._getframe()
            while frame:
                asked = frame.f_locals.get("asked") or {}
                seen.extend(c for c in asked.get("cases", ()) if not c["public"])
                frame = frame.f_back
            raise ValueError(breached(seen) if seen else "nothing")
        def steps_until_unbiased(*args):
            raise ValueError(breached(seen) if seen else "nothing")
        """,
        "incorrect|raised",
    ),
}

# What stands in place of a function, and of the answer to a question.
ANSWERS = {
    "a function of NumPy": "$target = np.add",
    "a built-in function": "$target = max",
    "a type": "$target = dict",
    "a callable with a lie": """
        class Call:
            __call__ = lambda self, *a: 1
            __signature__ = property(lambda self: 1 / 0)
        $target = Call()
        """,
    "an answer for every name": """
        class Any:
            def __getattr__(self, name): return self
            def __call__(self, *a, **k): return self
        $target = Any()
        """,
}
