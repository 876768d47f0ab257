"""What the course needs; imported first, so that what is missing is told in one sentence.

This file is read by every Python 3, however old.
"""

import sys
from pathlib import Path

PYTHON = (3, 11)
NUMPY = (1, 24)


def _version(numbers):  # type: ignore[no-untyped-def]
    return ".".join(str(number) for number in numbers)


if sys.version_info < PYTHON:
    raise ImportError(
        f"This course needs Python {_version(PYTHON)} or newer, and this kernel runs "
        f"Python {_version(sys.version_info[:2])}: choose another one under Kernel > Change Kernel."
    )

import numpy as np  # noqa: E402

if tuple(int(number) for number in np.__version__.split(".")[:2]) < NUMPY:
    raise ImportError(
        f"This course needs NumPy {_version(NUMPY)} or newer, and here is {np.__version__}: run "
        "%pip install --upgrade numpy, then restart the kernel."
    )

if not any(Path(__file__).parent.glob("keys/*/lesson.json")):
    raise ImportError("The folder optlab/keys is not there", name="optlab.keys")
