"""Start the course in JupyterLab: python start.py

The first time it makes an environment beside itself and installs what requirements.txt names.
Whatever follows on the command line goes to JupyterLab. Python 2 can read this file too, so that
who starts it with a Python that is too old is told so.
"""

from __future__ import print_function

import json
import os
import signal
import subprocess
import sys
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST, LAST = (3, 11), (3, 14)
ON_WINDOWS = os.name == "nt"
LESSON = "00_start_here.ipynb"
SETTINGS = os.path.join(HERE, ".labconfig")
REQUIREMENTS = os.path.join(HERE, "requirements.txt")
ENVIRONMENT = os.path.join(HERE, ".venv")
PYTHON = os.path.join(
    ENVIRONMENT, *("Scripts/python.exe" if ON_WINDOWS else "bin/python").split("/")
)
INSTALLED = os.path.join(ENVIRONMENT, "installed.txt")  # the requirements, once all are there

CANNOT, MISUSED = 1, 2  # exit statuses


class Refusal(Exception):
    """What is in the way, for a person to read, and the exit status."""


def main():
    # type: () -> int
    try:
        _require_all_files()
        if _read(INSTALLED) != _read(REQUIREMENTS) or not os.path.exists(PYTHON):
            _require_python()
            _make_environment()
            _install()
    except Refusal as refusal:
        text, status = refusal.args
        print(text, file=sys.stderr)
        return int(status)
    return _open()


def told(text, **values):
    # type: (str, **str) -> str
    """In the zip's language, where its words are there and this window can show them."""
    english = text.format(**values)
    try:
        said = _words().get(text, text).format(**values)
        said.encode(sys.stdout.encoding or "ascii")
    except (LookupError, ValueError):
        return english
    return said


def _words():
    # type: () -> dict[str, str]
    """What is said in the zip's language, by its English."""
    language = _read(os.path.join(HERE, "optlab", "language")).strip()
    path = os.path.join(HERE, "optlab", "words", language + ".words")
    try:
        with open(path, "rb") as file:
            return dict(json.loads(zlib.decompress(file.read()).decode("utf-8")))
    except (IOError, ValueError, zlib.error):
        return {}


def _require_all_files():
    # type: () -> None
    needed = (os.path.join(HERE, LESSON), os.path.join(HERE, "optlab"), REQUIREMENTS, SETTINGS)
    missing = [os.path.basename(path) for path in needed if not os.path.exists(path)]
    if missing:
        text = "{name} is missing beside start.py: unpack the whole zip and start it there."
        raise Refusal(told(text, name=missing[0]), MISUSED)


def _require_python():
    # type: () -> None
    if not FIRST <= sys.version_info[:2] <= LAST:
        text = (
            "This is Python {version} and the course needs {first} to {last}: "
            "install one from python.org and start with it: {name} start.py"
        )
        version, first, last = ("%d.%d" % one for one in (sys.version_info[:2], FIRST, LAST))
        name = "py -3.13" if ON_WINDOWS else "python3.13"
        said = told(text, version=version, first=first, last=last, name=name)
        raise Refusal(said, MISUSED)
    if not _can_make_environments():
        text = (
            "This Python cannot make environments: install its venv module "
            "(Debian, Ubuntu: sudo apt install python3-venv) and start again."
        )
        raise Refusal(told(text), CANNOT)


def _can_make_environments():
    # type: () -> bool
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def _make_environment():
    # type: () -> None
    obstacle = _what_keeps_us_from_writing()
    if obstacle:
        text = "Nothing can be written into {folder} ({why}): move it to a place that is yours."
        raise Refusal(told(text, folder=HERE, why=obstacle), CANNOT)
    print(told("Making an environment in .venv, beside the notebooks ..."))
    failed = _run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT])
    if failed:
        text = "No environment could be made in .venv ({why}): delete .venv and start again."
        raise Refusal(told(text, why=failed), CANNOT)


def _what_keeps_us_from_writing():
    # type: () -> str
    try:
        if not os.path.isdir(ENVIRONMENT):
            os.mkdir(ENVIRONMENT)
    except OSError as error:
        return str(error.strerror)
    return ""


def _install():
    # type: () -> None
    print(told("Installing what requirements.txt names (once, a minute or two) ..."))
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    failed = _run(pip + ["--retries", "1", "-r", REQUIREMENTS])
    if failed:
        text = "The packages could not be fetched; go online and start again (pip: {why})."
        raise Refusal(told(text, why=failed), CANNOT)
    with open(INSTALLED, "w") as file:
        file.write(_read(REQUIREMENTS))


def _run(command):
    # type: (list[str]) -> str
    """Nothing when it succeeds, else the last line that it said."""
    ended = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = ended.communicate()[0].decode("utf-8", "replace").strip()
    return (said or told("it said nothing")).splitlines()[-1] if ended.returncode else ""


def _read(path):
    # type: (str) -> str
    """The text of a file, nothing where there is none."""
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


def _open():
    # type: () -> int
    print(told("Opening JupyterLab in your browser. Ctrl+C in this window ends it."))
    folders = [os.path.join(SETTINGS, "learner"), SETTINGS, os.environ.get("JUPYTER_CONFIG_PATH")]
    settings = os.pathsep.join(folder for folder in folders if folder)
    environment = dict(os.environ, JUPYTER_CONFIG_PATH=settings)
    command = [PYTHON, "-m", "jupyterlab", "--LabApp.default_url=/lab/tree/" + LESSON]
    command += sys.argv[1:]
    os.chdir(HERE)
    if ON_WINDOWS:  # which cannot become another program
        signal.signal(signal.SIGINT, lambda *_: None)  # JupyterLab answers it; we wait for its end
        return subprocess.call(command, env=environment)
    sys.stdout.flush()
    os.execve(PYTHON, command, environment)


if __name__ == "__main__":
    sys.exit(main())
