"""Korean terms beside English ones: a reader who looks one up finds it written as in the lesson."""

import re
from collections import defaultdict

from autograder import SOLUTIONS

# In brackets behind an English term, or in the right column of lesson 00's table.
GLOSS = re.compile(r"\(([가-힣][가-힣 0-9]*)[);,]|\| ([가-힣0-9][^|]*) \|")
# Words that statistics or the sources use too, and the lessons do not.
NOT_OURS = ("적률", "고원", "L2 정규화")


def _glosses() -> dict[str, set[str]]:
    """By their letters without spaces: the forms in which a term is written, and where."""
    found = defaultdict(set)
    for path in sorted(SOLUTIONS.glob("*.py")):
        text = path.read_text(encoding="utf-8").replace("\n# ", " ")
        for term in re.split(", ", " , ".join(filter(None, sum(GLOSS.findall(text), ())))):
            found[term.replace(" ", "")].add(term.strip())
    return found


def test_a_term_is_spaced_in_one_way():
    glosses = _glosses()
    assert len(glosses) > 60
    assert {letters: forms for letters, forms in glosses.items() if len(forms) > 1} == {}


def test_no_second_word_stands_for_a_term():
    for path in sorted(SOLUTIONS.glob("[0-9]*.py")):
        text = re.sub(r"안정 지대 \(고원\)", "", path.read_text(encoding="utf-8"))
        assert [word for word in NOT_OURS if word in text] == [], path.name
