"""A verdict has two showings: a person's front end gets a box, a machine gets a failed cell."""

import os
import subprocess
import sys
import warnings

import nbformat
import pytest
from jupyter_client import KernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade
from nbgrader.validator import Validator
from traitlets.config import Config

from autograder import NOTEBOOKS

pytestmark = pytest.mark.slow

CHECK = 'check("momentum_update")'
SOLVED = "check_solved", "assert 1 + 1 == 2", 2
OPEN = "check_open", CHECK, 3
QUIET = Config({"KernelManager": {"transport_encryption": "auto"}})  # else it warns


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as learners have it, with optlab beside the notebook."""
    place = tmp_path_factory.mktemp("study")
    (place / "optlab").symlink_to(NOTEBOOKS / "optlab")
    return place


@pytest.fixture
def notebook(folder):
    """An exercise that is solved and one that is open, as nbgrader has them."""
    cells = [new_code_cell("from optlab import check", id="imports")]
    for name, source, points in (SOLVED, OPEN):
        cells.append(new_code_cell(source, id=name))
        cells[-1].metadata.nbgrader = {
            "grade": True,
            "solution": False,
            "locked": True,
            "task": False,
            "points": points,
            "grade_id": name,
            "schema_version": 3,
        }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(made, folder / "lesson.ipynb")
    return made


@pytest.fixture(scope="module")
def ask(folder):
    """ask(code, **flags): (status of the reply, outputs by type), as a front end gets them."""
    manager = KernelManager(kernel_name="python3", config=QUIET)
    manager.start_kernel(cwd=str(folder))
    client = manager.blocking_client()
    client.start_channels()
    client.wait_for_ready(timeout=60)

    def run(code, **flags):
        outputs = {}

        def keep(message):
            if message["msg_type"] in ("display_data", "error", "stream"):
                outputs[message["msg_type"]] = message["content"]

        reply = client.execute_interactive(code, timeout=60, output_hook=keep, **flags)
        return reply["content"]["status"], outputs

    run("from optlab import check", allow_stdin=True, stop_on_error=True)
    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_person_sees_a_box_and_the_cell_has_failed(ask):
    status, outputs = ask(CHECK, allow_stdin=True, stop_on_error=True)
    assert (status, [*outputs]) == ("error", ["display_data"])
    data = outputs["display_data"]["data"]
    assert data["text/plain"].startswith("○ Not attempted yet. momentum_update: fill in")
    assert data["text/plain"].endswith("Run All stops here.")
    assert '<div role="status"' in data["text/html"]


@pytest.mark.parametrize(
    "flags",
    [
        {"allow_stdin": False, "stop_on_error": True},
        {"allow_stdin": True, "stop_on_error": False},
    ],
    ids=["a machine", "a front end that goes on after failures"],
)
def test_others_are_sent_an_error_with_the_message_alone(flags, ask):
    status, outputs = ask(CHECK, **flags)
    assert (status, [*outputs]) == ("error", ["error"])
    assert outputs["error"]["ename"] == "Notice"
    headline, *lines = outputs["error"]["traceback"]
    assert headline == "\x1b[1m○ Not attempted yet.\x1b[0m"  # bold, and in the theme's own colour
    assert lines == ["momentum_update: fill in the cell above, run it, then run this one."]


def test_other_errors_stay_what_they_are(ask):
    status, outputs = ask("1 / 0", allow_stdin=True, stop_on_error=True)
    assert (status, [*outputs]) == ("error", ["error"])
    assert outputs["error"]["ename"] == "ZeroDivisionError"


def test_a_handler_in_its_place_costs_nothing_but_the_box(ask):
    everyone = {"allow_stdin": True, "stop_on_error": True}
    ask("get_ipython().set_custom_exc((), None)", **everyone)
    assert [*ask(CHECK, **everyone)[1]] == ["error"]
    ask("from optlab.checking import notice; notice.install()", **everyone)
    assert [*ask(CHECK, **everyone)[1]] == ["display_data"]


def test_nbclient_fails(notebook, folder):
    client = NotebookClient(notebook, resources={"metadata": {"path": folder}}, config=QUIET)
    with pytest.raises(CellExecutionError, match="Not attempted yet"):
        client.execute()


def test_stock_autograde_gives_no_points_to_what_is_open(notebook, folder):
    Execute(config=QUIET).preprocess(notebook, {"metadata": {"path": str(folder)}})
    _, solved, unsolved = notebook.cells
    assert determine_grade(solved) == (2, 2)
    assert determine_grade(unsolved) == (0, 3)


def test_validate_names_what_is_open(notebook, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # nbgrader's own
        found = Validator(config=QUIET).validate(str(folder / "lesson.ipynb"))
    (failed,) = found["failed"]
    assert failed["source"] == CHECK
    assert "Not attempted yet" in failed["error"]


def test_nbval_fails(notebook, folder):
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", "-q"]
    done = subprocess.run(
        [*command, "lesson.ipynb"],
        cwd=folder,
        env=os.environ | {"PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "1 failed, 2 passed" in done.stdout
