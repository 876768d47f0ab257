"""Lets nbval's kernels find optlab, which lies beside the learner's notebooks."""

import os
from pathlib import Path

os.environ["PYTHONPATH"] = str(Path(__file__).resolve().parent.parent / "notebooks")
