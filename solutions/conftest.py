"""nbval's kernels run as those of the build do."""

from collections.abc import Iterator

import pytest

from autograder.build.notebooks import KERNEL


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    """The first cell of a notebook starts its kernel; other tests keep the environment."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in KERNEL.items():
            environment.setenv(name, value)
        return (yield)
