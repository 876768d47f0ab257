"""How a message looks: as HTML, as plain text, with lines of the learner's own code."""

import linecache
from itertools import product

import numpy as np
import pytest
from contrast import contrast

from optlab import check, hint
from optlab.checking import checks, journal, ownlines
from optlab.checking.box import WIDTH, Box, CodeLine, Tone
from optlab.checking.diagnose import Status, Verdict
from optlab.checking.language import columns
from optlab.checking.notice import Notice

NASTY = "<script>x</script> & `<b>`"
LINE = CodeLine(number=4, text="v = beta * v <b>", start=4, end=8)


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(journal, "_memory", {})
    for state in (checks._hints_given, checks._last_try, checks._place_hints, checks._place_code):
        state.clear()


def test_plain_text_underlines_the_piece():
    box = Box(Tone.WRONG, "Not yet.", "In line 4.", code=(LINE,), last="Try again.")
    assert repr(box.rich()) == (
        "✗ Not yet. In line 4.\n    line 4:  v = beta * v <b>\n                 ^^^^\nTry again."
    )


def test_without_code_it_is_one_line():
    assert repr(Box(Tone.RIGHT, "Correct.", "It passes.").rich()) == "✓ Correct. It passes."


def test_everything_in_the_html_is_escaped():
    nasty = CodeLine(number=1, text=NASTY, start=1, end=len(NASTY) - 2)
    shown = Box(Tone.HINT, NASTY, NASTY, code=(nasty,), last=NASTY).rich()._repr_html_()
    assert "<script>" not in shown
    assert "<b>`" not in shown
    assert shown.count("&lt;script&gt;") == 3
    assert shown.count("&lt;b&gt;") == 3


def test_the_html_marks_the_piece_and_is_announced_without_its_icon():
    shown = Box(Tone.WRONG, "Not yet.", "Look at `beta`.", code=(LINE,)).rich()._repr_html_()
    assert shown.startswith('<div role="status"')
    assert ">beta</mark> * v &lt;b&gt;" in shown
    assert ">beta</code>." in shown
    assert shown.index('aria-hidden="true"') < shown.index("✗") < shown.index("Not yet.")


@pytest.mark.parametrize("tone", Tone)
def test_the_sign_can_be_read_and_the_bar_be_seen_in_both_themes(tone):
    assert contrast("#ffffff", tone.color) >= 4.5
    assert contrast("#111111", tone.color) >= 3


def test_icons_and_colors_differ():
    for one, other in product(Tone, Tone):
        assert one is other or (one.icon != other.icon and one.color != other.color)


SLIP = """\
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    new_params, new_velocity = {}, {}
    for 열쇠 in params:
        new_velocity[열쇠] = beta * velocity[열쇠] + (1 - beta) * grads[열쇠] ** 3
        new_params[열쇠] = params[열쇠] - learning_rate * new_velocity[열쇠]
    return new_params, new_velocity
"""
ROW = "new_velocity[열쇠] = beta * velocity[열쇠] + (1 - beta) * grads[열쇠] ** 3"


@pytest.fixture
def answer():
    """answer(source): the function of that name, its source where a cell's would be."""
    files = []

    def define(source, name="momentum_update"):
        file = f"<cell {len(files)} of {__name__}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        files.append(file)
        space = {"np": np}
        exec(compile(source, file, "exec"), space)
        globals()[name] = space[name]
        return space[name]

    yield define
    globals().pop("momentum_update", None)
    for file in files:
        del linecache.cache[file]


def _failed():
    with pytest.raises(Notice) as caught:
        check("momentum_update")
    return caught.value.box


def test_check_shows_the_line_and_the_first_hint_the_piece(answer, capsys):
    answer(SLIP)
    assert _failed().code == (CodeLine(number=4, text=ROW),)
    hint("momentum_update")
    line, below = capsys.readouterr().out.splitlines()[1:3]
    assert line == f"    line 4:  {ROW}"
    assert below == " " * columns(line[: line.rindex("3")]) + "^"
    (again,) = _failed().code
    assert again.parts == (ROW[:-1], "3", "")


def test_another_slip_starts_with_its_line_again(answer):
    answer(SLIP)
    _failed()
    hint("momentum_update")
    answer(SLIP.replace("- learning_rate *", "- learning_rate / 7 *").replace(" ** 3", ""))
    (line,) = _failed().code
    assert (line.number, line.start, line.end) == (5, 0, 0)


def test_the_written_hints_come_without_a_line(answer, capsys):
    answer(SLIP)
    _failed()
    for _ in range(5):
        hint("momentum_update")
    shown = capsys.readouterr().out.split("→ Hint ")[1:]
    assert ["    line 4:" in text for text in shown] == [True, True, False, False, False]


def test_where_it_raised_is_shown_in_its_own_tone(answer):
    answer(SLIP.replace("grads[열쇠] ** 3", 'grads["no"]'))
    box = _failed()
    assert box.tone is Tone.FAILED
    assert [(line.number, "no" in line.text) for line in box.code] == [(4, True)]


FLAT = """\
def momentum_update(params, grads, velocity, learning_rate, beta=0.9):
    v = {k: (beta * velocity[k] + (1 - beta) * grads[k]).ravel() for k in params}
    return {k: params[k].ravel() - learning_rate * v[k] for k in params}, v
"""


def test_a_line_that_raises_in_a_later_case_only_is_not_told(answer):
    answer(FLAT)
    box = _failed()
    assert "should have shape (1, 2); yours has (2,)" in box.text
    assert "It stops" not in box.text
    assert box.code == ()


def _verdict(**place):
    data = {"function": "f", "line": 2, "end_line": 2, "column": 4, "end_column": 5, "piece": "x"}
    return Verdict("f", Status.INCORRECT, 0.0, 1.0, "", place=data | place)


SOURCE = "def f():\n    x = 1\n    y = [\n        2,\n    ]\n"


def test_lines_keep_their_indentation_to_each_other(answer):
    place = {"line": 3, "end_line": 5, "piece": "y = [\n        2,\n    ]"}
    shown = ownlines.of(answer(SOURCE, "f"), _verdict(**place))
    assert [line.text for line in shown] == ["y = [", "    2,", "]"]
    assert [line.parts[1] for line in shown] == ["y = [", "2,", "]"]


@pytest.mark.parametrize("place", [{"piece": "z"}, {"line": 9, "end_line": 9}, {"function": "g"}])
def test_a_line_that_is_not_there_is_not_shown(place, answer):
    assert ownlines.of(answer(SOURCE, "f"), _verdict(**place)) == ()


def test_long_statements_are_cut(answer):
    source = "def f():\n    return [\n" + "        1,\n" * 50 + "    ]\n"
    place = {"end_line": 53, "piece": "return [\n"}
    assert len(ownlines.of(answer(source, "f"), _verdict(**place))) == ownlines.MOST


def test_a_terminal_s_lines_fit():
    box = Box(Tone.WRONG, "Not yet.", "word " * 100, last="last " * 100)
    assert max(map(len, box.lines())) <= WIDTH
