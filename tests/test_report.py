"""The class report: what it counts, in which order, and that it is safe to open."""

import re
from html.parser import HTMLParser

import pytest

from autograder.course.verdicts import verdict_file
from autograder.errors import RunError, UserError
from autograder.exercises import lessons
from autograder.pages import report

LESSON = "04_momentum"
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7 * 7 }}\x1b[31m\ud800"


def verdict(exercise="momentum_update", status="correct", score=4.0, mistake=None, message="Said."):
    return {
        "exercise": exercise,
        "status": status,
        "cause": None,
        "score": score,
        "max_score": 4.0,
        "mistake": mistake,
        "variant": None,
        "message": message,
    }


def wrong(mistake, message="Said.", exercise="momentum_update", score=0.0):
    return verdict(exercise, "known_mistake", score, mistake, message)


def submission(student, *exercises, lesson=LESSON, status="graded", problems=()):
    return {
        "student": student,
        "lesson": lesson,
        "status": status,
        "score": sum(item["score"] for item in exercises),
        "max_score": sum(item["max_score"] for item in exercises),
        "problems": list(problems),
        "exercises": list(exercises),
    }


CLASS = [
    submission("ada", verdict(), verdict("descend")),
    submission("bob", wrong("starts_at_one", "One?"), verdict("descend")),
    submission("cyd", wrong("sign_flipped", "Up?"), verdict("descend", "not_attempted", 0.0)),
    submission("dan", wrong("sign_flipped", "Up?"), wrong("short", score=2.0, exercise="descend")),
    submission("eve", status="refused", problems=["the notebook is not valid JSON"]),
    submission("fay", verdict(), verdict("descend"), problems=["a cell took too long"]),
]


class Reader(HTMLParser):
    """The elements, the attributes and the visible text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def test_marks_are_counted_in_bins_and_averaged():
    (row,) = report.lesson_rows(CLASS)
    assert (row.name, row.title) == (LESSON, lessons()[LESSON].title)
    assert (row.graded, row.refused) == (5, 1)
    assert row.mean == pytest.approx((1 + 0.5 + 0 + 0.25 + 1) / 5)
    assert {item.low: item.count for item in row.bins if item.count} == {0: 1, 20: 1, 50: 1, 90: 2}
    assert row.tallest == 2


def test_lessons_come_in_the_order_of_the_course():
    names = list(lessons())[:3]
    handed_in = [submission("ada", verdict(), lesson=name) for name in reversed(names)]
    assert [row.name for row in report.lesson_rows(handed_in)] == names


def test_an_exercise_counts_right_partly_tried_and_handed_in():
    update, descend = report.exercise_rows(CLASS)
    assert (update.correct, update.partly, update.attempted, update.handed_in) == (2, 0, 5, 5)
    assert (descend.correct, descend.partly, descend.attempted, descend.handed_in) == (3, 1, 4, 5)
    assert descend.rate == 3 / 5


def test_the_most_common_mistake_comes_first_with_its_message():
    rows = report.mistake_rows(CLASS)
    assert [(row.exercise, row.name, row.count, row.message) for row in rows] == [
        ("momentum_update", "sign_flipped", 2, "Up?"),
        ("momentum_update", "starts_at_one", 1, "One?"),
        ("descend", "short", 1, "Said."),
    ]


def _placed(where, kind, piece, about=""):
    told = {"where": where, "which result": about}
    facts = [{"kind": kind, "text": text} for kind, text in told.items() if text]
    item = verdict(status="incorrect", score=0.0)
    return item | {"place": {"kind": kind, "piece": piece, "line": 5}, "facts": facts}


def test_slips_without_a_name_are_counted_by_their_line():
    step, told = "A slip is where params is computed.", "velocity is right; params is not."
    rows = report.place_rows(
        [
            submission("ada", _placed(step, "operator", "p + a * v", told)),
            submission("bob", _placed(step, "operator", "p + a * v", told)),
            submission("cyd", _placed(step, "name", "q")),
            submission("dan", _placed("", "name", "q")),
            submission("eve", wrong("uphill")),
        ]
    )
    assert rows == [
        report.PlaceRow("momentum_update", step, 3, "operator", "p + a * v", told),
        report.PlaceRow("momentum_update", "A slip is in one of two lines.", 1, "name", "q", ""),
    ]


def test_slips_are_shown_as_text():
    slip = _placed(f"A slip is where {HOSTILE} is computed.", "", HOSTILE, "velocity is right.")
    text = Reader(report.page([submission("ada", slip)])).text
    assert "1 learner in momentum_update . A slip is where <script>" in text
    assert "Mostly: one of several, such as <script>" in text
    assert "(velocity is right.)" in text


def test_who_has_fewer_than_half_of_the_points_may_need_help():
    assert report.students_to_help(CLASS) == [
        report.StudentRow("cyd", 0.0, ("momentum_update", "descend")),
        report.StudentRow("dan", 0.25, ("momentum_update", "descend")),
    ]


def test_the_page_tells_all_of_it():
    text = Reader(report.page(CLASS)).text
    assert "6 students, 6 submissions, 1 not graded" in text
    assert "5 graded, 1 not graded, mean 55 %" in text
    assert "2 learners in momentum_update : sign flipped Up?" in text
    assert text.index("sign flipped") < text.index("starts at one")
    assert text.index("momentum_update 04_momentum") < text.index("descend 04_momentum")
    assert "eve 04_momentum the notebook is not valid JSON" in text
    assert "fay 04_momentum a cell took too long" in text


def test_the_figure_is_described_in_words():
    labels = [
        value for name, value in Reader(report.page(CLASS)).attributes if name == "aria-label"
    ]
    assert labels == [
        f"Distribution of marks in {LESSON}: 1 from 0 to 10 percent, 1 from 20 to 30 percent, "
        "1 from 50 to 60 percent, 2 from 90 to 100 percent"
    ]


def test_a_class_without_mistakes_and_one_that_was_all_refused_have_a_page():
    fine = Reader(report.page([submission("ada", verdict())])).text
    assert "No known mistake was found." in fine
    assert "Everybody has at least half" in fine
    assert "Not graded" not in fine
    refused = Reader(report.page([submission("ada", status="refused", problems=["empty"])])).text
    assert "0 graded, 1 not graded" in refused


def test_nothing_that_a_learner_wrote_becomes_markup():
    def page(text):
        given = submission(text, wrong("sign_flipped", text), problems=[text])
        refused = submission(text, lesson=text, status="refused", problems=[text])
        return report.page([given, refused])

    hostile, harmless = page(HOSTILE), page("x")
    hostile.encode()
    assert "\x1b" not in hostile
    assert Reader(hostile).tags == Reader(harmless).tags
    names = [{name for name, _ in Reader(text).attributes} for text in (hostile, harmless)]
    assert names[0] == names[1]
    assert "49" not in Reader(hostile).text


def test_the_page_runs_and_loads_nothing():
    text = report.page(CLASS)
    assert not {"script", "link", "iframe", "object", "form", "base", "img"} & set(
        Reader(text).tags
    )
    assert not [
        name
        for name, _ in Reader(text).attributes
        if name.startswith("on") or name in ("href", "src", "style")
    ]
    assert not re.search(r"url\(|@import|https?:", text)
    assert "default-src 'none'" in text


def write_verdicts(course):
    for item in CLASS:
        verdict_file(course, item["student"], LESSON).write("digest", "grader", item)


def test_the_report_is_one_file_in_the_course_folder(tmp_path):
    write_verdicts(tmp_path)
    before = set(tmp_path.rglob("*"))
    path = report.write(tmp_path)
    assert set(tmp_path.rglob("*")) - before == {path} == {tmp_path / "report.html"}
    assert path.read_text("utf-8") == report.page(CLASS)


def test_a_course_that_is_not_graded_is_a_users_error(tmp_path):
    with pytest.raises(UserError, match=r"nothing is graded in .*; run `make grade"):
        report.write(tmp_path)


def test_a_report_that_cannot_be_written_is_said(tmp_path):
    write_verdicts(tmp_path)
    (tmp_path / "report.html").mkdir()
    with pytest.raises(RunError, match=r"cannot write .*report.html: Is a directory"):
        report.write(tmp_path)
