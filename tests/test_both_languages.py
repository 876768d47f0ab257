"""A class that hands in in two languages: the same marks, and each page in its learner's own."""

import os
import re
import subprocess
import sys
from copy import deepcopy

import nbformat
import nbgrader_command
import pytest
from nbgrader.api import Gradebook
from test_feedback import Reader

from autograder import NOTEBOOKS, cli, released
from autograder.course import folder as courses
from autograder.course.verdicts import VerdictFile, as_said, verdict_files
from autograder.exercises import lessons
from autograder.handin.pour import pour
from autograder.handin.read import parse
from autograder.handin.spoken import release_of
from autograder.pages import outline
from autograder.translation import spoken

LESSON = "13_todays_training"
EXERCISES = lessons()[LESSON].exercises
FIRST = next(iter(EXERCISES))
CHECK = f"check_{FIRST}"
HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def english():
    return released.read(NOTEBOOKS / f"{LESSON}.ipynb")


@pytest.fixture(scope="module")
def korean(english):
    return spoken.release(LESSON, english, "ko")


def handed_in(notebook):
    """As a grader reads it."""
    return parse(nbformat.writes(notebook).encode())


def wrong_here_and_there(number, exercise):
    """Every third one is a known mistake, and every fifth one untouched."""
    answers = [exercise.handed_in(one.source) for one in exercise.mistakes]
    if number % 5 == 4:
        return None
    return answers[0] if number % 3 == 2 else exercise.handed_in(exercise.source)


def answered(release, answer=wrong_here_and_there):
    """The release with answers, of which None leaves the cell alone."""
    notebook = deepcopy(release)
    cells = {cell.id: cell for cell in notebook.cells}
    for number, exercise in enumerate(EXERCISES.values()):
        source = answer(number, exercise)
        if source is not None:
            cells[exercise.name].source = source
    return notebook


def nothing_else():
    raise AssertionError("another release is looked at")


# Which release is poured into


def test_an_english_notebook_is_compared_with_no_other_release(english):
    assert release_of(handed_in(answered(english)), english, nothing_else) == ("", english)


def test_a_notebook_goes_into_the_release_of_its_language(english, korean):
    language, release = release_of(
        handed_in(answered(korean)), english, lambda: spoken.releases(LESSON, english)
    )
    assert language == "ko" and release == korean


def test_what_a_notebook_says_of_its_language_is_not_believed(english):
    notebook = answered(english)
    notebook.metadata["language"] = notebook.metadata["optlab"] = {"language": "ko"}
    assert release_of(handed_in(notebook), english, nothing_else)[0] == ""


def test_a_notebook_of_answers_alone_is_taken_for_english(english, korean):
    notebook = answered(korean, lambda number, exercise: exercise.handed_in(exercise.source))
    notebook.cells = [cell for cell in notebook.cells if cell.id in EXERCISES]
    others = [("ko", korean)]
    assert release_of(handed_in(notebook), english, lambda: others)[0] == ""


def test_the_releases_differ_in_their_words_alone(english, korean):
    assert [cell.id for cell in korean.cells] == [cell.id for cell in english.cells]
    for ours, theirs in zip(english.cells, korean.cells, strict=True):
        assert {**ours.metadata, "nbgrader": 0} == {**theirs.metadata, "nbgrader": 0}
        marks, other = (dict(cell.metadata.get("nbgrader", {})) for cell in (ours, theirs))
        assert (
            marks.pop("checksum", "") == other.pop("checksum", "") or ours.source != theirs.source
        )
        assert marks == other
    texts = [cell.source for cell in korean.cells if cell.cell_type == "markdown"]
    assert sum(HANGUL.search(text) is not None for text in texts) > 0.9 * len(texts)


# What is told of a notebook


def test_an_untouched_korean_notebook_is_poured_without_a_word(korean):
    poured = pour(korean, handed_in(korean))
    assert poured.problems == ()
    assert [cell["source"] for cell in poured.notebook["cells"]] == [
        cell.source for cell in korean.cells
    ]


def test_in_the_english_release_it_would_be_told_as_edited(english, korean):
    """What choosing a release is for."""
    poured = pour(english, handed_in(korean))
    assert any("was edited" in problem for problem in poured.problems)


@pytest.mark.parametrize("what", ["edited", "deleted", "copied"])
def test_what_was_done_to_a_cell_is_told_alike(what, english, korean):
    told = []
    for release in (english, korean):
        notebook = answered(release)
        place = [cell.id for cell in notebook.cells].index(CHECK)
        if what == "edited":
            notebook.cells[place].source += "\nprint(1)"
        elif what == "deleted":
            del notebook.cells[place]
        else:
            notebook.cells.append(deepcopy(notebook.cells[place]))
            notebook.cells[-1].id = "a-copy"
        told.append(pour(release, handed_in(notebook)).problems)
    assert told[0] == told[1]
    assert len(told[0]) == 1 and f"was {what}" in told[0][0]


# A class


@pytest.fixture(scope="module")
def course(tmp_path_factory, english, korean):
    """A graded class: the same answers in two languages, and two untouched copies."""
    folder = tmp_path_factory.mktemp("course")
    odd = deepcopy(answered(korean))
    check = next(cell for cell in odd.cells if cell.id == CHECK)
    check.source += "\nprint(1)"
    students = {
        "smith": answered(english),
        "kim": answered(korean),
        "untouched": korean,
        "untouched_english": english,
        "odd": odd,
    }
    for student, notebook in students.items():
        path = folder / "submitted" / student / LESSON / f"{LESSON}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(nbformat.writes(notebook), "utf-8")
    assert cli.main(["init", str(folder), "--lessons", LESSON]) == 0
    assert cli.main(["grade", "--course", str(folder), "--jobs", "1"]) == 0
    return folder


