"""What a stranger hands in ends in a notebook or in a refusal; only the answers are theirs."""

import base64
import json
import os
import pickle
import random
import socket
from copy import deepcopy
from dataclasses import replace

import nbformat
import pytest
from nbconvert.filters.markdown_mistune import markdown2html_mistune
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from small_lesson import ANSWERS, POINTS, STUBS, cell, figure, png, release, submission

from autograder import released
from autograder.course.names import student_name
from autograder.handin.outputs import FileLimits, outputs, safe, safe_text, texts_by_id, written
from autograder.handin.pour import pour
from autograder.handin.read import REASONS, Refusal, parse, read
from optlab.checking.codec import Opaque


def as_bytes(notebook):
    return nbformat.writes(notebook).encode()


def refused(data, limits=None):
    with pytest.raises(Refusal) as caught:
        parse(data, *([limits] if limits else []))
    return caught.value.name


def poured(notebook):
    """`notebook` written, read and poured into the release, as grading does it."""
    result = pour(release(), notebook_read(notebook))
    nbformat.validate(result.notebook)
    return replace(result, notebook=from_dict(result.notebook))


def notebook_read(notebook):
    return from_dict(parse(json.dumps(notebook).encode()))


# Reading


def test_a_notebook_is_read(tmp_path):
    path = tmp_path / "04_momentum.ipynb"
    path.write_bytes(as_bytes(submission(**ANSWERS)))
    notebook = from_dict(read(path))
    nbformat.validate(notebook)
    assert [cell.source for cell in notebook.cells] == [
        cell.source for cell in submission(**ANSWERS).cells
    ]


def test_files_that_are_no_files_are_refused(tmp_path):
    folder, pipe, link, loop, plug = (
        tmp_path / name for name in "folder pipe link loop plug".split()
    )
    folder.mkdir()
    os.mkfifo(pipe)
    real = tmp_path / "real.ipynb"
    real.write_bytes(as_bytes(release()))
    link.symlink_to(real)
    loop.symlink_to(loop)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(plug))
        names = {}
        for path in (folder, pipe, link, loop, plug, tmp_path / "none", real / "below"):
            with pytest.raises(Refusal) as caught:
                read(path)
            names[path.name] = caught.value.name
    assert names == {
        "folder": "not_a_file",
        "pipe": "not_a_file",
        "link": "symlink",
        "loop": "symlink",
        "plug": "not_a_file",
        "none": "missing",
        "below": "missing",
    }


def test_a_large_file_is_refused_by_its_size(tmp_path):
    path = tmp_path / "large.ipynb"
    path.write_bytes(as_bytes(release()))
    with pytest.raises(Refusal, match="too large"):
        read(path, FileLimits(megabytes=0.001))
    with path.open("wb") as file:
        file.truncate(10**11)  # sparse: 100 GB that take no room and must not be read
    with pytest.raises(Refusal, match="100000 MB"):
        read(path)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xff\xfe\x00", "not_utf8"),
        (b"{", "not_json"),
        (b'{"nbformat": NaN}', "not_json"),
        (b'{"nbformat": 4, "nbformat": 4, "cells": []}', "not_json"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "not_json"),
        (b"[" * 100_000, "too_deep"),
        (b"[]", "not_a_notebook"),
        (b'{"nbformat": 4}', "not_a_notebook"),
        (b'{"nbformat": 4, "cells": [1]}', "not_a_notebook"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": 1}]}', "not_a_notebook"),
        (b'{"nbformat": 4, "cells": [{"cell_type": "magic", "source": ""}]}', "not_a_notebook"),
        (b'{"nbformat": 3, "worksheets": [{}]}', "not_a_notebook"),
        (b'{"nbformat": 2, "cells": []}', "wrong_format"),
        (b'{"nbformat": true, "cells": []}', "wrong_format"),
        (b'{"nbformat": [], "cells": []}', "wrong_format"),
        (b'{"cells": []}', "wrong_format"),
    ],
)
def test_what_is_no_notebook_is_refused_by_name(data, name):
    assert refused(data) == name


def test_too_many_cells_are_refused():
    notebook = release()
    notebook.cells *= 300
    assert refused(json.dumps(notebook).encode()) == "too_many_cells"


