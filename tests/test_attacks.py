"""The attack corpus: as this user and as an ordinary one, and through nbgrader's own command.

All of it is run every day as the user who runs the tests. As an ordinary one, where that is
another, some of every family are; once a week, when SEEDS is set, again all.
"""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbgrader_command
import pytest
from container import small_container
from nbgrader.api import Gradebook
from permissions import open_folder

from autograder import NOTEBOOKS, ROOT, cli
from autograder.attacks import arena, corpus, metadata, stage
from autograder.course import folder as courses
from autograder.exercises import find_lesson

pytestmark = pytest.mark.slow

FAMILIES = {
    "metadata": 40,
    "kernel": 90,
    "process": 90,
    "memory, disk": 45,
    "files": 100,
    "network": 20,
    "feedback": 35,
    "input": 45,
}
STEP = 1 if "SEEDS" in os.environ else 20
NOBODY = 65534
TRIAL = """
import subprocess, sys
subprocess.run([sys.executable, "-c", ""], check=True)
from autograder import startup
startup.skip_address_grammar()
import autograder.grade
"""


@pytest.fixture(scope="module")
def outcomes():
    """The whole corpus, run as the command runs it."""
    try:
        return arena.run()
    finally:
        assert arena.SECRET not in os.environ


def unsafe(outcomes):
    return [f"{o['family']}, {o['attack']}: {o['detail']}" for o in outcomes if not o["safe"]]


def test_every_attack_is_safe(outcomes):
    assert unsafe(outcome.to_data() for outcome in outcomes) == []


def test_every_family_has_its_attacks_and_no_name_stands_twice():
    attacks = corpus()
    counts = Counter(attack.family for attack in attacks)
    assert {name: counts[name] >= few for name, few in FAMILIES.items()} == dict.fromkeys(
        FAMILIES, True
    )
    assert set(counts) == set(FAMILIES)
    names = Counter((attack.family, attack.name) for attack in attacks)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_attack_has_one_outcome(outcomes):
    found = Counter((outcome.family, outcome.attack) for outcome in outcomes)
    assert all(found[attack.family, attack.name] == 1 for attack in corpus())
    assert all(outcome.detail for outcome in outcomes if outcome.family != "class")


def test_an_attack_that_succeeds_is_seen():
    """The corpus is worth nothing if it cannot fail."""
    exercises = find_lesson(arena.LESSON).exercises.values()
    first = next(iter(exercises))
    attacks = [
        stage.hostile("kernel", "the right answer", first.source, "correct"),
        stage.hostile("kernel", "gets through", "attempt(lambda: 1)", "not_attempted"),
        stage.hostile("kernel", "is told otherwise", "", "raised"),
    ]
    found = {outcome.attack: outcome for outcome in arena.run(attacks, jobs=1)}
    assert [found[attack.name].safe for attack in attacks] == [False] * 3
    assert found["the right answer"].detail == f"it earned {first.points}"
    assert found["gets through"].detail.startswith("it got through")
    assert found["is told otherwise"].detail.startswith("not told")
    assert all(outcome.safe for outcome in found.values() if outcome.family == "class")


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_says_what_was_safe(monkeypatch, capsys, as_json):
    made = [
        arena.Outcome("one", "kernel", True, "x"),
        arena.Outcome("two", "files", False, "it earned 3"),
    ]
    for outcomes, status in ((made, 1), (made[:1], 0)):
        monkeypatch.setattr(arena, "run", lambda show, outcomes=outcomes: outcomes)
        assert cli.main(["attacks", *(["--json"] if as_json else [])]) == status
        said = capsys.readouterr().out
        if as_json:
            assert json.loads(said) == [outcome.to_data() for outcome in outcomes]
        else:
            assert ("NOT SAFE: files, two: it earned 3" in said) == bool(status)


# Through nbgrader ---------------------------------------------------------------------------------

STOCK = (
    "skip-execution on every cell",
    "graded cell duplicated with a mark",
    "check cell's metadata stripped",
    "extra graded cell",
    "points raised",
)


def test_nbgraders_own_command_gives_them_nothing_either(tmp_path):
    exercise = next(iter(find_lesson(arena.LESSON).exercises.values()))
    folder = tmp_path / "course"
    courses.create(folder, [arena.LESSON])
    release = json.loads((NOTEBOOKS / f"{arena.LESSON}.ipynb").read_text("utf-8"))
    place = stage.Stage(arena.LESSON, exercise.name, "", "", release, folder, tmp_path, ROOT, 0, "")
    chosen = [attack for attack in metadata.attacks() if attack.name in STOCK]
    assert len(chosen) == len(STOCK)
    students = {f"attacker{number}": attack for number, attack in enumerate(chosen)}
    for student in (*students, "honest"):
        path = folder / "submitted" / student / arena.LESSON / f"{arena.LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        if student == "honest":
            path.write_text(json.dumps(place.notebook(**{exercise.name: exercise.source})))
        else:
            students[student].hand_in(place, path)
    done = subprocess.run(
        [sys.executable, nbgrader_command.__file__, "autograde", arena.LESSON],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}"},
    )
    assert done.returncode == 0, done.stderr
    with Gradebook(courses.db_url(folder, courses.config(folder))) as gradebook:
        marks = {
            one.student.id: one.score for one in gradebook.assignment_submissions(arena.LESSON)
        }
    assert marks == dict.fromkeys(students, 0) | {"honest": exercise.points}


# As an ordinary user ------------------------------------------------------------------------------

SOME = f"""
import json
from autograder import startup
startup.skip_address_grammar()
from autograder.attacks import arena, corpus
notebooks = {{}}
for attack in corpus():
    name = attack.together or attack.student or attack.name
    notebooks.setdefault(attack.family, {{}}).setdefault(name, []).append(attack)
chosen = [part for family in notebooks.values() for part in list(family.values())[::{STEP}]]
outcomes = arena.run([attack for part in chosen for attack in part], jobs=1)
print(json.dumps([outcome.to_data() for outcome in outcomes]))
"""


def test_an_ordinary_user_is_as_safe():
    """Root may read everything and is bound by fewer limits: so both are tried.

    Where control groups can be made, the ordinary user lives in one as small as a container.
    """
    if os.getuid() != 0:
        pytest.skip("these tests run as an ordinary user already")
    with open_folder() as home, small_container() as inside:
        home.chmod(0o777)
        done = subprocess.run(
            [*inside, *_as_nobody(), sys.executable, "-c", SOME],
            cwd=ROOT,
            env={"PATH": os.defpath, "HOME": str(home), "TMPDIR": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(done.stdout)
    assert {outcome["family"] for outcome in outcomes} == {*FAMILIES, "class"}
    assert unsafe(outcomes) == []


def _as_nobody():
    """What makes a command of root one of nobody, who can read Python and this repository."""
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv, which makes root an ordinary user, is missing")
    nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    # Where these lie in root's home, the right to read, and none else, goes along.
    reader = ["--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search"]
    for command in (nobody, [*nobody, *reader]):
        tried = [*command, sys.executable, "-c", TRIAL]
        if subprocess.run(tried, cwd=ROOT, capture_output=True, check=False).returncode == 0:
            return command
    pytest.skip("an ordinary user cannot run this Python")
