"""The leaderboard: who enters it, what is kept, and that its stored lines are what they say."""

import ast
import json
import os
import re
from itertools import pairwise

import nbformat
import numpy as np
import pytest

from autograder import NOTEBOOKS
from autograder.build import leaderboard
from autograder.exercises import find_exercise, lessons
from optlab import board, solved, track
from optlab.checking import journal

TODAY = board.SEEDS if "SEEDS" in os.environ else (0, 9)
NAMES = {name for one in board.ENTRANTS.values() for name in one.functions}


@pytest.fixture(autouse=True)
def own_journal(tmp_path, monkeypatch):
    """As in a learner's folder: the notebooks and the journal lie in the working directory."""
    monkeypatch.setattr(journal, "FILE", tmp_path / ".progress.json")
    monkeypatch.setattr(journal, "_memory", {})
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def short(monkeypatch):
    """Two seeds of one epoch: what is entered, and how, does not hang on the number."""
    monkeypatch.setattr(board, "SEEDS", range(2))
    monkeypatch.setattr(board, "EPOCHS", 1)


def references(*names):
    return {name: find_exercise(name).reference for name in names}


def one_line(capsys):
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    return said.strip()


@pytest.mark.slow
def test_the_stored_lines_are_what_the_references_reach(monkeypatch):
    """On some of the seeds each day, and on all of them each week."""
    monkeypatch.setattr(board, "SEEDS", TODAY)
    stored = json.loads(board.STORED.read_text("utf-8"))
    computed = {name: board.as_data(line) for name, line in leaderboard.lines().items()}
    assert stored.keys() == computed.keys()
    for name, line in computed.items():
        told = {key: [values[seed] for seed in TODAY] for key, values in stored[name].items()}
        assert line["costs"] == pytest.approx(told["costs"], rel=1e-4), name
        assert line["epochs"] == told["epochs"]
        assert line["wrong"] == pytest.approx(told["wrong"], abs=1)


def test_every_lesson_up_to_adam_is_a_step_up_and_told_apart():
    found = board.rows(6)
    names = ["gd", "sgd", "momentum", "rmsprop", "adam"]
    assert list(found) == names
    for before, after in pairwise(names):
        apart = board.compared(found[after].line, found[before].line)
        assert not apart.tie and apart.times > 1.4 and apart.wins == 10
    assert [place for place, _ in board.ranked(found)] == ["1", "2", "3", "4", "5"]


def test_who_is_not_told_apart_shares_the_place():
    ranked = board.ranked(board.rows(7))
    assert [(place, row.entrant.name) for place, row in ranked][:3] == [
        ("1", "adam_line"),
        ("=", "adam"),
        ("3", "rmsprop"),
    ]


def line(*costs):
    return board.Line(costs=costs, epochs=(0,) * len(costs), wrong=(9,) * len(costs))


def test_a_tie_is_a_mean_of_differences_within_two_standard_errors():
    base = line(1.0, 1.0, 1.0, 1.0)
    spread = np.exp([0.1, 0.2, 0.3, 0.4])  # mean 0.25, standard error 0.0645
    assert not board.compared(line(*1 / spread), base).tie
    wide = np.exp([-0.3, 0.2, 0.4, 0.3])  # mean 0.15, standard error 0.155
    found = board.compared(line(*1 / wide), base)
    assert found.tie and found.wins == 3 and found.times == pytest.approx(np.exp(0.15))
    assert board.compared(base, base).tie


@pytest.mark.slow
@pytest.mark.parametrize("beside_the_notebooks", [True, False])
def test_a_right_function_enters_and_stands_beside_the_course_s(
    beside_the_notebooks, monkeypatch, tmp_path, capsys
):
    if not beside_the_notebooks:  # as in a solution, or on another machine
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
    rows = board.enter("gd", "sgd", here=references("sgd_update"))
    assert one_line(capsys) == "sgd_update       joins, from this notebook"
    for name in ("gd", "sgd"):
        assert rows[name].own.costs == pytest.approx(rows[name].course.costs, rel=1e-4)
    assert journal.FILE.exists() == beside_the_notebooks
    board.show(rows)
    cells = [one.split() for one in capsys.readouterr().out.splitlines()]
    assert cells[1][:5] == ["1", "mini-batches,", "0.5", "0.489", "0.489"]


