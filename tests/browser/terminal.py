"""A terminal with nbgrader loaded, which spares seconds a command: `python terminal.py`.

A line on stdin is a command: [folder, environment, program and its arguments, log]. Each runs in
a process of its own, as `python -m program ...` would there; its exit status is the answer.
"""

import json
import os
import runpy
import sys
from pathlib import Path

sys.path[0] = str(Path(__file__).parents[1])
from nbgrader_command import skip_address_grammar  # noqa: E402

skip_address_grammar()
import nbgrader.apps.nbgraderapp  # noqa: E402, F401  what takes long


def run(folder: str, environment: dict[str, str], command: list[str], log: str) -> None:
    """Become the program; what it prints goes into the log."""
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, file in enumerate((os.open(os.devnull, os.O_RDONLY), written, written)):
        os.dup2(file, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0] = folder
    sys.argv = command
    runpy.run_module(command[0], run_name="__main__", alter_sys=True)


for line in sys.stdin:
    child = os.fork()
    if not child:
        run(*json.loads(line))
        break
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
