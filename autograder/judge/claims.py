"""Cleaning what a child claims: only known shapes, bounded sizes, text that can be written.

What comes here has passed `optlab.checking.codec`, so it is data; who sent it is the learner's
code.
"""

import base64
import builtins
import struct
from dataclasses import replace
from typing import Any

from optlab.checking import probe
from optlab.checking.codec import CodecError

PNG = b"\x89PNG\r\n\x1a\n"
PNG_SIDE = 10_000  # pixels; a larger one is a bomb for whoever looks at it
KEPT_CONTROLS = dict.fromkeys(map(ord, "\t\n\r\b\x1b"))
DROPPED_CONTROLS = {code: None for code in range(32) if code not in KEPT_CONTROLS}
ERROR_TEXT = 300
KNOWN_ERRORS = {
    name
    for name, thing in vars(builtins).items()
    if isinstance(thing, type) and issubclass(thing, BaseException)
} | {"LinAlgError", probe.SIGNATURE, probe.NOT_CALLABLE}


def outputs(claimed: Any) -> list[dict]:
    """The outputs of one cell. What is not an output of a notebook is left out."""
    if not isinstance(claimed, list):
        raise CodecError("outputs are a list")
    return [kept for item in claimed if (kept := _output(item))]


def observations(claimed: Any, asked: int, parameters: list[str]) -> list[probe.Observation]:
    """The observations of one exercise: as many as were asked for."""
    if not isinstance(claimed, list) or len(claimed) != asked:
        raise CodecError("one observation for each case")
    return [_observation(probe.Observation.from_data(item), parameters) for item in claimed]


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


def _output(item: Any) -> dict | None:
    match item:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return {"output_type": "stream", "name": name, "text": _text(text)}
        case {"output_type": "display_data", "data": dict(data), "metadata": dict(metadata)}:
            return {"output_type": "display_data", **_bundle(data, metadata)}
        case {
            "output_type": "execute_result",
            "data": dict(data),
            "metadata": dict(metadata),
            "execution_count": int(count),
        } if 0 <= count < 1_000_000:
            bundle = _bundle(data, metadata)
            return {"output_type": "execute_result", "execution_count": int(count), **bundle}
        case {
            "output_type": "error",
            "ename": str(name),
            "evalue": str(value),
            "traceback": list(lines),
        }:
            return {
                "output_type": "error",
                "ename": one_line(name),
                "evalue": _text(value),
                "traceback": [_text(line) for line in lines if isinstance(line, str)],
            }
    return None


def _bundle(data: dict, metadata: dict) -> dict:
    kept, described = {}, {}
    if isinstance(text := data.get("text/plain"), str):
        kept["text/plain"] = _text(text)
    if image := _png(data.get("image/png")):
        kept["image/png"] = image
        match metadata:
            case {"image/png": {"alt": str(alt)}}:
                described = {"image/png": {"alt": _text(alt)}}
    return {"data": kept, "metadata": described}


def _png(claimed: Any) -> str | None:
    """Base64 of a PNG of bounded size, written afresh; None for anything else."""
    if not isinstance(claimed, str):
        return None
    try:
        image = base64.b64decode(claimed)  # passes over what is not base64; that is not kept
    except ValueError:
        return None
    if len(image) < 24 or not image.startswith(PNG) or image[12:16] != b"IHDR":
        return None
    if max(struct.unpack(">II", image[16:24])) > PNG_SIDE:
        return None
    return base64.b64encode(image).decode("ascii")


def _text(text: str) -> str:
    return text.translate(DROPPED_CONTROLS).encode("utf-8", "replace").decode("utf-8")
