"""The class report: what it counts, in which order, and that it is safe to open."""

import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from autograder.course.verdicts import verdict_file
from autograder.errors import RunError, UserError
from autograder.exercises import lessons
from autograder.pages import counts, report, since, tries

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
NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
BEFORE = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
AROUND = report.Around(when=NOW)


def page(submissions, **around):
    return report.page(submissions, replace(AROUND, **around))


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
    (row,) = counts.lesson_rows(CLASS)
    assert (row.name, row.title) == (LESSON, lessons()[LESSON].title)
    assert (row.graded, row.refused) == (5, 1)
    assert row.mean == pytest.approx((1 + 0.5 + 0 + 0.25 + 1) / 5)
    assert {item.low: item.count for item in row.bins if item.count} == {0: 1, 20: 1, 50: 1, 90: 2}
    assert row.tallest == 2


def test_lessons_come_in_the_order_of_the_course():
    names = list(lessons())[:3]
    handed_in = [submission("ada", verdict(), lesson=name) for name in reversed(names)]
    assert [row.name for row in counts.lesson_rows(handed_in)] == names


def test_an_exercise_counts_right_partly_tried_and_handed_in():
    update, descend = counts.exercise_rows(CLASS, {})
    assert (update.correct, update.partly, update.attempted, update.handed_in) == (2, 0, 5, 5)
    assert (descend.correct, descend.partly, descend.attempted, descend.handed_in) == (3, 1, 4, 5)
    assert descend.rate == 3 / 5


def test_the_most_common_mistake_comes_first_with_its_message():
    rows = counts.mistake_rows(CLASS)
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
    step, told = "A slip is where params is computed.", "velocity is right, params is not."
    rows = counts.place_rows(
        [
            submission("ada", _placed(step, "operator", "p + a * v", told)),
            submission("bob", _placed(step, "operator", "p + a * v", told)),
            submission("cyd", _placed(step, "name", "q")),
            submission("dan", _placed("", "name", "q")),
            submission("eve", wrong("uphill")),
        ]
    )
    assert rows == [
        counts.PlaceRow(LESSON, "momentum_update", step, 3, "operator", "p + a * v", told),
        counts.PlaceRow(
            LESSON, "momentum_update", "A slip is in one of two lines.", 1, "name", "q", ""
        ),
    ]


def test_slips_are_shown_as_text():
    slip = _placed(f"A slip is where {HOSTILE} is computed.", "", HOSTILE, "velocity is right.")
    text = Reader(page([submission("ada", slip)])).text
    assert "1 learner in Exercise 2 · One step with momentum. A slip is where <script>" in text
    assert "Mostly: one of several, such as <script>" in text
    assert "(velocity is right.)" in text


def test_who_has_fewer_than_half_of_the_points_may_need_help():
    assert counts.students_to_help(CLASS) == [
        counts.StudentRow("cyd", 0.0, ("momentum_update", "descend")),
        counts.StudentRow("dan", 0.25, ("momentum_update", "descend")),
    ]


def test_the_page_tells_all_of_it():
    text = Reader(page(CLASS)).text
    assert "9 March 2026, 08:30 UTC 6 students, 6 submissions, 1 not graded" in text
    assert "5 graded, 1 not graded, mean 55 %" in text
    assert "2 learners in Exercise 2 · One step with momentum : sign flipped" in text
    assert "2 learners in Exercise 2 · One step with momentum: sign flipped Up?" in text
    assert "2 · One step with momentum : right in 40 % of 5 Exercise 3" in text
    assert "Exercise 2 · One step with momentum momentum_update 40 % 40 % 0 5 5 Exercise 3" in text
    assert "eve, 04_momentum: the notebook is not valid JSON" in text
    assert "fay, 04_momentum: a cell took too long" in text
    assert "ada 8 8 bob 4 4 cyd 0 0 dan 2 2 eve ✗ 0 fay 8 8" in text


def test_contents_lead_to_what_is_there():
    attributes = Reader(page(CLASS)).attributes
    links = [value for name, value in attributes if name == "href"]
    ids = [value for name, value in attributes if name == "id"]
    assert len(ids) == len({*ids})
    assert {f"#{one}" for one in ids if not one.startswith("lesson-")} <= {*links}
    assert {*links} <= {f"#{one}" for one in ids}


def test_an_option_is_told_by_its_text():
    chose = wrong("answered_a", exercise="momentum_always_faster")
    text = Reader(page([submission("ada", chose)])).text
    assert "What did you measure?: answered “true on every bowl; at worst the two" in text
    assert "answered a" not in text


