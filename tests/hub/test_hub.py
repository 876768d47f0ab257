"""A class on a JupyterHub, in the browser: two learners and an instructor, by nbgrader's exchange.

Needs requirements-hub.txt, and `configurable-http-proxy` from npm on the PATH. Everybody's
processes are those of one account here, as with SimpleLocalProcessSpawner; what a hub with an
account for each user does otherwise is said in docs/instructors.md.
"""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import nbformat
import pytest
from browser.labpage import RESTORED, LabPage
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from autograder import ROOT, SOLUTIONS
from autograder.exercises import lessons

pytest.importorskip("jupyterhub", reason="needs requirements-hub.txt")
PROXY = shutil.which("configurable-http-proxy")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PROXY is None, reason="needs configurable-http-proxy from npm"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]

LESSON = "04_momentum"
NOTEBOOK = f"{LESSON}.ipynb"
PATIENCE = 300_000  # ms; a server starts for each of them
expect.set_options(timeout=PATIENCE)
FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync".split()
# The shell has said something into the terminal.
PROMPT = """() => window.jupyterapp.shell.currentWidget?.content?._term?.buffer.active
    .getLine(0)?.translateToString(true)"""
# Of every user, on a real hub in /etc/jupyter.
SETTINGS = """\
import os
c = get_config()
c.Exchange.root = {exchange!r}
c.CourseDirectory.course_id = "optimization"
# All users are one account of the machine here, so nbgrader has to be told who it is.
if os.environ.get("JUPYTERHUB_USER") != "grader":
    c.CourseDirectory.student_id = os.environ.get("JUPYTERHUB_USER", "")
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an administrator prepares: homes, an exchange, settings for all, and the course."""
    for name in ("ada", "bob", "grader"):
        (tmp_path / "home" / name).mkdir(parents=True)
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    (tmp_path / "etc").mkdir()
    settings = SETTINGS.format(exchange=str(exchange))
    (tmp_path / "etc/nbgrader_config.py").write_text(settings)
    course = tmp_path / "home/grader/course"
    command = [sys.executable, "-m", "autograder", "init", str(course), "--lessons=04"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=300)
    config = course / "nbgrader_config.py"
    text = config.read_text().replace('str(HERE / "exchange")', repr(str(exchange)))
    config.write_text(text)
    (tmp_path / "home/grader/.jupyter").mkdir()
    own = f"c = get_config()\nload_subconfig('nbgrader_config.py', path={str(course)!r})\n"
    (tmp_path / "home/grader/.jupyter/nbgrader_config.py").write_text(own)
    return tmp_path


@pytest.fixture
def hub(folder: Path) -> Iterator[str]:
    """The address of a running JupyterHub."""
    address = f"http://127.0.0.1:{free_port()}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")
    } | {
        "HUB_FOLDER": str(folder),
        "HUB_URL": address,
        "HUB_PORT": str(free_port()),
        "PROXY_API_URL": f"http://127.0.0.1:{free_port()}",
        "PROXY": PROXY or "",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "PYTHONPATH": str(ROOT),
        "LABCONFIG": str(ROOT / "labconfig"),
    }
    config = Path(__file__).with_name("jupyterhub_config.py")
    command = [sys.executable, "-m", "jupyterhub", f"--config={config}"]
    log = (folder / "hub.log").open("wb")
    with (
        log,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            wait_for(address + "/hub/login", process, folder / "hub.log")
            yield address
        finally:
            os.killpg(process.pid, signal.SIGINT)  # the hub stops its proxy and everybody's server
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    while process.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"JupyterHub did not start:\n{log.read_text()}")


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@pytest.fixture
def desk(hub: str, browser: Browser) -> Iterator:
    """desk(name): JupyterLab as this user has it, in a browser of their own, logged in."""
    with ExitStack() as open_pages:

        def sit_down(name: str) -> Page:
            context = open_pages.enter_context(browser.new_context())
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto(f"{hub}/hub/login")
            page.locator("#username_input").fill(name)
            page.locator("#password_input").fill("anything")
            page.locator("#login_submit").click()
            page.wait_for_url(re.compile(f"/user/{name}/lab"), wait_until="commit")
            page.wait_for_function(RESTORED)
            return page

        yield sit_down


