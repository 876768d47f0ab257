"""nbval's kernels run as those of the build do."""

import os

from autograder.build.notebooks import KERNEL

os.environ.update(KERNEL)
