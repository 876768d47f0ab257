"""Markup and control characters for whoever opens the page, the notebook or the terminal."""

import json
from pathlib import Path
from typing import Any

from autograder.attacks.stage import (
    BLANK,
    Attack,
    Edit,
    Notebook,
    Stage,
    cell,
    code_cell,
    edited,
    hostile,
    inside,
)

FAMILY = "feedback"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def attacks() -> list[Attack]:
    """In what is shown, in what is run, in what is stored."""
    return [
        *(edited(FAMILY, name, _markdown(text), BLANK) for name, text in MARKDOWN.items()),
        *(hostile(FAMILY, name, source, says) for name, (source, says) in SHOWN.items()),
        *(inside(FAMILY, name, body, says) for name, (body, says) in RETURNED.items()),
        *(edited(FAMILY, name, _stored(data), BLANK) for name, data in STORED.items()),
        edited(FAMILY, "attachment in Markdown", _attachment, BLANK),
        edited(FAMILY, "script in a raw cell", _raw, BLANK),
        edited(FAMILY, "script in the lesson's own text", _over_text, BLANK),
        edited(FAMILY, "script in the notebook's title", _title, BLANK),
        Attack("script as the answer to a question", FAMILY, _quiz, "incorrect|not_attempted"),
    ]


MARKDOWN = {
    "script in Markdown": SCRIPT,
    "script after a fence": f"```\n{SCRIPT}\n````\n{SCRIPT}",
    "script in a link": "[x](javascript:alert(1)) <a href='javascript:alert(1)'>x</a>",
    "script in a formula": "$\\href{javascript:alert(1)}{x}$ $$\\unicode{<img src=x>}$$",
    "a frame in Markdown": "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "a style in Markdown": "<style>* {display: none}</style>",
    "a form in Markdown": "<form action='http://127.0.0.1'><input name=x></form>",
    "a picture from elsewhere": "![x](http://127.0.0.1/x.png)",
    "control characters in Markdown": "\x1b[31mred\x07\u202e backwards",
}


