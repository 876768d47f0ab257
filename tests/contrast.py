"""How well a color can be told from another, as WCAG defines it."""

import numpy as np


def contrast(one: str, other: str) -> float:
    """Of two colors like "#1f6feb": from 1, the same, to 21, black and white."""
    low, high = sorted((_light(one), _light(other)))
    return (high + 0.05) / (low + 0.05)


def _light(color: str) -> float:
    parts = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return float(luminance(parts))


def luminance(parts: np.ndarray) -> np.ndarray:
    """Of pixels, whose last axis is red, green and blue from 0 to 1."""
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]
