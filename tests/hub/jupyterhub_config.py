"""A JupyterHub on one machine, for a test: anybody may log in, all processes are one account's.

What is not for a test is said in docs/instructors.md. Names come from the environment.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821
HERE = Path(os.environ["HUB_FOLDER"])

c.JupyterHub.bind_url = os.environ["HUB_URL"]
c.JupyterHub.hub_port = int(os.environ["HUB_PORT"])
c.ConfigurableHTTPProxy.api_url = os.environ["PROXY_API_URL"]
c.ConfigurableHTTPProxy.command = [os.environ["PROXY"]]
c.JupyterHub.db_url = f"sqlite:///{HERE / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HERE / "cookie_secret")
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = True
c.SimpleLocalProcessSpawner.home_dir_template = str(HERE / "home/{username}")
c.Spawner.http_timeout = c.Spawner.start_timeout = 300  # a busy machine is slow, not wrong
c.Spawner.args = ["--allow-root", "--LabApp.expose_app_in_browser=True"]
c.Spawner.environment = {
    "PATH": os.environ["PATH"],
    # On a real hub both are what /etc/jupyter holds.
    "JUPYTER_CONFIG_PATH": os.pathsep.join([str(HERE / "etc"), os.environ["LABCONFIG"]]),
    "PYTHONPATH": os.environ["PYTHONPATH"],
}


def at_home(spawner):
    """The instructor's server is that of the course folder, so that the formgrader finds it."""
    if spawner.user.name == "grader":
        spawner.notebook_dir = str(HERE / "home/grader/course")


c.Spawner.pre_spawn_hook = at_home
