"""The instructor's side of the course: building lessons, judging answers, recording marks."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
SOLUTIONS = ROOT / "solutions"
# Grading takes the release from here: people write their answers into `notebooks/`.
RELEASES = ROOT / "autograder" / "releases"

# `optlab` travels with the notebooks and is never installed, so it is imported from there.
if str(NOTEBOOKS) not in sys.path:
    sys.path.insert(0, str(NOTEBOOKS))

# nbformat loads jsonschema, and that this grammar of web addresses, which takes a second to
# compile and which no notebook needs. Without it jsonschema only does not check addresses.
sys.modules.setdefault("rfc3987_syntax", None)
