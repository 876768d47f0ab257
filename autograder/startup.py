"""What a process of the grader does before it loads anything else.

Programs call it, modules do not: importing `autograder` changes nothing for who imports it.
"""

import atexit
import gc
import importlib
import importlib.util
import os
import sys
from types import ModuleType

_OBJECTS = 50_000  # Python's own number is 700
_THREADS = "OPENBLAS_NUM_THREADS"
# Loaded by what we need of nbgrader, and needed by nothing of that: for its server and its zips.
_UNNEEDED = {
    "nbgrader.auth.jupyterhub": ("JupyterHubAuthPlugin",),
    "setuptools.archive_util": ("unpack_archive", "unpack_tarfile", "unpack_zipfile"),
}


def collect_seldom() -> None:
    """Spare a tenth of every start, and as much at the end: what is loaded is no garbage."""
    gc.set_threshold(_OBJECTS)
    atexit.register(gc.freeze)


def load_without_threads() -> None:
    """Load NumPy with no threads of its own: a process without threads can be copied."""
    before = os.environ.get(_THREADS)
    os.environ[_THREADS] = "1"
    importlib.import_module("numpy")
    del os.environ[_THREADS]
    if before is not None:
        os.environ[_THREADS] = before


def skip_address_grammar() -> None:
    """Spare a second of every start.

    nbformat loads jsonschema, and that grammars of web addresses, which take so long to compile,
    and one of periods of time. No notebook needs them; without them jsonschema checks neither.
    """
    for name in ("rfc3987_syntax", "rfc3986_validator", "isoduration"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None: not importable


def skip_server_pages() -> None:
    """Spare another second where marks are recorded.

    nbgrader's package loads its pages for Jupyter's server, and these a web server, as soon as
    anything of it is loaded. Here it stands as the folder of its modules, and what these need for
    a server or for archives stands empty.
    """
    spec = importlib.util.find_spec("nbgrader")
    if spec is not None:
        sys.modules.setdefault("nbgrader", importlib.util.module_from_spec(spec))
    for name, contents in _UNNEEDED.items():
        empty = ModuleType(name)
        vars(empty).update(dict.fromkeys(contents))
        sys.modules.setdefault(name, empty)
