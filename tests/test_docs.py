"""What the documents say exists, exists; what exists is in the documents."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
LINK = re.compile(r"\]\((?!https?://)([^)#]*)(#[^)]*)?\)")


def code_in(text: str) -> str:
    """The inline code and the indented blocks: the commands, without the prose."""
    return "\n".join(re.findall(r"`[^`\n]+`|^ {4}.+$", text, re.M))


def mentioned(pattern: str, *documents: Path) -> set[str]:
    return {name for path in documents for name in re.findall(pattern, code_in(path.read_text()))}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+)(?:-%)?:", (ROOT / "Makefile").read_text(), re.M)) - {"help"}


def run(*command: str) -> str:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout


def commands() -> set[str]:
    """The subcommands that `python -m autograder --help` names."""
    usage = run(sys.executable, "-m", "autograder", "--help")
    return set(re.findall(r"^ {4}([a-z]+)\b", usage, re.M))


def test_every_target_is_in_the_readme():
    assert targets() <= mentioned(r"make ([a-z]+)", README)


def test_every_target_that_a_document_names_exists():
    assert mentioned(r"make ([a-z]+)", *DOCUMENTS) <= targets()


def test_make_alone_lists_every_target():
    listed = re.findall(r"^  ([a-z]+)(?:-%)? +\S", run("make"), re.M)
    assert set(listed) == targets()


def test_every_command_is_in_the_readme():
    assert commands() <= mentioned(r"python -m autograder ([a-z]+)", README)


def test_every_command_that_a_document_names_exists():
    assert mentioned(r"python -m autograder ([a-z]+)", *DOCUMENTS) <= commands()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_repository_leads_somewhere(document):
    links = LINK.findall(document.read_text())
    assert [path for path, _ in links if path and not (document.parent / path).exists()] == []


def test_every_file_and_folder_that_the_architecture_names_exists():
    text = (ROOT / "docs/ARCHITECTURE.md").read_text().replace("NN_", "06_")
    names = re.findall(r"`([\w/]+(?:/|\.(?:py|ipynb|md)))`", re.sub("<?topic>?", "adam", text))
    places = [ROOT / place for place in ("autograder", "docs", "notebooks", "solutions", "tests")]
    found = [path for place in places for path in (place, *place.rglob("*"))]
    known = {f"/{path.relative_to(ROOT).as_posix()}{'/' * path.is_dir()}" for path in found}
    missing = [name for name in names if not any(path.endswith(f"/{name}") for path in known)]
    assert len(names) > 80
    assert set(missing) == {"submitted/", "study/"}  # of a course, and of a learner


def test_the_changelog_begins_with_this_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.findall(r"^## \[(.+?)\]", (ROOT / "CHANGELOG.md").read_text(), re.M)[0] == version
