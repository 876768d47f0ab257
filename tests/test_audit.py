"""Every statement of the sources has its place: a heading, under which it is treated as is said."""

import pytest

from autograder.build import notebooks, sources
from autograder.exercises import find_lesson

# Items by lesson, as the plan of the course gives them out.
PLAN = {
    "01_mini_batches": [*range(1, 6), 7, 8, 10, 85],
    "01b_batch_size": [6, 9, *range(11, 19), 88],
    "02_exponentially_weighted_averages": [*range(19, 33), 86],
    "03_bias_correction": range(33, 39),
    "04_momentum": [*range(39, 51), 87],
    "05_rmsprop": range(51, 58),
    "06_adam": [*range(58, 66), 89],
    "07_learning_rate_decay": range(66, 77),
    "08_local_optima": range(77, 85),
    "09_adagrad_adadelta": range(91, 95),
    "10_after_adam": [90],
    "11_training_strategies": range(95, 100),
}


def _audited():
    return [name for name in PLAN if sources.treatments(name)]


def _sections(lesson):
    """Cells by the headings they stand under, those of higher levels included."""
    open_headings: list[tuple[int, str]] = []
    found: dict[str, list] = {}
    for cell in notebooks.read(notebooks.Source(lesson)).cells:
        lines = cell.source.splitlines() if cell.cell_type == "markdown" else []
        for line in lines:
            if line.startswith("#"):
                level = len(line) - len(line.lstrip("#"))
                open_headings = [one for one in open_headings if one[0] < level]
                open_headings.append((level, line.lstrip("#").strip()))
                found.setdefault(open_headings[-1][1], [])
        for _, heading in open_headings:
            found[heading].append(cell)
    return found


def _measures(cell):
    return "experiment" in cell.metadata.get("tags", ()) and "# Predict" not in cell.source


def test_there_are_ninety_nine_statements_and_all_are_treated():
    numbers = [one.item for one in sources.statements()]
    assert numbers == list(range(1, 100))
    assert {one.item for name in _audited() for one in sources.treatments(name)} == set(numbers)


def test_what_is_not_right_is_put_right():
    missing = [
        one.item
        for one in sources.statements()
        if one.judgement != sources.Judgement.RIGHT and not one.instead
    ]
    assert missing == []


@pytest.mark.parametrize("lesson", PLAN)
def test_a_lesson_treats_its_items(lesson):
    assert set(PLAN[lesson]) <= {one.item for one in sources.treatments(lesson)}


@pytest.mark.parametrize("lesson", PLAN)
def test_a_statement_is_treated_where_and_as_is_said(lesson):
    sections, exercises = _sections(lesson), find_lesson(lesson).exercises
    for treated in sources.treatments(lesson):
        cells = sections[treated.heading]
        for how in treated.how:
            if how == sources.EXPERIMENT:
                assert any(_measures(cell) for cell in cells), treated
            elif not _told(how):
                assert how in exercises, treated


def test_hardly_a_statement_is_only_told():
    treatments = [one for name in _audited() for one in sources.treatments(name)]
    treated = {one.item for one in treatments if not any(map(_told, one.how))}
    assert {one.item for one in treatments} - treated == {62}  # a joke: there is nothing to measure


def test_what_is_told_has_a_reason():
    assert _told("told: a reason") and not _told("told")
    for name in _audited():
        for treated in sources.treatments(name):
            assert not {"told", "told:"} & set(treated.how), treated


def _told(how):
    return how.startswith(sources.TOLD)
