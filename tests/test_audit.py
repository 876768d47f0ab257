"""Every item of the sources' inventory has its place: a heading of a lesson."""

import pytest

from autograder.build import notebooks, overview

# Items by lesson, as the plan of the course gives them out.
PLAN = {
    "01_mini_batches": [*range(1, 19), 85, 88],
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


def _headings(lesson):
    for cell in notebooks.read(notebooks.Source(lesson)).cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    yield line.lstrip("#").strip()


def test_all_ninety_nine_items_are_given_out():
    found = {item for path in overview.AUDIT.glob("*.csv") for item, _ in overview.audit(path.stem)}
    assert found == set(range(1, 100))


@pytest.mark.parametrize("lesson", PLAN)
def test_a_lesson_treats_its_items(lesson):
    assert set(PLAN[lesson]) <= {item for item, _ in overview.audit(lesson)}


@pytest.mark.parametrize("lesson", sorted(path.stem for path in overview.AUDIT.glob("*.csv")))
def test_the_headings_of_the_audit_exist(lesson):
    headings = set(_headings(lesson))
    missing = [row for row in overview.audit(lesson) if row[1] not in headings]
    assert missing == []
