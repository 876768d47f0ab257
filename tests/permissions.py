"""For tests that become an ordinary user: pytest's folders are closed to everybody else."""

import os
import tempfile
from itertools import takewhile
from pathlib import Path


def open_way_to(path: Path) -> None:
    """Let every user pass through the temporary folders above `path`, and into it."""
    top = Path(os.path.realpath(tempfile.gettempdir()))
    for folder in (path, *takewhile(lambda parent: parent != top, path.parents)):
        folder.chmod(folder.stat().st_mode | 0o555)
