"""JupyterLab, the formgrader and the pages, driven in the system's Chromium."""
