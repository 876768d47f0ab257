"""The feedback page says everything, in words, and obeys nothing that a learner wrote."""

import base64
import cProfile
import hashlib
import html
import pstats
import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from small_lesson import ANSWERS, LESSON, POINTS, cell, figure, png, submission

from autograder.course.corrections import Correction, Entries
from autograder.exercises import lessons
from autograder.handin.outputs import safe
from autograder.pages import feedback
from optlab.checking.diagnose import Status, Verdict

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>{{ 7 * 7 }}\x1b[31m\ud800"


class Reader(HTMLParser):
    """The elements and the visible text of a page."""

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


BEFORE_CLASS = datetime(2026, 3, 2, 9, 5, tzinfo=ZoneInfo("Asia/Seoul"))


def verdict(name="momentum_update", status="correct", score=4.0, message="One sentence."):
    return Verdict(name, status, score, POINTS[name], message)


def page(verdicts=None, notebook=None, problems=(), student="Ada Lovelace", **options):
    notebook = safe(submission(**ANSWERS)) if notebook is None else notebook
    verdicts = [verdict(), verdict("first_step", score=1.0)] if verdicts is None else verdicts
    return feedback.page(student, LESSON, notebook, verdicts, problems, **options)


def test_a_page_tells_student_lesson_total_marks_and_messages():
    text = Reader(page([verdict(), verdict("first_step", "incorrect", 0.0, "Look again.")])).text
    assert "Momentum Feedback for Ada Lovelace 4 of 5 points" in text
    assert "Exercise 2 · One step with momentum ✓ Correct 4 / 4 momentum_update One se" in text
    assert "first_step ✗ Not right yet 0 / 1 Look again." in text


@pytest.mark.parametrize("status", Status)
def test_every_status_has_an_icon_and_a_word(status):
    score = 4.0 if status == "correct" else 0.0
    icon, word, _ = feedback.shown(status)
    assert (
        f"{icon} {word} {score:g} / 4" in Reader(page([verdict(status=status, score=score)])).text
    )


def test_a_status_without_a_word_of_its_own_is_shown_by_its_name(monkeypatch):
    monkeypatch.delitem(feedback.STATUS, Status.TIMED_OUT)
    assert feedback.shown(Status.TIMED_OUT) == ("•", "Timed out", "bad")


def test_part_of_the_points_is_said():
    text = Reader(page([verdict(status="known_mistake", score=4 / 3)])).text
    assert "~ Partly right 1.33 / 4" in text


def test_code_and_figures_stand_with_their_exercise():
    notebook = submission(**ANSWERS)
    cell(notebook, "check_momentum_update").outputs = [figure("The first figure")]
    sections = page(notebook=safe(notebook)).split("<section")[1:]
    assert "return params" in sections[0]
    assert "The first figure" in sections[0]
    assert "A ball rolls" not in sections[0]
    assert "first_step = &#34;b&#34;" in sections[1]
    assert f'src="data:image/png;base64,{png()}" alt="A ball rolls down a valley"' in sections[1]


def _placed(line, piece, column=0):
    end = {"end_line": line, "end_column": column + len(piece)}
    place = {"line": line, "column": column, "piece": piece, "kind": "sign"} | end
    return [replace(verdict(status="incorrect", score=0.0), place=place), verdict("first_step")]


def _marked(text):
    (found,) = re.findall("<mark>(.*?)</mark>", text, re.DOTALL)
    return html.unescape(found).strip("\n")


def test_the_line_of_a_slip_is_marked_and_the_piece_in_it():
    code = ANSWERS["momentum_update"].splitlines()
    text = page(_placed(2, "params", code[1].index("params")))
    assert _marked(text) == "    return <b>params</b>"
    assert "\n".join(code) in html.unescape(re.sub("</?(mark|b)>", "", text))


def test_a_piece_of_several_lines_marks_its_first_line():
    assert _marked(page(_placed(2, "return params\n    more"))) == "    return params"


def test_no_line_is_marked_that_does_not_hold_the_piece():
    assert "<mark>" not in page(_placed(2, "another cell"))
    assert "<mark>" not in page()


def test_an_exercise_is_called_as_in_the_lesson_and_asked_again():
    text = Reader(page([verdict(status="incorrect", score=0.0)])).text
    assert "Exercise 2 · One step with momentum ✗ Not right yet 0 / 4 momentum_update" in text
    assert "The question One step of gradient descent with momentum, averaging form." in text
    assert "Like every update in this course it is pure : it returns new dictionaries" in text


def test_an_exercise_that_no_lesson_knows_goes_by_its_name():
    text = Reader(page([verdict("first_step", "incorrect", 0.0)])).text
    assert "first_step ✗ Not right yet 0 / 1 One sentence. Your code" in text


def test_what_to_read_again_stands_on_the_page_and_is_linked():
    unsolved = page([verdict(status="incorrect", score=0.0)])
    reader = Reader(unsolved)
    assert ("href", "#read-2") in reader.attributes
    assert ("id", "read-2") in reader.attributes
    assert "Read again: 2 · Average the gradients" in reader.text
    assert "Across the valley the gradients cancel each other" in reader.text
    assert "read-2" not in page()


def test_every_link_leads_to_a_place_on_the_page():
    lesson = lessons()["06_adam"]
    verdicts = [Verdict(name, "incorrect", 0.0, 1.0, "No.") for name in lesson.exercises]
    attributes = Reader(feedback.page("Ada", lesson.name, None, verdicts, ())).attributes
    ids = [value for name, value in attributes if name == "id"]
    assert len(ids) == len({*ids})
    links = {value for name, value in attributes if name == "href"}
    assert len(links) > 3
    assert links <= {f"#{one}" for one in ids}


def test_the_next_step_is_the_first_exercise_that_is_open():
    wrong = verdict(status="incorrect", score=0.0)
    assert 'Next: Exercise 2 · One step with momentum . In the notebook, hint("momentum_u' in (
        Reader(page([verdict("first_step", score=1.0), wrong])).text
    )
    untried = verdict(status="not_attempted", score=0.0)
    assert "momentum , which still waits for an answer." in Reader(page([untried, wrong])).text
    assert "Next: nothing is left to do here." in Reader(page()).text
    refused = feedback.page("Ada", LESSON, None, (), ["it is empty"])
    assert "Next: hand in 04_momentum.ipynb as JupyterLab saves it." in Reader(refused).text


def test_what_a_person_finds_right_is_no_next_step():
    wrong = verdict(status="incorrect", score=0.0)
    for mark, left in {4.0: False, 1.0: True}.items():
        entries = Entries({"momentum_update": Correction(score=mark)})
        text = Reader(page([wrong], entries=entries)).text
        assert ("Read again" in text) == left
        assert ("nothing is left to do" in text) != left


def test_a_chosen_option_is_quoted():
    chose = Verdict(
        "momentum_always_faster", "known_mistake", 0.0, 1.0, "Look.", mistake="answered_a"
    )
    text = Reader(page([chose])).text
    assert "Your answer: true on every bowl; at worst the two are equally fast Look." in text


def test_a_page_is_dated():
    dates = feedback.Dates(handed_in=BEFORE_CLASS, graded=date(2026, 3, 4))
    text = Reader(page(dates=dates)).text
    assert "Handed in 2 March 2026, 09:05 KST, graded 4 March 2026" in text
    graded = Reader(page(dates=replace(dates, handed_in=None))).text
    assert "Feedback for Ada Lovelace Graded 4 March 2026 5 of 5 points" in graded
    handed_in = Reader(page(dates=replace(dates, graded=None))).text
    assert "Handed in 2 March 2026, 09:05 KST 5 of 5 points" in handed_in
    assert "Feedback for Ada Lovelace 5 of 5 points" in Reader(page()).text
    korean = Reader(page(dates=dates, language="ko")).text
    assert "2026년 3월 2일, 09:05 KST" in korean and "2026년 3월 4일" in korean
    assert "March" not in korean


def test_submitted_figures_and_redrawn_ones_are_told_apart():
    assert "Figures, as you handed them in (they are not graded)" in page()
    assert "Figures, drawn again with your code" in page(rerun=True)


def test_a_figure_without_a_description_says_so():
    notebook = submission(**ANSWERS)
    cell(notebook, "valley").outputs = [figure("<Figure size 640x480 with 1 Axes>")]
    assert 'alt="A figure without a description"' in page(notebook=safe(notebook))


def test_a_submission_that_could_not_be_graded_has_a_page():
    text = Reader(feedback.page("Ada", LESSON, None, (), ["the notebook is empty"])).text
    assert "could not be graded" in text
    assert "the notebook is empty" in text


def test_nothing_that_a_learner_wrote_becomes_markup():
    notebook = submission(**dict.fromkeys(POINTS, HOSTILE))
    cell(notebook, "title").source = f"# {HOSTILE}"
    cell(notebook, "valley").outputs = [figure(f"alt {HOSTILE}")]
    hostile = page([verdict(message=HOSTILE)], safe(notebook), [HOSTILE], student=HOSTILE)
    harmless = page([verdict(message="x")], None, ["x"], student="x")
    hostile.encode()
    assert "\x1b" not in hostile
    assert Reader(hostile).tags == Reader(harmless).tags
    assert {name for name, _ in Reader(hostile).attributes} == {
        name for name, _ in Reader(harmless).attributes
    }
    assert "49" not in Reader(hostile).text
    assert "<script>alert(1)</script>" in Reader(hostile).text  # shown as it was typed


def test_a_page_runs_and_loads_nothing():
    tags, attributes = Reader(page()).tags, Reader(page()).attributes
    assert not {"script", "link", "iframe", "object", "form", "base"} & set(tags)
    assert not [
        name for name, _ in attributes if name.startswith("on") or name in ("style", "action")
    ]
    assert all(value.startswith("#") for name, value in attributes if name == "href")
    assert all(value.startswith("data:image/png;") for name, value in attributes if name == "src")
    assert not re.search(r"url\(|@import|https?:", page())


def test_the_security_policy_allows_this_style_and_nothing_else():
    style = re.search(r"<style>(.*?)</style>", page(), re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [value for name, value in Reader(page()).attributes if name == "content"]
    policy = next(value for value in policies if "default-src" in value)
    assert policy == (
        "default-src 'none'; img-src data:; "
        f"style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_a_page_is_written_in_few_steps():
    """Counted, not timed: what is the same for all pages is made once, above all the template."""
    notebook = safe(submission(**ANSWERS))
    page(notebook=notebook)
    profile = cProfile.Profile()
    profile.runcall(page, notebook=notebook)
    assert pstats.Stats(profile).total_calls < 1500