def test_a_graded_notebook_is_read_as_nbformat_reads_it():
    graded = safe(poured(submission(**ANSWERS)).notebook)
    for text in (json.dumps(graded), nbformat.writes(graded)):  # as we write it, as nbgrader does
        read_again = written(text)
        assert read_again == nbformat.v4.reads(text) == graded
        assert all(cell["metadata"]["nbgrader"]["grade_id"] for cell in read_again["cells"][-2:])


def test_a_graded_notebook_is_written_as_what_is_safe_of_it():
    notebook = submission(**ANSWERS)
    notebook.cells += [new_markdown_cell("Why 0.9\u2028? " * length) for length in (1, 2_000)]
    notebook.cells.append(new_code_cell("print('\ud55c')"))
    handed_out = release()
    graded = pour(handed_out, notebook_read(notebook)).notebook
    graded["cells"][-1]["outputs"] = [{"output_type": "stream", "text": "\ud55c\n"}]
    known = texts_by_id(handed_out)
    assert 0 < len(known.keys() & set(map(id, graded["cells"]))) < len(graded["cells"]) - 3
    for notebook in (graded, graded | {"cells": []}):
        expected = json.dumps(safe(notebook), ensure_ascii=False)
        assert safe_text(notebook) == safe_text(notebook, known) == expected


def test_a_refusal_travels_between_processes():
    refusal = pickle.loads(pickle.dumps(Refusal("too_large", "21 MB; at most 20 MB")))
    assert (refusal.name, str(refusal)) == (
        "too_large",
        "the notebook is too large: 21 MB; at most 20 MB",
    )


def test_cells_without_ids_and_with_duplicate_ids_get_new_ones():
    notebook = json.loads(as_bytes(submission(**ANSWERS)))
    for one in notebook["cells"]:
        one["id"] = "same"
    del notebook["cells"][0]["id"]
    notebook["cells"][1]["id"] = "not an id!"
    ids = [one.id for one in notebook_read(notebook).cells]
    assert len(set(ids)) == len(ids)
    nbformat.validate(notebook_read(notebook))