def kept(course, student):
    return VerdictFile(course / "verdicts" / student / f"{LESSON}.json").read()


def page(course, student):
    return (course / "feedback" / student / LESSON / f"{LESSON}.html").read_text("utf-8")


@pytest.mark.slow
def test_the_same_answers_have_the_same_verdicts_in_both_languages(course):
    smith, kim = kept(course, "smith"), kept(course, "kim")
    assert kim["exercises"] == smith["exercises"]
    assert 0 < kim["score"] == smith["score"] < kim["max_score"]
    statuses = {item["status"] for item in kim["exercises"]}
    assert {"correct", "known_mistake", "not_attempted"} <= statuses
    assert kept(course, "untouched")["score"] == 0


@pytest.mark.slow
def test_nothing_is_told_of_a_korean_notebook_that_is_not_true(course):
    for student in ("smith", "kim", "untouched", "untouched_english"):
        assert kept(course, student)["problems"] == []
    (odd,) = kept(course, "odd")["problems"]
    assert "was edited; the course's own was used" in odd
    (said,) = kept(course, "odd")["said"]["problems"]
    assert HANGUL.search(said) and said.startswith(CHECK)


@pytest.mark.slow
def test_a_verdict_is_kept_in_english_and_said_in_the_learner_s_language(course):
    assert "said" not in kept(course, "smith")
    kim = kept(course, "kim")
    assert kim["said"]["language"] == "ko"
    for item, said in zip(kim["exercises"], as_said(kim)["exercises"], strict=True):
        assert not HANGUL.search(item["message"])
        assert HANGUL.search(said["message"])
        assert said | {"message": ""} == item | {"message": ""}


@pytest.mark.slow
def test_each_page_is_in_its_learner_s_language(course):
    text = page(course, "smith")
    assert 'lang="en"' in text[:60] and "Next:" in text and "맞았습니다" not in text
    text = page(course, "kim")
    assert 'lang="ko"' in text[:60]
    assert "맞았습니다" in text and "다음으로 할 일" in text
    # Left are the learner's own code, names and formulas.
    shown = re.sub(r"<(style|code|math|pre)\b.*?</\1>", " ", text, flags=re.DOTALL)
    seen = Reader(shown).text
    assert re.findall(r"(?:\b[A-Za-z]{2,}[ ,.]+){4,}", seen) == []


@pytest.mark.slow
def test_grading_again_finds_nothing_to_do(course):
    before = {file.path: file.path.read_bytes() for file in verdict_files(course)}
    assert cli.main(["grade", "--course", str(course), "--jobs", "1"]) == 0
    assert before == {file.path: file.path.read_bytes() for file in verdict_files(course)}


@pytest.mark.slow
def test_an_untouched_answer_has_no_response_in_both_languages(course):
    with Gradebook(courses.db_url(course, courses.config(course))) as gradebook:
        said = {
            student: {
                comment.name: comment.auto_comment
                for comment in gradebook.find_submission(LESSON, student).notebooks[0].comments
            }
            for student in ("smith", "kim", "untouched", "untouched_english")
        }
    assert said["kim"] == said["smith"]
    assert said["untouched"] == said["untouched_english"]
    assert {*said["untouched"].values()} == {"No response."}


@pytest.mark.slow
def test_nbgraders_own_autograde_gives_a_korean_notebook_the_same_marks(course, tmp_path):
    command = [sys.executable, nbgrader_command.__file__, "autograde", LESSON, "--force"]
    environment = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    done = subprocess.run(
        [*command, "--student=kim"],
        cwd=course,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "was used" not in done.stderr
    expected = {item["exercise"]: item["score"] for item in kept(course, "kim")["exercises"]}
    with Gradebook(courses.db_url(course, courses.config(course))) as gradebook:
        notebook = gradebook.find_submission(LESSON, "kim").notebooks[0]
        found = {grade.name.removeprefix("check_"): grade.score for grade in notebook.grades}
    assert found == pytest.approx(expected)


def test_a_lesson_is_quoted_in_the_language_of_the_page():
    english, korean = outline.tasks(LESSON), outline.tasks(LESSON, "ko")
    assert english.keys() == korean.keys() == EXERCISES.keys()
    for name, task in korean.items():
        assert HANGUL.search(task.title), name
        assert not HANGUL.search(english[name].title)


# A verdict file that somebody has edited


@pytest.mark.parametrize(
    "said",
    [
        "ko",
        {"language": "ko", "messages": []},
        {"language": "ko", "messages": [], "problems": []},
        {"language": "ko", "messages": [1], "problems": []},
        {"language": "ko", "messages": ["x"], "problems": [None]},
    ],
)
def test_a_damaged_saying_is_a_damaged_file(said, tmp_path):
    file = VerdictFile(tmp_path / "v.json")
    item = {"exercise": "x", "status": "correct", "cause": None, "score": 1.0, "max_score": 1.0}
    item |= {"mistake": None, "variant": None, "message": "Correct."}
    verdict = {"student": "kim", "lesson": LESSON, "status": "graded", "score": 1.0}
    verdict |= {"max_score": 1.0, "problems": [], "exercises": [item]}
    good = {"language": "ko", "messages": ["맞았습니다."], "problems": []}
    file.write("digest", "grader", verdict | {"said": good})
    assert as_said(file.read())["exercises"][0]["message"] == "맞았습니다."
    file.write("digest", "grader", verdict | {"said": said})
    assert file.judged("grader") is None
