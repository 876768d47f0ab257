"""Reading and changing what belongs to others; files and names that are not what they seem."""

import json
import os
from collections.abc import Callable
from pathlib import Path

from autograder.attacks.stage import BLANK, Attack, Stage, attempts, hostile, inside

FAMILY = "files"
HONEST = "honest"  # a student who is there from the beginning


def attacks() -> list[Attack]:
    """By code, by files beside the notebook, by the notebook itself, by the folder's name."""
    return [
        *attempts(FAMILY, READ | WRITTEN),
        *(hostile(FAMILY, name, source, "kept out|not_attempted") for name, source in CODE.items()),
        inside(
            FAMILY,
            "another submission read in the graded function",
            f"text = open('$course/submitted/{HONEST}/$lesson/$lesson.ipynb').read()\n"
            "raise ValueError(breached(text))",
            "raised .*PermissionError",
        ),
        *(_beside(name, add, says) for name, (add, says) in BESIDE.items()),
        *(_instead(name, make, says) for name, (make, says) in INSTEAD.items()),
        *(_named(name, student, says) for name, (student, says) in STUDENTS.items()),
    ]


READ = {
    "reference source": "open('$repository/autograder/exercises/adam.py').read()",
    "reference compiled": "os.listdir('$repository/autograder/exercises/__pycache__')",
    "solution notebook": "open('$repository/solutions/$lesson.ipynb').read()",
    "answer key": "os.listdir('$repository/notebooks/optlab/keys')",
    "course configuration": "open('$course/nbgrader_config.py').read()",
    "gradebook": "open('$course/gradebook.db', 'rb').read(16)",
    "gradebook by SQLite": (
        "__import__('sqlite3').connect('file:$course/gradebook.db?mode=ro', uri=True)"
        ".execute('select * from grade').fetchall()"
    ),
    "source folder": "os.listdir('$course/source')",
    "another submission": f"open('$course/submitted/{HONEST}/$lesson/$lesson.ipynb').read()",
    "list of students": "os.listdir('$course/submitted')",
    "verdicts": "os.listdir('$course/verdicts')",
    "secret outside": "open('$canary/secret').read()",
    "secret by NumPy": "np.fromfile('$canary/secret', dtype='u1')",
    "secret by memory map": "mmap.mmap(os.open('$canary/secret', os.O_RDONLY), 0)",
    "secret by C": "ctypes.CDLL(None).fopen(b'$canary/secret', b'r') or 1 / 0",
    "secret by a relative path": "open('/usr/lib/../..$canary/secret').read()",
    "secret by /proc": "open('/proc/self/root$canary/secret').read()",
    "secret by the runner's root": "open(f'/proc/{os.getppid()}/root$canary/secret').read()",
    "secret by openat2": "call(437, 437, -100, b'$canary/secret', bytes(24), 24)",
    "secret by a path descriptor": (
        "os.open('secret', os.O_RDONLY, dir_fd=os.open('$canary', os.O_PATH))"
    ),
    "secret by linecache": "__import__('linecache').getlines('$canary/secret') or 1 / 0",
    "secret as a module": (
        "__import__('importlib.machinery').machinery.SourceFileLoader('x', '$canary/secret')"
        ".load_module()"
    ),
    "secret by sendfile": "os.sendfile(1, os.open('$canary/secret', os.O_RDONLY), 0, 9)",
    "/etc/passwd": "open('/etc/passwd').read()",
    "/etc/shadow": "open('/etc/shadow').read()",
    "/etc/hostname": "open('/etc/hostname').read()",
    "users by name": "__import__('pwd').getpwall() or 1 / 0",
    "home folder": "os.listdir('$home')",
    "home folders": "os.listdir('/home')",
    "root folder": "os.listdir('/')",
    "working folder": "os.listdir('.')",
    "temporary files": "os.listdir('/tmp')",
    "processes": "os.listdir('/proc')",
    "environment of the parent": "open(f'/proc/{os.getppid()}/environ').read()",
    "command line of the parent": "open(f'/proc/{os.getppid()}/cmdline').read()",
    "memory of the parent": "open(f'/proc/{os.getppid()}/mem', 'rb').read(1)",
    "files of the parent": "os.listdir(f'/proc/{os.getppid()}/fd')",
    "folder of the parent": "os.readlink(f'/proc/{os.getppid()}/cwd')",
    "devices": "os.listdir('/dev')",
    "disk": "open('/dev/vda', 'rb').read(1)",
    "system": "os.listdir('/sys')",
    "mounted secrets": "os.listdir('/run')",
    "walk everywhere": "list(os.walk('/'))[0]",
}
SQL = "__import__('sqlite3').connect('$course/gradebook.db').execute"
WRITTEN = {
    "manual score": f"{SQL}('update grade set manual_score = 20')",
    "trigger in the gradebook": (
        f"{SQL}('create trigger t after update on grade "
        "begin update grade set auto_score = 20; end')"
    ),
    "another's notebook": f"open('$course/submitted/{HONEST}/$lesson/$lesson.ipynb', 'a')",
    "own notebook": "open('$course/submitted/x', 'w')",
    "own feedback": "os.makedirs('$course/feedback/x')",
    "own verdict": "os.makedirs('$course/verdicts/x')",
    "release": "open('$course/release/$lesson/$lesson.ipynb', 'a')",
    "optlab": "open(__import__('optlab').__file__, 'a')",
    "grader's source": "open('$repository/autograder/judge/judge.py', 'a')",
    "start-up of the next": "os.makedirs(os.environ['IPYTHONDIR'] + '/profile_default/startup')",
    "Matplotlib's settings": "open(os.environ['MPLCONFIGDIR'] + '/matplotlibrc', 'w')",
    "Python's start-up": "open(np.__path__[0] + '/../x.pth', 'w')",
    "compiled NumPy": "open(np.__file__, 'a')",
    "shell profile": "open('$home/.profile', 'a')",
    "cron": "open('/etc/crontab', 'a')",
    "own executable": "open(sys.executable, 'a')",
    "cached bytecode": "__import__('py_compile').compile(np.__file__, cfile='/tmp/x.pyc')",
}
CODE = {
    "load magic": "%load $canary/secret",
    "run magic": "%run $canary/secret",
    "writefile magic": "%%writefile $canary/new\nx",
    "notebook magic": "%notebook $canary/new.ipynb",
    "history magic": "%history -g -f $canary/new",
    "logstart magic": "%logstart $canary/new",
    "cd and ls": "%cd $canary\n%ls",
    "pip": "%pip install ./x",
    "store magic": "%load_ext storemagic\nx = 1\n%store x",
}