def test_version_3_is_read():
    cells = [
        {"cell_type": "heading", "level": 1, "source": ["Momentum"], "metadata": {}},
        {"cell_type": "code", "input": ANSWERS["first_step"], "metadata": {}, "outputs": []},
    ]
    notebook = notebook_read({"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]})
    assert [(one.cell_type, one.source) for one in notebook.cells] == [
        ("markdown", "Momentum"),
        ("code", ANSWERS["first_step"]),
    ]


@pytest.mark.slow
def test_a_thousand_mutated_notebooks_end_in_a_notebook_or_a_refusal():
    rng = random.Random(20)
    whole = as_bytes(submission(**ANSWERS))
    ends = {"notebook": 0, "refusal": 0}
    for _ in range(1000):
        try:
            result = pour(release(), parse(mutated(whole, rng)))
        except Refusal as refusal:
            assert refusal.name in REASONS
            ends["refusal"] += 1
        else:
            json.dumps(safe(result.notebook)).encode()
            ends["notebook"] += 1
    assert min(ends.values()) > 100, ends


def mutated(data, rng):
    """Bytes changed, or values of the JSON swapped for others of any type."""
    if rng.random() < 0.3:
        data = bytearray(data)
        for _ in range(rng.randint(1, 5)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(data[: rng.randint(len(data) // 2, len(data) * 2)])
    tree = json.loads(data)
    for _ in range(rng.randint(1, 8)):
        node = tree
        while isinstance(node, dict | list) and node:
            parent, key = (
                node,
                rng.choice(list(node) if isinstance(node, dict) else range(len(node))),
            )
            node = parent[key]
            if rng.random() < 0.15:
                break
        others = (
            None,
            3,
            -1.5,
            "",
            "\ud800\x1b[31m",
            [],
            {},
            [[]],
            {"a": 1},
            True,
            10**400,
            -(10**400),
            ["x"],
        )
        parent[key] = rng.choice(others)
        if isinstance(parent, dict) and rng.random() < 0.2:
            del parent[key]
    return json.dumps(tree).encode()


# Pouring


def test_an_honest_submission_is_poured_without_problems():
    result = poured(submission(**ANSWERS))
    assert result.problems == ()
    assert [one.id for one in result.notebook.cells] == [one.id for one in release().cells]
    assert {name: cell(result.notebook, name).source for name in POINTS} == ANSWERS
    assert cell(result.notebook, "valley").outputs[0].data["image/png"] == png()


def test_the_release_itself_is_poured_without_problems():
    result = poured(release())
    assert result.problems == ()
    assert {name: cell(result.notebook, name).source for name in POINTS} == STUBS


def test_marks_come_neither_from_the_submission_nor_from_the_release():
    forged = [new_output("execute_result", data={"text/plain": "4.0"})]
    handed_out, notebook = release(), submission(**ANSWERS)
    for one in (handed_out, notebook):
        cell(one, "check_momentum_update").outputs = forged
        cell(one, "momentum_update").outputs = forged
    result = from_dict(pour(handed_out, notebook_read(notebook)).notebook)
    assert cell(result, "check_momentum_update").outputs == []
    assert cell(result, "momentum_update").outputs == []


def delete(notebook, name):
    notebook.cells = [one for one in notebook.cells if one.id != name]


def edit(notebook, name):
    cell(notebook, name).source = "print('mine')"


def retype(notebook, name):
    index = [one.id for one in notebook.cells].index(name)
    notebook.cells[index] = new_raw_cell(
        cell(notebook, name).source, id=name, metadata=cell(notebook, name).metadata
    )


def copied(notebook, name):
    twin = deepcopy(cell(notebook, name))
    twin.id = "twin"
    notebook.cells.append(twin)


def points(notebook, name):
    cell(notebook, name).metadata.nbgrader.points = 100


def skip(notebook, name):
    cell(notebook, name).metadata.tags = ["skip-execution"]


def rename(notebook, name):
    cell(notebook, name).metadata.nbgrader.grade_id = "something_else"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (delete, "deleted"),
        (edit, "edited"),
        (retype, "turned into text"),
        (copied, "copied"),
        (points, "given other points"),
        (skip, "given other tags"),
        (rename, "lost or changed their grade id"),
    ],
)
def test_a_changed_check_cell_is_the_releases_again_and_is_reported(change, said):
    notebook = submission(**ANSWERS)
    change(notebook, "check_momentum_update")
    result = poured(notebook)
    ours = [one for one in result.notebook.cells if one.metadata.get("nbgrader", {}).get("grade")]
    assert ours == [one for one in release().cells if one.metadata.get("nbgrader", {}).get("grade")]
    assert len(result.problems) == 1
    assert said in result.problems[0]
    assert cell(result.notebook, "momentum_update").source == ANSWERS["momentum_update"]


def test_a_changed_experiment_is_the_courses_again_and_its_output_dropped():
    notebook = submission(**ANSWERS)
    cell(notebook, "valley").source = "print('another')"
    result = poured(notebook)
    assert cell(result.notebook, "valley").source == "plot(momentum_update)"
    assert cell(result.notebook, "valley").outputs == []
    assert result.problems == ()  # learners are asked to change them


def test_an_extra_graded_cell_counts_nothing():
    notebook = submission(**ANSWERS)
    extra = new_code_cell(
        "1e9", metadata={"nbgrader": {"grade": True, "grade_id": "bonus", "points": 9}}
    )
    notebook.cells.insert(3, extra)
    result = poured(notebook)
    assert result.problems == ("bonus: this graded cell is not the course's; it counts nothing",)
    assert result.notebook.cells[3].source == "1e9"
    assert result.notebook.cells[3].metadata == {}


OLDER = "plot('as an older release had it')"


@pytest.mark.parametrize(
    ("source", "change", "is_run"),
    [
        (OLDER, {}, False),
        (OLDER, {"metadata": {"tags": ["experiment"]}}, False),  # before releases named them
        (OLDER, {"id": "copied"}, False),
        (OLDER + "  # and mine", {}, True),
        (OLDER, {"metadata": {"tags": ["mine"]}}, True),
        (OLDER, {"id": "other", "metadata": {"tags": ["experiment"]}}, True),
    ],
)
def test_an_older_releases_experiment_is_no_code_of_the_learners(source, change, is_run):
    """Unless somebody wrote in it: all that an update left behind would be run, for minutes."""
    digest = released.digest(new_code_cell(OLDER))
    theirs = new_code_cell(source, id=digest)
    theirs.metadata = NotebookNode(tags=["experiment"], optlab={"cell": digest})
    theirs.outputs = [figure()]
    theirs.update(from_dict(change))
    notebook = submission(**ANSWERS)
    notebook.cells.insert(1, theirs)
    result = poured(notebook).notebook
    (found,) = [one for one in result.cells if one.source == source]
    assert found.id.startswith("extra-")
    assert ("experiment" in found.metadata.get("tags", [])) != is_run
    assert bool(found.outputs) != is_run


def test_an_older_releases_experiment_in_another_language_is_known_by_its_text():
    theirs = new_code_cell("plot('값')", id="aaaa")
    digest = released.digest(theirs)
    theirs.metadata = NotebookNode(tags=["experiment"], optlab={"cell": "aaaa", "text": digest})
    notebook = submission(**ANSWERS)
    notebook.cells.append(theirs)
    assert poured(notebook).notebook.cells[-1].metadata == {"tags": ["experiment"]}


def test_extra_cells_keep_their_place_as_plain_cells():
    notebook = submission(**ANSWERS)
    note = new_markdown_cell("my note", metadata={"tags": ["skip-execution"]})
    code = new_code_cell("helper = 1", outputs=[figure()])
    notebook.cells[3:3] = [note, code]
    notebook.cells.insert(0, new_raw_cell("first"))
    notebook.cells.append(new_code_cell("last = 1"))
    result = poured(notebook)
    assert result.problems == ()
    sources = [one.source for one in result.notebook.cells]
    assert sources[0] == "```text\nfirst\n```"
    assert sources[4:7] == ["```text\nmy note\n```", "helper = 1", ANSWERS["momentum_update"]]
    assert sources[-1] == "last = 1"
    assert all(result.notebook.cells[at].metadata == {} for at in (0, 4, 5, -1))


@pytest.mark.parametrize("kind", ["metadata", "metadata and ids"])
def test_answers_are_found_when_metadata_was_stripped(kind):
    notebook = submission(**ANSWERS)
    for index, one in enumerate(notebook.cells):
        one.metadata = {}
        if "ids" in kind:
            one.id = f"new-{index}"
    result = poured(notebook)
    assert {name: cell(result.notebook, name).source for name in POINTS} == ANSWERS
    assert [one.id for one in result.notebook.cells] == [one.id for one in release().cells]
    assert len(result.problems) == 1
    assert "had lost or changed their grade id" in result.problems[0]


def test_an_answer_in_a_cell_of_its_own_stays_there_beside_the_untouched_stub():
    notebook = submission()
    notebook.cells.insert(4, new_code_cell(ANSWERS["momentum_update"]))
    sources = [one.source for one in poured(notebook).notebook.cells]
    assert sources[3:5] == [STUBS["momentum_update"], ANSWERS["momentum_update"]]


def test_a_definition_takes_the_place_of_a_deleted_answer_cell():
    notebook = submission(**ANSWERS)
    delete(notebook, "momentum_update")
    delete(notebook, "first_step")
    notebook.cells.append(new_code_cell("%time 1\ndef momentum_update(params): return 1"))
    notebook.cells.append(new_code_cell("first_step == 1\nfirst_steps = 2"))
    result = poured(notebook)
    assert cell(result.notebook, "momentum_update").source.endswith("return 1")
    assert cell(result.notebook, "first_step").source == STUBS["first_step"]
    assert "first_step: the cell for the answer is missing" in result.problems


def test_of_several_answers_the_last_edited_one_counts():
    notebook = submission(momentum_update="first try")
    for source in ("second try", STUBS["momentum_update"]):
        twin = deepcopy(cell(notebook, "momentum_update"))
        twin.id, twin.source = f"twin-{len(notebook.cells)}", source
        notebook.cells.append(twin)
    result = poured(notebook)
    sources = [one.source for one in result.notebook.cells]
    assert sources[3:5] == ["first try", "second try"]
    assert cell(result.notebook, "momentum_update").source == "second try"
    assert STUBS["momentum_update"] not in sources
    assert result.problems == (
        "momentum_update: 3 cells hold an answer; the last edited one counts",
    )


def test_an_answer_turned_into_text_is_graded_as_code():
    notebook = submission(**ANSWERS)
    retype(notebook, "momentum_update")
    result = poured(notebook)
    assert cell(result.notebook, "momentum_update") == cell(
        poured(submission(**ANSWERS)).notebook, "momentum_update"
    )
    assert result.problems == (
        "momentum_update: the answer was in a text cell; it was graded as code",
    )


def test_edited_text_of_the_release_is_kept_beside_it():
    notebook = submission(**ANSWERS)
    cell(notebook, "title").source = "my summary"
    sources = [one.source for one in poured(notebook).notebook.cells]
    assert sources[:2] == [release().cells[0].source, "```text\nmy summary\n```"]


def test_another_language_is_said():
    notebook = submission(**ANSWERS)
    notebook.metadata = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}
    assert poured(notebook).problems == ("the notebook was saved for R; it was graded as Python",)


# Safety

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "<javascript:alert(1)>",
    "![pixel](http://tracker.example/x.png)",
    "$\\href{javascript:alert(1)}{x}$",
    "$$\n\\href{javascript:alert(1)}{x}\n$$",
    "\\begin{equation}\\href{javascript:alert(1)}{x}\\end{equation}",
    "```\n<script>alert(1)</script>\n````\n<script>alert(2)</script>",
    "````\n</code></pre><script>alert(1)</script>",
    "~~~\n<b>x</b>\n~~~\n<b>y</b>",
    "$$\n```\n<script>$$</script>",
    "a\x0c\n```\x0b<script>\u2028```\r<script>alert(1)</script>",
    "```mermaid\ngraph LR; A[<img src=x onerror=alert(1)>]\n```",
    "![](attachment:x.svg)",
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_learners_text_is_shown_and_never_obeyed(script):
    notebook = submission(**ANSWERS)
    notebook.cells.insert(
        0, new_markdown_cell(script, attachments={"x.svg": {"image/svg+xml": "<svg/>"}})
    )
    first = poured(notebook).notebook.cells[0]
    page = markdown2html_mistune(first.source)
    assert page.startswith(("<pre>", '<div class="highlight"><pre>'))
    assert page.count("<pre>") == page.count("</pre>") == 1
    assert page.rstrip().endswith(("</pre>", "</pre></div>"))
    assert not any(tag in page for tag in ("<script", "<img", "<a ", "<b>", "<svg", "$"))
    assert "attachments" not in first
    assert not set("\x0c\x0b\u2028\r") & set(first.source)


def test_outputs_keep_text_png_and_errors_only():
    notebook = submission(**ANSWERS)
    bad = base64.b64encode(b"\x89PNG\r\n\x1a\n<script>").decode()
    cell(notebook, "valley").outputs = [
        new_output("stream", name="stdout", text="\x1b[31mred\x1b[0m\x07"),
        new_output("display_data", data={"text/html": "<script>", "text/plain": "text"}),
        new_output("display_data", data={"text/html": "<script>"}),
        new_output("display_data", data={"image/svg+xml": "<svg/>", "application/javascript": "1"}),
        new_output("display_data", data={"image/png": bad}),
        new_output(
            "display_data", data={"image/png": png()}, metadata={"image/png": {"onerror": 1}}
        ),
        new_output(
            "display_data",
            data={"image/png": png()},
            metadata={"image/png": {"alt": 'A <b>"valley', "onerror": 1}},
        ),
        new_output("error", ename="\x1b[1mE", evalue="<script>", traceback=["\x1b[31mE\x9b0m"]),
    ]
    kept = cell(safe(notebook), "valley").outputs
    assert [dict(one) for one in kept] == [
        {"output_type": "stream", "name": "stdout", "text": "red"},
        {"output_type": "display_data", "data": {"text/plain": "text"}, "metadata": {}},
        {"output_type": "display_data", "data": {"image/png": png()}, "metadata": {}},
        {
            "output_type": "display_data",
            "data": {"image/png": png()},
            "metadata": {"image/png": {"alt": "A \u2039b\u203a\u201dvalley"}},
        },
        {"output_type": "error", "ename": "E", "evalue": "<script>", "traceback": ["E"]},
    ]


def test_safe_keeps_the_marks_and_is_done_once_as_well_as_twice():
    notebook = submission(**ANSWERS)
    notebook.metadata["widgets"] = {"state": "<script>"}
    cell(notebook, "valley").metadata["jupyter"] = {"x": 1}
    once = safe(notebook)
    nbformat.validate(once)
    assert safe(once) == once
    assert set(once.metadata) == {"kernelspec", "language_info"}
    assert set(cell(once, "valley").metadata) == {"tags", "nbgrader"}
    assert [one.metadata.get("nbgrader") for one in once.cells] == [
        one.metadata.get("nbgrader") for one in notebook.cells
    ]


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ({"text/plain": "x", "text/html": "<script>"}, {"text/plain": "x"}),
        ({"image/png": png()}, {"image/png": png()}),
        ({"image/png": png() + "\n"}, {"image/png": png()}),
        ({"text/plain": ["x", "y"]}, {"text/plain": "xy"}),
        ({"text/plain": "a\ud800\0b"}, {"text/plain": "a\ufffdb"}),
    ],
)
def test_displayed_data_is_cleaned(data, kept):
    claimed = {"output_type": "display_data", "data": data, "metadata": {"x": 1}}
    (output,) = outputs([claimed])
    assert output == {"output_type": "display_data", "data": kept, "metadata": {}}
    assert outputs([output]) == [output]


def test_of_many_outputs_the_first_and_the_error_are_kept():
    printed = [{"output_type": "stream", "name": "stdout", "text": str(n)} for n in range(50)]
    error = {"output_type": "error", "ename": "E", "evalue": "late", "traceback": []}
    kept = outputs([*printed, error])
    assert kept == [*printed[:19], error]
    assert outputs(kept) == kept


def test_a_text_is_cut_once():
    claimed = {"output_type": "stream", "name": "stdout", "text": "<" * 30_000}
    (output,) = outputs([claimed])
    assert output["text"] == "<" * 20_000 + " \u2026 (10,000 more characters)"
    assert outputs([output]) == [output]


def test_a_description_is_cut_once():
    metadata = {"image/png": {"alt": "a" * 1000, "width": "1"}, "tags": ["x"]}
    claimed = {"output_type": "display_data", "data": {"image/png": png()}, "metadata": metadata}
    (output,) = outputs([claimed])
    assert output["metadata"] == {"image/png": {"alt": "a" * 500 + " \u2026 (500 more characters)"}}
    assert outputs([output]) == [output]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"image/png": '">' + png() + "<!>"},
        {"image/png": png() + "x"},
        {"image/png": "\u00e9"},
        {"image/png": base64.b64encode(b"GIF89a").decode()},
        {"image/png": 1},
        {"image/svg+xml": "<svg/>", "application/javascript": "x"},
        {"text/plain": ["x", 1]},
        Opaque("dict"),
    ],
)
def test_what_cannot_be_shown_is_dropped(data):
    assert outputs([{"output_type": "display_data", "data": data, "metadata": {}}]) == []


