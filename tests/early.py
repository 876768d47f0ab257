"""A plugin of pytest, loaded before the others: nbval's would load the grammar of addresses.

Nor are nbgrader's pages loaded here; who tests them starts a process of their own. And NumPy gets
one thread here and in every kernel that is started from here, as in those that build lessons and
those of learners: processes side by side with two threads each mostly wait for each other.
"""

import os

from autograder import startup

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
startup.skip_address_grammar()
startup.skip_server_pages()
