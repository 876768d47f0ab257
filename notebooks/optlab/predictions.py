"""Predictions: chosen before an experiment, and met again under its result.

predict("rates", "Which arrives?", "0.02", "0.09")   a choice, kept in the journal
predicted("rates", best)                             at the end of the experiment: what it was

A choice made before the result was seen stays; being wrong costs nothing.
"""

import html
import math
import re
from typing import Any

from optlab.checking import box, journal
from optlab.checking.box import Box, Rich, Tone
from optlab.checking.language import english, say, told

_NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
SAME = 1e-9
_asked: dict[str, tuple[str, ...]] = {}
NOTED = told("Noted. Run the experiment below and see.")


def predict(name: str, question: str, *options: str) -> None:
    """Ask which option the experiment below will show; where no widget runs, ask in text only."""
    _asked[name] = options
    from IPython.display import display  # whoever judges asks nothing, and is spared it

    static = _static(question, options)
    bundle = {"text/html": static.html, "text/plain": static.text}
    panel = _panel(name, question, options)
    display((panel._repr_mimebundle_() if panel else {}) | bundle, raw=True)


def predicted(name: str, result: str | float, measured: str = "") -> None:
    """Say what came out beside what was predicted.

    result: the option, or a number, of which the option is the nearest. measured: the result in
    words, where the option says less.
    """
    if not isinstance(result, str):
        result, measured = _nearest(result, _asked.get(name, ()), measured)
    result = say(told(result))  # an experiment may put an option together from its parts
    choice = journal.settle(name, english(result)) if result else None
    said = f"{result} ({measured})." if result and measured else f"{result or measured}."
    if choice is None:
        box.show(Box(Tone.HINT, told("Measured:"), said))
    elif choice == english(result):
        box.show(Box(Tone.RIGHT, told("As you predicted:"), said))
    else:
        before = told("You predicted: {choice}.", choice=told(choice))
        box.show(Box(Tone.HINT, before, told("Measured: {result}", result=said)))


def _nearest(number: float, options: tuple[str, ...], measured: str) -> tuple[str, str]:
    """The option whose first number is nearest by its ratio, and the number if that says more.

    No option if the question has not run.
    """

    def far(option: str) -> float:
        found = re.search(_NUMBER, option)
        return abs(math.log(float(found[0]) / number)) if found else math.inf

    option = min(options, key=far, default="")
    same = option and far(option) < SAME
    return option, measured or ("" if same else f"{number:.3g}")


def _static(question: str, options: tuple[str, ...]) -> Rich:
    items = "".join(f"<li>{html.escape(option)}</li>" for option in options)
    as_html = f"<p><b>{html.escape(question)}</b></p><ul>{items}</ul>"
    return Rich(f"{question} {'; '.join(options)}", as_html)


def _panel(name: str, question: str, options: tuple[str, ...]) -> Any:
    """Radio buttons, or None: Tab reaches each, Space chooses; arrow keys are the notebook's."""
    try:
        import ipywidgets
    except ImportError:
        return None
    known = _chosen(name)
    buttons = ipywidgets.RadioButtons(
        options=options,
        value=known if known in options else None,
        tooltip=question,
        layout={"width": "max-content"},
    )
    lines = "font-weight:bold;line-height:1.4"
    asked = ipywidgets.HTML(f'<div style="{lines}">{html.escape(question)}</div>')
    said = ipywidgets.HTML(_said(NOTED if buttons.value else told("")))

    def chosen(change: dict) -> None:
        if journal.choose(name, english(change["new"])):
            said.value = _said(NOTED)
        else:
            stays = "The result is known; “{choice}” stays."
            said.value = _said(told(stays, choice=_chosen(name)))

    buttons.observe(chosen, names="value")
    return ipywidgets.VBox([asked, buttons, said])


def _chosen(name: str) -> str:
    """The option as this notebook has it; empty where none is chosen."""
    return say(told(journal.choice(name) or ""))


def _said(text: str) -> str:
    return f'<span role="status">{html.escape(say(text))}</span>'