@pytest.mark.parametrize(
    "item", [None, {}, {"output_type": "update_display_data", "data": {}}, Opaque("x"), [1]]
)
def test_what_is_no_output_is_dropped(item):
    assert outputs([item]) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-1],
        lambda data: data + b"<script>",
        lambda data: data[:-12],
        lambda data: data[:20] + b"\xff" + data[21:],
        lambda data: data[:-20] + bytes([data[-20] ^ 1]) + data[-19:],
        lambda data: data[:8] + data[33:],
        lambda data: b"GIF89a" + data,
        lambda data: data[:8] + b"\xff\xff\xff\xff" + data[12:],
    ],
)
def test_a_damaged_png_is_dropped(damage):
    image = base64.b64encode(damage(base64.b64decode(png()))).decode()
    notebook = submission()
    cell(notebook, "valley").outputs = [new_output("display_data", data={"image/png": image})]
    assert cell(safe(notebook), "valley").outputs == []


def test_a_png_of_absurd_size_is_dropped():
    notebook = submission()
    cell(notebook, "valley").outputs = [figure()]
    assert cell(safe(notebook, FileLimits(png_side=2)), "valley").outputs[0].data == {
        "text/plain": "A ball rolls down a valley"
    }


# Names


@pytest.mark.parametrize(
    "name", ["ada", "Ada Lovelace", "O'Hara", "Zoë", "李雷", "a+b", '"x"', "a" * 128]
)
def test_names_that_people_have_are_kept(name):
    assert student_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", ".", "..", ".hidden", "a/b", "a\\b", "a\nb", "a\x00b", "a\x1b[31m", " a", "a "),
        *("x" * 129, "é" * 128, "\udcff", "a\u202eb", "a*", "a?", "[ab]", "<i>"),
    ],
)
def test_names_that_a_path_or_nbgrader_cannot_carry_are_refused(name):
    with pytest.raises(Refusal) as caught:
        student_name(name)
    assert caught.value.name == "student_name"
    str(caught.value).encode()
