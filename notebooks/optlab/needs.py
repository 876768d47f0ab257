"""What the course needs; imported first, so that what is missing is told in one sentence.

This file is read by every Python 3, however old.
"""

import sys
from pathlib import Path

PYTHON = (3, 11)
NUMPY = (1, 24)


def _version(numbers):  # type: ignore[no-untyped-def]
    return ".".join(str(number) for number in numbers)


def _said(template, **values):  # type: ignore[no-untyped-def]
    """In the language of the folder, where this Python can read how that is done."""
    try:
        from optlab.checking import language
    except (ImportError, SyntaxError, TypeError):
        return template.format(**values)
    language.choose()
    return language.say(language.told(template, **values))


if sys.version_info < PYTHON:
    raise ImportError(
        _said(
            "This course needs Python {needed} or newer, and this kernel runs Python {here}: "
            "choose another one under Kernel > Change Kernel.",
            needed=_version(PYTHON),
            here=_version(sys.version_info[:2]),
        )
    )

import numpy as np  # noqa: E402

if tuple(int(number) for number in np.__version__.split(".")[:2]) < NUMPY:
    raise ImportError(
        _said(
            "This course needs NumPy {needed} or newer, and here is {here}: run "
            "%pip install --upgrade numpy, then restart the kernel.",
            needed=_version(NUMPY),
            here=np.__version__,
        )
    )

if not any(Path(__file__).parent.glob("keys/*/lesson.json")):
    raise ImportError(_said("The folder optlab/keys is not there"), name="optlab.keys")