def _blank(stage: Stage, path: Path) -> None:
    path.write_text(json.dumps(stage.notebook()))


def _beside(name: str, add: Callable[[Stage, Path], object], says: str) -> Attack:
    """A blank notebook with something beside it."""

    def hand_in(stage: Stage, path: Path) -> None:
        _blank(stage, path)
        add(stage, path.parent)

    return Attack(name, FAMILY, hand_in, says)


def _file(name: str, text: str) -> Callable[[Stage, Path], None]:
    def add(stage: Stage, folder: Path) -> None:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(stage.fill(text))

    return add


def _link(name: str, target: str) -> Callable[[Stage, Path], None]:
    return lambda stage, folder: (folder / name).symlink_to(stage.fill(target))


def _timestamp_pipe(stage: Stage, folder: Path) -> None:
    os.mkfifo(folder / "timestamp.txt")


SHADOW = "open('$canary/late', 'w')\nraise SystemExit"
BESIDE = {
    "numpy.py beside the notebook": (_file("numpy.py", SHADOW), "ignored: numpy.py"),
    "ipykernel_launcher.py beside": (
        _file("ipykernel_launcher.py", SHADOW),
        "ignored: ipykernel_launcher.py",
    ),
    "sitecustomize.py beside": (_file("sitecustomize.py", SHADOW), "ignored: sitecustomize.py"),
    "nbgrader_config.py beside": (
        _file("nbgrader_config.py", SHADOW),
        "ignored: nbgrader_config.py",
    ),
    "own optlab beside": (_file("optlab/__init__.py", SHADOW), BLANK),
    "own checkpoints beside": (_file(".ipynb_checkpoints/$lesson.ipynb", "{}"), BLANK),
    "a second notebook beside": (_file("other.ipynb", "{}"), "ignored: other.ipynb"),
    "hundred files beside": (
        lambda stage, folder: [(folder / f"f{n}").write_bytes(b"") for n in range(100)],
        "and 95 more",
    ),
    "hostile file name beside": (_file("\x1b[31m=1+1\u202e", "x"), r"ignored: =1\+1"),
    "link to the secret beside": (_link("data.csv", "$canary/secret"), "ignored: data.csv"),
    "link to everything beside": (_link("all", "/"), "ignored: all"),
    "timestamp links to the secret": (
        _link("timestamp.txt", "$canary/secret"),
        "timestamp.txt is not a file of nbgrader",
    ),
    "timestamp is a pipe": (_timestamp_pipe, "timestamp.txt is not a file of nbgrader"),
    "timestamp without a date": (_file("timestamp.txt", "soon"), "timestamp.txt holds no date"),
    "timestamp of the future": (
        _file("timestamp.txt", "2999-01-01 00:00:00 UTC"),
        "still to come",
    ),
    "timestamp with an endless zone": (
        _file("timestamp.txt", "2026-01-01 00:00:00 " + "A" * 300),
        "holds no date",
    ),
    "timestamp with a path as its zone": (
        _file("timestamp.txt", "2026-01-01 00:00:00 $canary/secret"),
        "holds no date",
    ),
    "timestamp before all time": (
        _file("timestamp.txt", "0001-01-01 00:00:00 +1200"),
        "holds no date",
    ),
    "timestamp of code": (_file("timestamp.txt", "__import__('os')"), "holds no date"),
    "timestamp of 10 MB": (
        _file("timestamp.txt", "2026-01-01" * 1_000_000),
        "timestamp.txt is not a file of nbgrader",
    ),
}