def test_a_second_run_replaces_the_first(short):
    here = references("sgd_update")
    first = board.enter("sgd", here=here)["sgd"].own
    half = {"sgd_update": lambda p, g, rate: here["sgd_update"](p, g, rate / 2)}
    kept = board._own_line(board.ENTRANTS["sgd"], half)
    journal.keep_run("sgd", {**journal.runs()["sgd"], **board.as_data(kept)})
    assert board.rows(1)["sgd"].own == kept != first
    assert board.enter("sgd", here=here)["sgd"].own == first


def wrong(params, grads, learning_rate):
    return params


def unfinished(params, grads, learning_rate):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (wrong, 'skipped: does not pass check("sgd_update") in this notebook'),
        (unfinished, "skipped: not solved yet in this notebook"),
        (None, "skipped: not solved yet in this notebook"),
        (3, 'skipped: does not pass check("sgd_update") in this notebook'),
    ],
)
def test_a_wrong_or_missing_answer_is_one_line_and_no_entry(answer, said, capsys):
    rows = board.enter("sgd", here={"sgd_update": answer})
    assert one_line(capsys).split(maxsplit=1) == ["sgd_update", said]
    assert rows["sgd"].own is None and rows["sgd"].line == rows["sgd"].course
    assert journal.runs() == {} and not journal.FILE.exists()


def test_without_notebook_or_keys_the_course_s_lines_are_shown(capsys, monkeypatch):
    rows = board.enter("sgd", here={})
    assert "is not beside this notebook" in one_line(capsys)
    monkeypatch.setattr(solved.keys, "lessons", list)
    assert board.enter("sgd", here=references("sgd_update")) == rows
    assert "the key of sgd_update is not beside optlab" in one_line(capsys)


def fails_on_a_network(params, grads, learning_rate):
    if "W2" in params and params["W2"].shape == (10, 32):
        raise ValueError("no such network")
    return references("sgd_update")["sgd_update"](params, grads, learning_rate)


def never_ends(params, grads, learning_rate):
    while params["W2"].shape == (10, 32):
        pass


def blows_up(params, grads, learning_rate):
    return {key: value * np.nan for key, value in params.items()}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (fails_on_a_network, "mini-batches: stopped by ValueError: no such network. No entry."),
        (never_ends, "mini-batches: still running after 0.2 seconds, so no entry."),
        (blows_up, "mini-batches: the cost is no number in the end, so no entry."),
    ],
)
def test_what_fails_on_the_network_is_one_line_and_no_entry(
    answer, said, short, capsys, monkeypatch
):
    """It may have passed its check."""
    if answer is never_ends:  # the others may take as long as the machine needs
        monkeypatch.setattr(board, "SECONDS", 0.2)
    monkeypatch.setattr(solved, "find", lambda name, here: (answer, "joins"))
    rows = board.enter("sgd", here={})
    assert capsys.readouterr().out.splitlines() == ["sgd_update       joins", said]
    assert rows["sgd"].own is None and journal.runs() == {}


ENTRY = {
    "setting": board._setting(board.ENTRANTS["sgd"]),
    "costs": [0.5] * 10,
    "epochs": [0] * 10,
    "wrong": [70] * 10,
}


def test_an_entry_of_another_lesson_is_found_whatever_order_they_are_opened_in():
    journal.keep_run("adam", {"setting": "of a later lesson"})
    journal.keep_run("sgd", ENTRY)
    journal._keep({"ewa": {"status": "correct", "score": 2}})
    assert board.rows(4)["sgd"].own.cost == pytest.approx(0.5)
    assert set(json.loads(journal.FILE.read_text())) == {"board", "ewa"}


@pytest.mark.parametrize(
    "damage",
    [
        {"setting": "gains over 2 decades"},
        {"costs": [0.5] * 9},
        {"costs": [0.0] * 10},
        {"costs": [float("nan")] * 10},
        {"costs": ["0.5"] * 10},
        {"costs": [[0.5]] * 10},
        {"epochs": None},
        {"wrong": "7777777777"},
        {"wrong": [True] * 10},
    ],
)
def test_a_damaged_or_old_entry_is_none(damage):
    journal.keep_run("sgd", ENTRY | damage)
    assert board.rows(1)["sgd"].own is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"board": 3}', '{"board": {"sgd": []}}', "\0"])
def test_a_damaged_journal_holds_no_entries_and_takes_new_ones(text, short):
    journal.FILE.write_text(text)
    assert board.rows(1)["sgd"].own is None
    assert board.enter("sgd", here=references("sgd_update"))["sgd"].own is not None


