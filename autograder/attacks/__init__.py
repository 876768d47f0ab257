"""Submissions that try to score without an answer, to read, to change, to last, to break things.

Each `Attack` hands in a real notebook, the release of a real lesson with something hostile in it,
or something that is no notebook at all. `arena.run` grades all of them as one class among honest
students and says of each whether it was safe. An attack belongs to a family, one module each:

    metadata  kernel  process  memory  files  network  feedback  broken (family "input")

Attempts are harmless where a sandbox lets them through: they say that they got through, signal
nobody, fork once and write a few bytes. So the corpus may run on anybody's machine.
"""

import autograder.learner_side  # noqa: F401
from autograder.attacks import broken, feedback, files, kernel, memory, metadata, network, process
from autograder.attacks.stage import Attack


def corpus() -> list[Attack]:
    """All attacks, family by family."""
    families = (metadata, kernel, process, memory, files, network, feedback, broken)
    return [attack for family in families for attack in family.attacks()]
