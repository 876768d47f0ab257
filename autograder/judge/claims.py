"""What a child claims, made fit to be believed: known shapes, bounded sizes, printable text.

What comes here has passed `optlab.checking.codec`, so it is data; who sent it is the learner's
code.
"""

import builtins
from dataclasses import replace
from typing import Any

from autograder.handin import outputs as cleaner
from optlab.checking import probe
from optlab.checking.codec import CodecError
from optlab.checking.onechange import Found

ERROR_TEXT = 300
MOST_CANDIDATES = 1_000_000
KNOWN_ERRORS = {
    name
    for name, thing in vars(builtins).items()
    if isinstance(thing, type) and issubclass(thing, BaseException)
} | {"LinAlgError", probe.SIGNATURE, probe.NOT_CALLABLE, probe.UNSOLVED, probe.BORROWED}


def outputs(claimed: Any) -> list[dict]:
    """The outputs of one cell. What is not an output of a notebook is left out."""
    if not isinstance(claimed, list):
        raise CodecError("outputs are a list")
    return cleaner.outputs(claimed)


def observations(claimed: Any, asked: int, parameters: list[str]) -> list[probe.Observation]:
    """The observations of one exercise: as many as were asked for."""
    if not isinstance(claimed, list) or len(claimed) != asked:
        raise CodecError("one observation for each case")
    return [_observation(probe.Observation.from_row(item), parameters) for item in claimed]


def found(claimed: Any) -> Found:
    """What a search reported: numbers that are looked up in a list of our own, nothing else."""
    match claimed:
        case {
            "candidate": int(candidate),
            "other": int(other),
            "partial": bool(partial),
            "stopped": int(stopped),
            **rest,
        } if not rest and all(map(_is_count, (candidate, other, stopped))):
            return Found(candidate=candidate, other=other, partial=partial, stopped=stopped)
    raise CodecError("not the report of a search")


def _is_count(number: int) -> bool:
    return type(number) is int and -1 <= number <= MOST_CANDIDATES


def one_line(text: str, limit: int = ERROR_TEXT) -> str:
    """Learner's text for a sentence of ours: one line, printable, not long."""
    words = "".join(c if c.isprintable() else " " for c in text[: 4 * limit]).split()
    return " ".join(words)[:limit]


def _observation(seen: probe.Observation, parameters: list[str]) -> probe.Observation:
    if not {*seen.changed, *seen.aliased} <= {*parameters, "result"}:
        raise CodecError("an argument that does not exist")
    known = seen.error is None or seen.error in KNOWN_ERRORS
    error = seen.error if known else "a custom exception"
    return replace(seen, error=error, error_text=one_line(seen.error_text))