def test_a_number_is_told_as_a_number():
    quiz = lessons()["05_rmsprop"].quizzes["rmsprop_first_step"]
    names = {answer.name for answer in quiz.mistakes}
    assert "answered_10" in names
    assert counts.said("rmsprop_first_step", "answered_10") == "answered “10”"


def test_what_is_odd_about_a_submission_takes_one_line():
    told = [f"x{number}: the cell for the answer is missing" for number in range(30)]
    text = Reader(page([submission("ada", verdict(), problems=["a\nb", *told])])).text
    assert "ada, 04_momentum: a b; and 30 more" in text
    assert "x0" not in text


def test_a_student_goes_by_name_and_leads_to_the_pages():
    way = {("ada", LESSON): "feedback/ada/x.html"}
    reader = Reader(page(CLASS, pages=way, people={"ada": "Ada Lovelace"}))
    assert "Ada Lovelace (ada) 8 8" in reader.text
    assert ("href", "feedback/ada/x.html") in reader.attributes


def test_tables_are_reached_by_keyboard():
    text = page(CLASS)
    assert text.count("<table") == text.count('role="region"') == text.count('tabindex="0"') > 2


def test_the_figure_is_described_in_words():
    labels = [value for name, value in Reader(page(CLASS)).attributes if name == "aria-label"]
    assert [label for label in labels if label.startswith("Distribution")] == [
        f"Distribution of marks in {LESSON}: 1 from 0 to 10 percent, 1 from 20 to 30 percent, "
        "1 from 50 to 60 percent, 2 from 90 to 100 percent"
    ]


def test_a_class_without_mistakes_and_one_that_was_all_refused_have_a_page():
    fine = Reader(page([submission("ada", verdict())])).text
    assert "No known mistake was found." in fine
    assert "Everybody has at least half" in fine
    assert "Not graded" not in fine
    refused = Reader(page([submission("ada", status="refused", problems=["empty"])])).text
    assert "0 graded, 1 not graded" in refused


def test_nothing_that_a_learner_wrote_becomes_markup():
    def told(text):
        given = submission(text, wrong("sign_flipped", text), problems=[text])
        refused = submission(text, lesson=text, status="refused", problems=[text])
        return page([given, refused], people={text: text})

    hostile, harmless = told(HOSTILE), told("x")
    hostile.encode()
    assert "\x1b" not in hostile
    assert Reader(hostile).tags == Reader(harmless).tags
    names = [{name for name, _ in Reader(text).attributes} for text in (hostile, harmless)]
    assert names[0] == names[1]
    assert "49" not in Reader(hostile).text


def test_the_page_runs_and_loads_nothing():
    text = page(CLASS)
    assert not {"script", "link", "iframe", "object", "form", "base", "img"} & set(
        Reader(text).tags
    )
    assert not [
        name
        for name, _ in Reader(text).attributes
        if name.startswith("on") or name in ("src", "style")
    ]
    assert not re.search(r"url\(|@import|https?:", text)
    assert "default-src 'none'" in text


def write_verdicts(course, submissions=CLASS):
    for item in submissions:
        verdict_file(course, item["student"], item["lesson"]).write("digest", "grader", item)


def test_the_report_is_one_file_in_the_course_folder_beside_what_the_next_compares(tmp_path):
    write_verdicts(tmp_path)
    before = set(tmp_path.rglob("*"))
    path = report.write(tmp_path)
    assert set(tmp_path.rglob("*")) - before == {path, tmp_path / "report.json"}
    assert path == tmp_path / "report.html"
    text = Reader(path.read_text("utf-8")).text
    assert text.partition("6 students")[2] == Reader(page(CLASS)).text.partition("6 students")[2]


@pytest.mark.parametrize("student", ["김민수", "O'Brien, Ann", "100%#?&", '"><b>x'])
def test_a_link_leads_to_the_page_whatever_a_student_is_called(tmp_path, student):
    write_verdicts(tmp_path, [submission(student, verdict())])
    theirs = tmp_path / "feedback" / student / LESSON / f"{LESSON}.html"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    attributes = Reader(report.write(tmp_path).read_text("utf-8")).attributes
    (link,) = [value for name, value in attributes if name == "href" and value[0] != "#"]
    assert re.fullmatch(r"[\w%./~-]+", link)
    assert (tmp_path / unquote(link)).read_text() == "theirs"


def test_a_verdict_file_names_no_page_elsewhere(tmp_path):
    forged = submission("../../secret", verdict())
    verdict_file(tmp_path, "eve", LESSON).write("digest", "grader", forged)
    assert 'href="f' not in report.write(tmp_path).read_text("utf-8")


