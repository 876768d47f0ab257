"""ORDER=random shows that no test needs another before it; ORDER=<number> repeats an order."""

import os
import random
from itertools import groupby

import pytest


def pytest_configure() -> None:
    # In the environment, where xdist's workers find the same number: they must agree.
    if os.environ.get("ORDER") == "random":
        os.environ["ORDER"] = str(random.SystemRandom().randrange(10**6))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in any order, and the tests of a file in any order, so that they share fixtures."""
    if "ORDER" not in os.environ:
        return
    shuffle = random.Random(int(os.environ["ORDER"])).shuffle
    files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
    shuffle(files)
    for tests in files:
        shuffle(tests)
    items[:] = [test for tests in files for test in tests]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if "ORDER" in os.environ:
        order = os.environ["ORDER"]
        terminalreporter.write_line(f"in another order; ORDER={order} repeats it")