def _markdown(text: str) -> Edit:
    def edit(stage: Stage, notebook: Notebook) -> None:
        notebook["cells"].append(
            {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": text}
        )

    return edit


SHOWN = {
    "HTML output": (
        f"from IPython.display import HTML\ndisplay(HTML('{SCRIPT}'))\nHTML('{SCRIPT}')",
        BLANK,
    ),
    "JavaScript output": (
        "from IPython.display import Javascript\nJavascript('alert(1)')",
        BLANK,
    ),
    "SVG output": (
        "from IPython.display import SVG\nSVG('<svg><script>alert(1)</script></svg>')",
        BLANK,
    ),
    "LaTeX and Markdown output": (
        "from IPython.display import Latex, Markdown\n"
        f"display(Latex('$\\\\href{{javascript:alert(1)}}{{x}}$'), Markdown('{SCRIPT}'))",
        BLANK,
    ),
    "frame output": ("from IPython.display import IFrame\nIFrame('http://127.0.0.1', 9, 9)", BLANK),
    "widget output": ("import ipywidgets\nipywidgets.HTML('<script>alert(1)</script>')", BLANK),
    "HTML by request": (
        f"class Rich:\n    def _repr_html_(self): return '{SCRIPT}'\n"
        f"    def __repr__(self): return '{SCRIPT}'\nRich()",
        BLANK,
    ),
    "any type of output": (
        f"display({{'application/javascript': 'alert(1)', 'text/html': '{SCRIPT}',"
        f" 'application/vnd.jupyter.widget-view+json': {{}}, 'text/plain': '{SCRIPT}'}}, raw=True)",
        BLANK,
    ),
    "script in output metadata": (
        f"display({{'text/plain': 'x', 'image/png': 'x'}}, raw=True,"
        f" metadata={{'image/png': {{'alt': '\">{SCRIPT}', 'width': '\" onload=\"alert(1)'}}}})",
        BLANK,
    ),
    "script as a picture": (
        "import base64\n"
        f"display({{'image/png': base64.b64encode(b'{SCRIPT}').decode()}}, raw=True)",
        BLANK,
    ),
    "script printed": (f"print('{SCRIPT}')\nprint('{SCRIPT}', file=sys.stderr)", BLANK),
    "script raised": (f"raise ValueError('{SCRIPT}')", "raised"),
    "script in an exception's name": (
        f"raise type('{SCRIPT}', (Exception,), {{}})('{SCRIPT}')",
        "raised",
    ),
    "script in a traceback": (
        "class E(Exception):\n"
        f"    def _render_traceback_(self): return ['{SCRIPT}'] * 1000\nraise E",
        "raised",
    ),
    "script in the source": (f"x = '''</code></pre>{SCRIPT}'''", BLANK),
    "comment of the template's": ("x = '{{ 7 * 7 }} {% raw %} <!-- --> ]]>'", BLANK),
    "escape sequences printed": (
        "print('\\x1b]0;title\\x07\\x1b[2J\\x1b[31mred\\x9b31m\\u202e')",
        BLANK,
    ),
    "escape sequences raised": (
        "raise ValueError('\\x1b]0;title\\x07\\x1b[2J\\r\\n' * 9)",
        "raised",
    ),
    "a formula raised": ("raise ValueError('=HYPERLINK(1)')", "raised"),
}
RETURNED = {
    "script raised by the graded function": (f"raise ValueError('{SCRIPT}')", "raised"),
    "script returned": (f"return '{SCRIPT}'", "incorrect"),
    "script as a key": (f"return {{'{SCRIPT}': 1}}", "incorrect"),
    "script as a type": (f"return type('{SCRIPT}', (), {{}})()", "incorrect"),
    "script in a signature": (
        f"$target.__signature__ = None\nraise KeyError('{SCRIPT}')",
        "raised",
    ),
    "escape sequences returned": ("return '\\x1b]0;title\\x07\\x1b[2J\\u202e\\r\\n'", "incorrect"),
    "a formula returned": ("raise ValueError('\\n\\t=1+1')", "raised"),
    "a million characters raised": ("raise ValueError('<' * 1_000_000)", "raised"),
}
STORED: dict[str, dict[str, Any]] = {
    "stored HTML": {"text/html": SCRIPT, "text/plain": SCRIPT},
    "stored JavaScript": {"application/javascript": "alert(1)"},
    "stored SVG": {"image/svg+xml": f"<svg>{SCRIPT}</svg>"},
    "stored picture of script": {"image/png": '"><script>alert(1)</script>'},
    "stored list of script": {"image/png": [SCRIPT], "text/plain": [SCRIPT]},
    "stored numbers": {"image/png": 7, "text/plain": {"a": 1}},
}


def _stored(data: dict[str, Any]) -> Edit:
    """Under a demonstration, whose stored outputs are shown."""

    def edit(stage: Stage, notebook: Notebook) -> None:
        for one in notebook["cells"]:
            if one["cell_type"] == "code":
                one["outputs"] = [
                    {
                        "output_type": "display_data",
                        "data": data,
                        "metadata": {"image/png": {"alt": SCRIPT}, "onload": SCRIPT},
                    },
                    {
                        "output_type": "error",
                        "ename": SCRIPT,
                        "evalue": SCRIPT,
                        "traceback": [SCRIPT],
                    },
                    {"output_type": "stream", "name": SCRIPT, "text": SCRIPT},
                ]

    return edit


def _attachment(stage: Stage, notebook: Notebook) -> None:
    notebook["cells"].append(
        {
            "cell_type": "markdown",
            "id": "mine",
            "metadata": {},
            "source": "![x](attachment:x.svg)",
            "attachments": {"x.svg": {"image/svg+xml": f"<svg>{SCRIPT}</svg>"}},
        }
    )


def _raw(stage: Stage, notebook: Notebook) -> None:
    notebook["cells"].append(
        {
            "cell_type": "raw",
            "id": "mine",
            "metadata": {"format": "text/html"},
            "source": SCRIPT,
        }
    )


def _over_text(stage: Stage, notebook: Notebook) -> None:
    for one in notebook["cells"]:
        if one["cell_type"] == "markdown":
            one["source"] = SCRIPT


def _title(stage: Stage, notebook: Notebook) -> None:
    notebook["metadata"] |= {"title": SCRIPT, "authors": [{"name": SCRIPT}]}
    notebook["cells"].insert(0, {**code_cell(""), "cell_type": "markdown", "source": f"# {SCRIPT}"})


def _quiz(stage: Stage, path: Path) -> None:
    notebook = stage.notebook()
    cell(notebook, stage.quiz)["source"] = f"{stage.quiz} = '{SCRIPT}'"
    path.write_text(json.dumps(notebook))