def _instead(name: str, make: Callable[[Stage, Path], None], says: str) -> Attack:
    return Attack(name, FAMILY, make, says)


def _other(stage: Stage) -> Path:
    return stage.course / "submitted" / HONEST / stage.lesson


def _linked_folder(stage: Stage, path: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(_other(stage))


def _linked_student(stage: Stage, path: Path) -> None:
    path.parent.rmdir()
    path.parent.parent.rmdir()
    path.parent.parent.symlink_to(_other(stage).parent)


def _unseen_lesson(stage: Stage, path: Path) -> None:
    path.parent.rename(path.parent.with_name(f"{stage.lesson}\u200b"))


INSTEAD = {
    "lesson with an invisible letter": (_unseen_lesson, "refused .*has no lesson"),
    "notebook links to another's": (
        lambda stage, path: path.symlink_to(_other(stage) / path.name),
        "refused .*symbolic link",
    ),
    "notebook links to the solution": (
        lambda stage, path: path.symlink_to(stage.repository / "solutions" / path.name),
        "refused .*symbolic link",
    ),
    "notebook links to nowhere": (
        lambda stage, path: path.symlink_to("/nonexistent"),
        "refused .*symbolic link",
    ),
    "notebook links to itself": (
        lambda stage, path: path.symlink_to(path.name),
        "refused .*symbolic link",
    ),
    "notebook links to a device": (
        lambda stage, path: path.symlink_to("/dev/zero"),
        "refused .*symbolic link",
    ),
    "notebook is a folder": (lambda stage, path: path.mkdir(), "refused .*not a regular file"),
    "notebook is a pipe": (lambda stage, path: os.mkfifo(path), "refused .*not a regular file"),
    "no notebook": (lambda stage, path: None, "refused .*no such notebook"),
    "lesson folder links to another's": (_linked_folder, "refused .*not a folder"),
    "student folder links to another's": (_linked_student, "refused .*not a student's folder"),
}


def _named(name: str, student: str, says: str) -> Attack:
    return Attack(name, FAMILY, _blank, says, student)


ODD = "refused .*folder's name cannot be a student's"
STUDENTS = {
    "student named as a formula": ("=HYPERLINK(1)", BLANK),
    "student named as a command": ("-1+cmd", BLANK),
    "student named at": ("@SUM(1)", BLANK),
    "student named as an option": ("--isolation=none", BLANK),
    "student named in quotes": ('O\'Hara "Jr"', BLANK),
    "student named as SQL": ("'; DROP TABLE grade", BLANK),
    "student named as a template": ("{{ 7 + 7 }}%s", BLANK),
    "student named in Chinese": ("学生", BLANK),
    "student named with a script": ("<img src=x onerror=alert(1)>", ODD),
    "student named in red": ("\x1b[31mred", ODD),
    "student named backwards": ("\u202ennob", ODD),
    "student named as another, invisibly": (f"{HONEST}\u200e", ODD),
    "student named as the folder above": ("\u200e..", ODD),
    "student named on two lines": ("two\nlines", ODD),
    "student named with a space at the end": ("eve ", ODD),
    "student named as a pattern": ("h*", ODD),
    "student named with 200 letters": ("x" * 200, ODD),
    "student named with 120 letters": ("x" * 119 + "a", BLANK),
    "student named with 120 letters, but one": ("x" * 119 + "b", BLANK),
    "student named as another, with no width": (f"{HONEST}\u200b", ODD),
    "student named as another, with a soft hyphen": (f"{HONEST[:3]}\u00ad{HONEST[3:]}", ODD),
    "student named as another, in Cyrillic": (HONEST.replace("o", "\u043e"), ODD),
    "student named as another, in full width": (
        "".join(chr(ord(letter) + 0xFEE0) for letter in HONEST),
        ODD,
    ),
    "student named with nothing to see": ("\u3164", ODD),
    "student named with an empty pattern": ("\u2800", ODD),
}
