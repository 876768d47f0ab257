"""The font in which figures are lettered in a language: a part of another one, under its own name.

    python -m autograder.language.font ko /usr/share/fonts/truetype/nanum/NanumGothic.ttf

writes notebooks/optlab/words/ko.ttf. `language.toml` says what the part is called and which letters
it holds: the language's, as far as its encoding writes them in at most two bytes (of Korean the
2,350 syllables of KS X 1001), beside those of every language.
"""

import argparse
import re
import tomllib
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from autograder.language import editions
from autograder.language.built import WORDS

ALWAYS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "–—‘’“”…→≤≥≈")]
MINUS, DASH = 0x2212, 0x2013  # Matplotlib writes the first, and not every font has it
# Without what Matplotlib has no use for: instructions for small screens, how letters combine.
OPTIONS = {"hinting": False, "layout_features": [], "name_IDs": [0, 13, 14], "notdef_outline": True}
_NAMES = {1: "{name}", 2: "Regular", 3: "{name}, a part", 4: "{name}", 6: "{short}"}


def part_of(source: Path, name: str, letters: re.Pattern[str], encoding: str) -> TTFont:
    """The letters that are needed, renamed: many a licence keeps a font's name to itself."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(**OPTIONS)
    chosen = subset.Subsetter(options)
    own = [code for code in font.getBestCmap() if letters.fullmatch(chr(code))]
    chosen.populate(unicodes=[*ALWAYS, *(code for code in own if _fits(chr(code), encoding))])
    chosen.subset(font)
    for table in font["cmap"].tables:
        if DASH in table.cmap:
            table.cmap.setdefault(MINUS, table.cmap[DASH])
    for number, text in _NAMES.items():
        said = text.format(name=name, short=name.replace(" ", ""))
        font["name"].setName(said, number, 3, 1, 0x409)
    return font


def _fits(letter: str, encoding: str) -> bool:
    try:
        return len(letter.encode(encoding)) <= 2
    except UnicodeEncodeError:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m autograder.language.font", description=__doc__)
    parser.add_argument("language")
    parser.add_argument("source", type=Path, help="a TrueType font")
    options = parser.parse_args()
    found = editions.edition(options.language)
    said = tomllib.loads((found.folder / "language.toml").read_text("utf-8"))["font"]
    letters = found.language.letters
    font = part_of(options.source, said["name"], letters, said["encoding"])
    path = WORDS / f"{options.language}.ttf"
    path.parent.mkdir(exist_ok=True)
    font.save(path)
    print(f"{path}: {len(font.getBestCmap())} letters, {path.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
