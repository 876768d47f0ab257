"""JupyterLab as a learner meets it: a server in an empty home, the system's Chromium, a page.

`pytest tests/browser --screenshots docs/images` also writes the pictures of the README.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import handout
from browser.labpage import Lab, LabPage, go, new_page

ROOT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PICTURES = {"check_wrong", "slider", "report_light", "feedback_light"} | {
    f"by_hand_{action}" for action in ("conclusion", "mark", "comment", "regraded")
}
# A cursor that blinks keeps a tenth of a processor busy for as long as a cell is edited.
STEADY = ".cm-cursorLayer { animation: none !important }"
LAB = ("-m", "jupyterlab")
STUDENTS, LESSON = 12, "04_momentum"
ADDRESS = re.compile(rb"(http://127\.0\.0\.1:\d+)(/[\w./]+)\?token=\w+")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, help="folder for the README's pictures")


def environment(home: Path, config: list[Path]) -> dict[str, str]:
    """What a new user has: an empty home and nothing of Jupyter's set, but our labconfig."""
    folders = {
        "JUPYTER_CONFIG_DIR": ".jupyter",
        "JUPYTER_DATA_DIR": ".data",
        "JUPYTER_RUNTIME_DIR": ".runtime",
        "IPYTHONDIR": ".ipython",
        "MPLCONFIGDIR": ".matplotlib",
    }
    return (
        {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
        | {name: str(home / folder) for name, folder in folders.items()}
        | {
            "HOME": str(home),
            "JUPYTER_CONFIG_PATH": os.pathsep.join(map(str, config)),
            "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        }
    )


@contextmanager
def jupyterlab(
    folder: Path, home: Path, config: list[Path], *options: str, by: tuple[str, ...] = LAB
) -> Iterator[Lab]:
    """Serve `folder`; ready when the server has told its address."""
    command = [
        *(sys.executable, *by, "--no-browser", "--port=0"),
        "--ServerApp.shutdown_no_activity_timeout=3600",
        *(f"--{app}.expose_app_in_browser=True" for app in ("LabApp", "JupyterNotebookApp")),
        *options,
    ]
    with subprocess.Popen(
        command, cwd=folder, env=environment(home, config), stderr=subprocess.PIPE
    ) as server:
        drain = Thread(target=server.stderr.read)  # a full pipe would stop the server
        try:
            address, opens = read_address(server)
            drain.start()
            wait_until_it_listens(server, address)
            yield Lab(address, folder, opens)
        finally:
            server.terminate()
            if drain.is_alive():
                drain.join()


def read_address(server: subprocess.Popen) -> tuple[str, str]:
    """Where JupyterLab is, with `{path}` to fill in, and which of its pages opens first."""
    said = []
    for line in server.stderr:
        said.append(line)
        if found := ADDRESS.search(line):
            whole, server_at, opens = (found[n].decode() for n in range(3))
            return f"{server_at}/lab{{path}}{whole.removeprefix(server_at + opens)}&reset", opens
    pytest.fail(f"JupyterLab did not start:\n{b''.join(said).decode()}")


def wait_until_it_listens(server: subprocess.Popen, address: str) -> None:
    """A server tells its address before it answers there, on a busy machine seconds before."""
    port = int(address.split(":")[2].partition("/")[0])
    while server.poll() is None:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    pytest.fail("JupyterLab ended before it answered")


@pytest.fixture(scope="session")
def chromium() -> str:
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    return program or pytest.skip(
        "no Chromium on this machine (Debian, Ubuntu: apt install chromium)"
    )


@pytest.fixture(scope="session")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The unpacked zip, started by start.py in a home without settings; nothing is installed.

    `make lab` serves other copies of the same files, with the same settings.
    """
    clone = tmp_path_factory.mktemp("release") / "clone"
    handout.clone(clone)
    folder = tmp_path_factory.mktemp("learner") / "my course"
    shutil.copytree(handout.unpacked(clone), folder)
    handout.pretend_python(folder)
    shutil.copy(folder / "requirements.txt", folder / ".venv/installed.txt")
    home = tmp_path_factory.mktemp("home")
    with jupyterlab(folder, home, [], by=("start.py",)) as server:
        make_lab = f"$(LAB) --LabApp.default_url={server.opens}\n"
        assert make_lab in (ROOT / "Makefile").read_text()
        yield server


@pytest.fixture(scope="session")
def course(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of invented students, graded for one lesson, with its report: a small `make demo`."""
    folder = tmp_path_factory.mktemp("instructor") / "course"
    autograder(folder, "sample", f"--students={STUDENTS}", "--seed=3")
    for path in folder.glob("submitted/*/*"):
        if path.name != LESSON:
            shutil.rmtree(path)
    autograder(folder, "grade", "--jobs=2")
    autograder(folder, "report")
    return folder


def autograder(course: Path, command: str, *options: str) -> None:
    arguments = [sys.executable, "-m", "autograder", command, f"--course={course}", *options]
    done = subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def instructor(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab in the course folder, as `make formgrader` serves it."""
    home, opens = tmp_path_factory.mktemp("home"), "--LabApp.default_url=/formgrader"
    assert f"$(LAB) {opens}\n" in (ROOT / "Makefile").read_text()
    with jupyterlab(course, home, [ROOT / "labconfig"], opens) as server:
        yield server


# For these tests and not for the session: while Playwright runs, its event loop counts as running
# in this thread, and tests elsewhere that start a loop of their own would fail.
@pytest.fixture(scope="package")
def browser(chromium: str) -> Iterator[Browser]:
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS) as launched,
    ):
        yield launched


@pytest.fixture
def look() -> dict:
    """How the page is looked at; a module or a test may set another size or colour scheme."""
    return {"viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def page(browser: Browser, look: dict) -> Iterator[Page]:
    with new_page(browser, **look) as page:
        yield page


@pytest.fixture(scope="package")
def learners_page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """JupyterLab, loaded once for all notebooks that are opened in it."""
    with new_page(browser) as page:
        go(page, lab.url())
        page.add_style_tag(content=STEADY)
        yield page


@pytest.fixture
def open_notebook(learners_page: Page, lab: Lab, look: dict):
    """open_notebook(path) -> LabPage, when the notebook is there and its kernel idle.

    The learner begins: nothing has passed before, as far as the journal knows.
    """
    lab.journal.unlink(missing_ok=True)
    learners_page.set_viewport_size(look["viewport"])
    learners_page.emulate_media(color_scheme=look.get("color_scheme", "light"))

    def open_it(path: str) -> LabPage:
        return LabPage.open(learners_page, path)

    return open_it


@pytest.fixture
def screenshot_of(tmp_path: Path, request: pytest.FixtureRequest):
    """screenshot_of(page, name): a picture of the documents goes into --screenshots, where given.

    Others stay in the test's own folder, and are taken only with the option: for a person to see.
    """
    asked = request.config.getoption("--screenshots", default=None)
    folder = asked or tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def take(page: Page, name: str) -> None:
        if not asked and name not in PICTURES:
            return
        path = (folder if name in PICTURES else tmp_path) / f"{name}.png"
        page.screenshot(path=path)
        assert path.stat().st_size < 300_000, f"{path} is too large for the README"

    return take


@pytest.fixture
def screenshot(page: Page, screenshot_of):
    """screenshot(name): of the test's own page."""
    return lambda name: screenshot_of(page, name)
