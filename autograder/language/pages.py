"""What a grader says to learners: on the feedback page, and in notes on what was handed in."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

from autograder import ROOT
from autograder.language import phrases
from autograder.translation.unit import Kind, Unit, has_words

AUTOGRADER = ROOT / "autograder"
TEMPLATE = AUTOGRADER / "pages" / "templates" / "feedback.html.j2"
FOLDERS = ("course", "handin", "judge", "pages")


def units() -> list[Unit]:
    """Every text: of the page from top to bottom, then of modules."""
    found = [Unit(text, Kind.PAGE, "feedback page") for text in _said(TEMPLATE)]
    paths = [path for folder in FOLDERS for path in sorted((AUTOGRADER / folder).glob("*.py"))]
    found += [
        Unit(text, Kind.PAGE, f"{path.parent.name}.{path.stem}")
        for path in paths
        for text in phrases.templates(path)
    ]
    return [unit for unit in found if has_words(unit.text)]


def _said(template: Path) -> Iterator[str]:
    """What a template hands to `say` as it stands there."""
    tree = Environment(trim_blocks=True, lstrip_blocks=True).parse(template.read_text("utf-8"))
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "say":
            first = call.args[0]
            if isinstance(first, nodes.Const):
                yield str(first.value)
