import sys

from autograder import startup

startup.collect_seldom()
startup.skip_address_grammar()
startup.skip_server_pages()
startup.load_without_threads()

from autograder.cli import main  # noqa: E402

sys.exit(main())
