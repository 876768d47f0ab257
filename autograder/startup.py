"""What a process of the grader does before it loads anything else.

Programs call it, modules do not: importing `autograder` changes nothing for who imports it.
"""

import sys


def skip_address_grammar() -> None:
    """Spare a second of every start.

    nbformat loads jsonschema, and that a grammar of web addresses, which takes so long to compile
    and which no notebook needs. Without it jsonschema only does not check addresses.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: not importable
