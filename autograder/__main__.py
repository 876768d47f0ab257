import sys

from autograder import startup

startup.skip_address_grammar()

from autograder.cli import main  # noqa: E402

sys.exit(main())