@pytest.mark.slow
def test_a_large_class_stays_readable(tmp_path):
    names = [f"김민수{number:03}" for number in range(300)]
    course = [*lessons()]
    for index, student in enumerate(names):
        for lesson in course:
            exercises = []
            for place, exercise in enumerate(lessons()[lesson].exercises.values()):
                slips = exercise.mistakes
                slip = slips[index % len(slips)].name if (index + place) % 3 == 0 else None
                status = "known_mistake" if slip else "correct"
                item = verdict(
                    exercise.name, status, 0.0 if slip else 4.0, slip, "Look again. " * 20
                )
                exercises.append(item)
            item = submission(
                student, *exercises, lesson=lesson, problems=["it is odd"] * (index % 2)
            )
            verdict_file(tmp_path, student, lesson).write("digest", "grader", item)
            theirs = tmp_path / "feedback" / student / lesson / f"{lesson}.html"
            theirs.parent.mkdir(parents=True)
            theirs.touch()
    text = report.write(tmp_path).read_text("utf-8")
    assert len(text.encode()) < 2_000_000
    assert (tmp_path / "report.json").stat().st_size < 1_000_000
    links = [value for name, value in Reader(text).attributes if name == "href"]
    assert {unquote(link) for link in links if link[0] != "#"} == {
        f"feedback/{student}/{lesson}/{lesson}.html" for student in names for lesson in course
    }
    assert text.count("<li>") < 2500


# Since the last report.


def stood(submissions, when=BEFORE):
    return since.standing(submissions, when)


def test_who_improved_and_which_mistakes_persist():
    then = [
        submission("ada", wrong("sign_flipped")),
        submission("bob", wrong("sign_flipped")),
        submission("cyd", verdict()),
        submission("dan", wrong("starts_at_one")),
    ]
    now = [
        submission("ada", verdict()),
        submission("bob", wrong("sign_flipped")),
        submission("cyd", wrong("sign_flipped", score=1.0)),
        submission("dan", verdict()),
        submission("eve", verdict()),
    ]
    found = since.compared(stood(then), stood(now, NOW))
    assert (found.when, found.handed_in) == (BEFORE, 1)
    assert found.gains == (since.Gain("ada", 0.0, 4.0), since.Gain("dan", 0.0, 4.0))
    assert found.losses == (since.Gain("cyd", 4.0, 1.0),)
    assert found.mistakes == (
        since.Persisting(LESSON, "momentum_update", "sign_flipped", had=2, still=1, new=1),
        since.Persisting(LESSON, "momentum_update", "starts_at_one", had=1, still=0, new=0),
    )
    text = Reader(page(now, since=found, people={"ada": "Ada Lovelace"})).text
    assert "Compared with that of 2 March 2026, 08:00 UTC. 1 submission is new" in text
    assert "Ada Lovelace (ada): 4 points more, 4 instead of 0" in text
    assert "cyd: 3 points fewer, 1 instead of 4" in text
    assert "Exercise 2 · One step with momentum: sign flipped 2 1 1" in text


def test_a_report_is_compared_with_the_last_one_that_was_different(tmp_path):
    write_verdicts(tmp_path, [submission("ada", wrong("sign_flipped"))])
    assert "last report" not in report.write(tmp_path).read_text("utf-8")
    assert "last report" not in report.write(tmp_path).read_text("utf-8")
    write_verdicts(tmp_path, [submission("ada", verdict())])
    for _ in range(2):  # asked for again, it says the same again
        assert "4 points more, 4 instead of 0" in report.write(tmp_path).read_text("utf-8")
    write_verdicts(tmp_path, [submission("ada", verdict(score=3.0))])
    assert "1 point fewer, 3 instead of 4" in report.write(tmp_path).read_text("utf-8")
    assert len(since.kept(tmp_path)) == 2


def test_what_is_kept_comes_back(tmp_path):
    runs = [stood(CLASS), stood(CLASS[:3], NOW)]
    since.keep(tmp_path, [stood([]), *runs])
    assert since.kept(tmp_path) == runs


