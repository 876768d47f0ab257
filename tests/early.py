"""A plugin of pytest, loaded before the others: nbval's would load the grammar of addresses.

Nor are nbgrader's pages loaded here; who tests them starts a process of their own.
"""

from autograder import startup

startup.skip_address_grammar()
startup.skip_server_pages()