def answers(mistake: tuple[str, str] = ("", "")) -> dict[str, str]:
    """The right answers of the lesson by cell, with one edit where one is given."""
    cells = nbformat.read(SOLUTIONS / NOTEBOOK, as_version=4).cells
    solved = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    texts = {cell.id: re.sub(r" *# (BEGIN|END) SOLUTION\n?", "", cell.source) for cell in solved}
    return {name: text.replace(*mistake, 1).rstrip() for name, text in texts.items()}


def assignments(page: Page) -> Locator:
    """The panel with which a learner fetches and hands in."""
    page.locator("#jp-MainMenu").get_by_role("menuitem", name="Nbgrader").click()
    page.locator(".lm-Menu").get_by_text("Assignment List", exact=True).click()
    return page.locator("#assignments")


def work(page: Page, written: dict[str, str], said: str) -> None:
    """Fetch the lesson, write the answers, see what the first check says, save, submit."""
    listed = assignments(page)
    listed.get_by_role("button", name="Fetch", exact=True).click()
    expect(listed.locator("#fetched_assignments_list")).to_contain_text(LESSON)
    notebook = LabPage.open(page, f"{LESSON}/{NOTEBOOK}")
    for cell, source in written.items():
        notebook.write(cell, source)
    notebook.run_all()
    expect(notebook.output("check_init_velocity")).to_contain_text(said)
    notebook.save()
    listed = assignments(page)
    listed.get_by_role("button", name="Submit", exact=True).click()
    expect(listed.locator("#submitted_assignments_list")).to_contain_text(LESSON)


def formgrader(page: Page, hub: str) -> Locator:
    """The lesson's row on the instructor's page."""
    page.goto(f"{hub}/user/grader/formgrader")
    return page.get_by_role("row").filter(has_text=LESSON)


def press(page: Page, button: Locator) -> None:
    """One of the formgrader's buttons; it says in a window of its own how it went."""
    button.click()
    said = page.locator(".modal.in")
    expect(said).to_contain_text("Success")
    said.get_by_role("button", name="Close").click()


def type_into_a_terminal(page: Page, hub: str, command: str) -> None:
    page.goto(f"{hub}/user/grader/lab?reset")
    page.wait_for_function(RESTORED)
    page.evaluate("() => { window.jupyterapp.commands.execute('terminal:create-new') }")
    page.wait_for_function(PROMPT)  # what is typed before is lost
    page.locator(".jp-Terminal .xterm-screen").click()
    page.keyboard.type(f"{command}\n")


def wait_until_there(path: Path) -> None:
    end = time.monotonic() + PATIENCE / 1000
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not come"
        time.sleep(0.2)


def marks(course: Path) -> dict[str, float]:
    with (course / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["student"]: float(row["mark"]) for row in csv.DictReader(file)}


def test_a_class_on_a_hub(folder: Path, hub: str, desk) -> None:
    course = folder / "home/grader/course"
    grader = desk("grader")

    # The instructor releases the lesson.
    press(grader, formgrader(grader, hub).locator(".release a"))

    # Two learners fetch it, work on it and hand it in; one of them makes a mistake.
    ada, bob = desk("ada"), desk("bob")
    work(ada, answers(), "Correct.")
    work(bob, answers(("np.zeros(", "np.ones(")), "Your velocity starts at one.")

    # The instructor collects, and grades in a terminal of the hub.
    press(grader, formgrader(grader, hub).locator(".collect a"))
    expect(formgrader(grader, hub).locator(".num-submissions")).to_have_text("2")
    done = folder / "done"
    grade = f"{sys.executable} -m autograder grade --course {course}"  # what `make grade` runs
    type_into_a_terminal(grader, hub, f"cd {ROOT} && {grade} && touch {done}")
    wait_until_there(done)
    lesson = lessons()[LESSON]
    lost = lesson.exercises["init_velocity"].points
    assert marks(course) == {"ada": lesson.points, "bob": lesson.points - lost}

    # Everybody fetches the page that was written for them.
    press(grader, formgrader(grader, hub).locator(".release-feedback a"))
    for name, page in {"ada": ada, "bob": bob}.items():
        page.reload()
        listed = assignments(page)
        listed.get_by_role("button", name="Fetch Feedback").click()
        expect(listed.get_by_text("View Feedback")).to_be_visible()
        (fetched,) = (folder / "home" / name / LESSON / "feedback").rglob("*.html")
        ours = course / "feedback" / name / LESSON / f"{LESSON}.html"
        assert fetched.read_text("utf-8") == ours.read_text("utf-8")
    assert "Your velocity starts at one." in ours.read_text("utf-8")
