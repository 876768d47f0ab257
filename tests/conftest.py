"""How the tests are ordered, and which of them share a process.

ORDER=random shows that no test needs another before it; ORDER=<number> repeats an order.
"""

import gc
import os
import random
from itertools import groupby

import pytest

from optlab.checking.onechange import search

# These begin first, so that no worker is left alone with one of them at the end.
LONG = (
    "test_attacks.py",
    "test_told.py",
    "test_grade.py",
    "test_resume.py",
    "test_session.py",
    "test_hostile_files.py",
    "test_parity.py",
    "test_kept_course.py",
    "test_export.py",
    "test_start.py",
    "test_course.py",
)
# These ask for the texts of all lessons, which one process reads once.
TEXTS = (
    "test_built.py",
    "test_korean_player.py",
    "test_language.py",
    "test_said.py",
    "test_translations.py",
)


def pytest_configure() -> None:
    # In the environment, where xdist's workers find the same number: they must agree.
    if os.environ.get("ORDER") == "random":
        os.environ["ORDER"] = str(random.SystemRandom().randrange(10**6))


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        # The cells of a notebook, which nbval runs, share a kernel.
        group = _group(item) if isinstance(item, pytest.Function) else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.slow)
    items.sort(key=_comes_late)
    if "ORDER" in os.environ:
        _shuffle(items)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine, or a crowded one, ends no search that a learner's ends by count."""
    monkeypatch.setattr(search, "CPU_SECONDS", 4 * search.CPU_SECONDS)


def pytest_collection_finish(session: pytest.Session) -> None:
    """xdist writes the groups behind the names; without them every process makes every set-up.

    And what is loaded by now stays to the end, so nobody need look for garbage in it.
    """
    if getattr(session.config.option, "loadgroup", False):
        alone = [item.nodeid for item in session.items if "@" not in item.nodeid]
        if alone:
            raise pytest.UsageError(f"xdist does not see the group of {alone[0]}")
    gc.freeze()


def _comes_late(item: pytest.Item) -> bool:
    """Not in the browser, no notebook's cell, and not long."""
    is_cell = not isinstance(item, pytest.Function)
    return not (is_cell or "browser" in item.path.parts or item.path.name in LONG)


def _group(test: pytest.Function) -> str:
    """Tests of one name share a process (under --dist=loadgroup).

    Those of a file that use the same fixtures of the whole file, which take long to make; where
    there are none, those of one exercise, of which much is kept for the next test; those of one
    server; and those that read all lessons.
    """
    if test.path.name in TEXTS:
        return "the texts of all lessons"
    given = test.callspec.params if hasattr(test, "callspec") else {}
    exercise = given.get("exercise", given.get("quiz"))
    found = test._fixtureinfo.name2fixturedefs
    for server in ("lab", "course"):
        if server in found and found[server][-1].scope == "session":
            return server
    shared = sorted(name for name, made in found.items() if made[-1].scope == "module")
    return " ".join([test.path.name, *(shared or [getattr(exercise, "name", "")])])


def _shuffle(items: list[pytest.Item]) -> None:
    """Files in any order, and the tests of a file in any order, so that they share fixtures.

    The cells of a notebook stay as they are.
    """
    shuffle = random.Random(int(os.environ["ORDER"])).shuffle
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    shuffle(files)
    for tests in files:
        if isinstance(tests[0], pytest.Function):
            shuffle(tests)
    items[:] = [test for tests in files for test in tests]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if "ORDER" in os.environ:
        order = os.environ["ORDER"]
        terminalreporter.write_line(f"in another order; ORDER={order} repeats it")