def test_where_every_lesson_has_a_folder_of_its_own_the_newest_entry_counts(tmp_path, monkeypatch):
    """As nbgrader lays them out."""

    def work_in(lesson):
        (tmp_path / lesson).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / lesson)
        monkeypatch.setattr(journal, "FILE", tmp_path / lesson / ".progress.json")
        monkeypatch.setattr(journal, "_memory", {})

    work_in("04_momentum")
    journal.keep_run("sgd", ENTRY)
    work_in("06_adam")
    assert board.rows(6)["sgd"].own.cost == pytest.approx(0.5)
    journal.keep_run("adam", ENTRY)
    work_in("04_momentum")
    journal.keep_run("sgd", ENTRY | {"costs": [0.4] * 10})
    work_in("06_adam")
    assert board.rows(6)["sgd"].own.cost == pytest.approx(0.4)


def test_the_figure_fills_the_learner_s_own_dots_only():
    journal.keep_run("sgd", ENTRY)
    (ax,) = board.figure(board.rows(4)).axes
    faces = {text.get_text().split("  ")[1] for text in ax.get_yticklabels()}
    assert faces == {"momentum", "mini-batches", "whole batch"}
    filled = [one.get_markerfacecolor() != "white" for one in ax.lines if one.get_marker() == "o"]
    assert filled == [False, True, False]


# The track


def test_the_scans_are_digits_with_gains_over_three_decades_that_standardizing_undoes():
    scanned, plain = track.scans()[0], track.digits_split()[0]
    bright = plain.X.std(axis=1) > 0
    gains = scanned.X.max(axis=1)[bright] / plain.X.max(axis=1)[bright]
    assert 500 < gains.max() / gains.min() < 1000
    assert np.mean(scanned.X**2) == pytest.approx(np.mean(plain.X**2))
    clean = track.standardized()[0].X
    again = (plain.X - plain.X.mean(axis=1, keepdims=True))[bright]
    assert clean[bright] == pytest.approx(again / plain.X[bright].std(axis=1, keepdims=True))
    assert not clean[~bright].any()


def test_a_track_counts_gradients_and_visits_every_digit_once_in_an_epoch():
    digits = track.scans()[0]
    run = track.Track(digits, seed=3, budget=23)
    start = run.start
    mean = {key: np.zeros(value.shape) for key, value in start.items()}
    sizes = [len(part) for part in np.array_split(np.arange(1437), 23)]
    for size in sizes:
        for key, value in run.gradient(start).items():
            mean[key] += value * size / 1437
    whole = track.Track(digits, seed=4, budget=1, batch=1437).gradient(start)
    assert all(mean[key] == pytest.approx(whole[key], abs=1e-12) for key in whole)
    assert run.used == 23
    with pytest.raises(RuntimeError, match="the budget of 23 gradients is spent"):
        run.gradient(start)


def test_who_writes_into_the_start_changes_no_start():
    run = track.Track(track.scans()[0], seed=3, budget=1)
    run.start["W1"][:] = 0
    assert run.start["W1"].any()


# How much of the course runs the learner's own code


def own_code(lesson):
    """(experiments that run it, all): a cell names an exercise's function, a function of the
    notebook that does, or hands `globals()` over, or uses what another one was given for that.
    Cells that only ask are no experiments."""
    names, handed, found = {*lesson.functions, "globals"}, set(), []
    notebook = nbformat.read(NOTEBOOKS / f"{lesson.name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if "experiment" not in cell.metadata.get("tags", []):
            continue
        tree = ast.parse(cell.source)
        for part in tree.body:
            if isinstance(part, ast.FunctionDef) and used(part) & names:
                names.add(part.name)
            if isinstance(part, ast.Assign) and used(part.value) & {"globals", *handed}:
                handed |= {one.id for one in part.targets if isinstance(one, ast.Name)}
        if "globals" in used(tree):  # what the cell has found goes to the cells below
            names |= handed
        if re.match("# (Experiment|Sliders?|Figure):", cell.source):
            found.append(bool(used(tree) & names))
    return sum(found), len(found)


def used(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_a_third_of_all_experiments_run_the_learner_s_own_code():
    counted = [own_code(lesson) for lesson in lessons().values()]
    own, every = map(sum, zip(*counted, strict=True))
    assert every > 100 and 3 * own >= every, (own, every)
