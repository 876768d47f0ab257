"""JupyterLab for this course: found through JUPYTER_CONFIG_PATH, so no file of the user changes.

labconfig/           for everybody: this file, and labconfig/labconfig/ for the page's settings
labconfig/learner/   for learners as well: what they do not need is off
labconfig/ko/        for those who work in that language: the menus
"""

import os

c = get_config()  # noqa: F821 (Jupyter provides it)

c.ServerApp.allow_root = True  # containers run as root; the server listens on this machine only
c.ServerApp.log_level = c.LabApp.log_level = "WARN"  # the address is printed all the same
c.LabApp.extension_manager = "readonly"
c.LanguageServerManager.autodetect = False  # else it looks for twenty programs at every start

c.FormgradeExtension.debug = False  # else the formgrader shows its configuration

c.KernelManager.transport_encryption = "auto"  # else every kernel warns that it has none

# In every kernel, as where the notebooks are built: the lessons' networks are small, threads would
# mostly wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