RUN = {"when": NOW.isoformat(), "students": ["ada"], "marks": [[0, LESSON, 1.0]], "mistakes": []}
DAMAGED = {
    "half": '{"schema": 1, "ru',
    "nothing": "",
    "binary": "\x00\x01",
    "a list": "[]",
    "a number": "3",
    "deep": "[" * 100_000,
    "another release": {"schema": 2, "runs": [RUN]},
    "no runs": {"schema": 1},
    "no such student": {"schema": 1, "runs": [RUN | {"marks": [[7, LESSON, 1.0]]}]},
    "a word for a mark": {"schema": 1, "runs": [RUN | {"marks": [[0, LESSON, "many"]]}]},
    "a list for a name": {"schema": 1, "runs": [RUN | {"students": [["ada"]]}]},
    "a list for a lesson": {"schema": 1, "runs": [RUN | {"marks": [[0, [], 1.0]]}]},
    "no date": {"schema": 1, "runs": [RUN | {"when": "yesterday"}]},
    "a date without a zone": {"schema": 1, "runs": [RUN | {"when": "2026-01-01T00:00:00"}]},
    "a number for mistakes": {"schema": 1, "runs": [RUN | {"mistakes": 3}]},
}


@pytest.mark.parametrize("kept", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_no_error_and_is_replaced(tmp_path, kept):
    write_verdicts(tmp_path)
    (tmp_path / "report.json").write_text(kept if isinstance(kept, str) else json.dumps(kept))
    assert "last report" not in report.write(tmp_path).read_text("utf-8")
    assert len(since.kept(tmp_path)) == 1


def test_a_mark_that_is_no_number_is_damage(tmp_path):
    (tmp_path / "report.json").write_text(
        json.dumps({"schema": 1, "runs": [RUN | {"marks": [[0, LESSON, float("nan")]]}]})
    )
    assert since.kept(tmp_path) == []


# Tries, as journals tell them.


def journal(course, student, contents, lesson=LESSON):
    path = course / "submitted" / student / lesson / tries.JOURNAL
    path.parent.mkdir(parents=True)
    path.write_text(contents if isinstance(contents, str) else json.dumps(contents))
    return path


def test_tries_are_those_of_all_journals(tmp_path):
    for student, number in {"ada": 1, "bob": 4, "cyd": 3}.items():
        entry = {"status": "correct", "score": 5.0, "tries": number}
        journal(tmp_path, student, {"momentum_update": entry, "ewa": entry, "predictions": {}})
    found = tries.of_course(tmp_path)
    assert found == {(LESSON, "momentum_update"): [1, 4, 3]}
    (row, _) = counts.exercise_rows(CLASS, found)
    assert row.usual_tries == 3
    text = Reader(page(CLASS, tries=found)).text
    assert "momentum_update 40 % 40 % 0 5 5 3 Exercise 3" in text
    assert "the median of the journals that were handed in (3)" in text
    assert "Checks:" not in Reader(page(CLASS)).text


FORGED = [
    "", "{", "[]", "null", "7", '"x"', "[" * 100_000, "9" * 5_000, '{"momentum_update": 3}',
    '{"momentum_update": {"tries": -1}}', '{"momentum_update": {"tries": 0}}',
    '{"momentum_update": {"tries": 1e9}}', '{"momentum_update": {"tries": 1000}}',
    '{"momentum_update": {"tries": NaN}}', '{"momentum_update": {"tries": true}}',
    '{"momentum_update": {"tries": "<script>"}}', '{"momentum_update": {"tries": [1]}}',
    '{"momentum_update": {"tries": ' + "9" * 4_000 + "}}", '{"momentum_update": {}}',
    '{"momentum_update": {"tries": 5}}' + " " * 200_000,
]  # fmt: skip


@pytest.mark.parametrize("contents", FORGED, ids=lambda text: text[:40] or "nothing")
def test_a_forged_journal_counts_as_nothing(tmp_path, contents):
    journal(tmp_path, "eve", contents)
    assert tries.of_course(tmp_path) == {}


def test_a_journal_that_is_no_file_counts_as_nothing(tmp_path):
    honest = journal(tmp_path, "ada", {"momentum_update": {"tries": 2}})
    for student, make in {
        "link": lambda path: path.symlink_to(honest),
        "folder": Path.mkdir,
        "pipe": os.mkfifo,
    }.items():
        path = tmp_path / "submitted" / student / LESSON / tries.JOURNAL
        path.parent.mkdir(parents=True)
        make(path)
    assert tries.of_course(tmp_path) == {(LESSON, "momentum_update"): [2]}


def test_a_course_that_is_not_graded_is_a_users_error(tmp_path):
    with pytest.raises(UserError, match=r"nothing is graded in .*; run `make grade"):
        report.write(tmp_path)


def test_a_report_that_cannot_be_written_is_said(tmp_path):
    write_verdicts(tmp_path)
    (tmp_path / "report.html").mkdir()
    with pytest.raises(RunError, match=r"cannot write .*report.html: Is a directory"):
        report.write(tmp_path)
