"""The fonts badges are set in, on paper and in a PDF, and which characters they have. A missing one
is never printed."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont

FOLDERS = (Path("/usr/share/fonts/truetype/noto"), Path("/usr/share/fonts/opentype/noto"))
PACKAGES = "fonts-noto-core fonts-noto-cjk"
CJK_BY_LANGUAGE = {
    "ja": "Noto Sans CJK JP",
    "ko": "Noto Sans CJK KR",
    "zh-hant": "Noto Sans CJK TC",
    "zh-tw": "Noto Sans CJK TC",
    "zh-hk": "Noto Sans CJK HK",
    "zh-mo": "Noto Sans CJK HK",
}
CJK_DEFAULT = "Noto Sans CJK SC"
CJK_FILE = "NotoSansCJK-Regular.ttc"
NASTALIQ = "Noto Nastaliq Urdu"
"""Urdu's own hand: readers of it take Naskh, which the others of its script use, for Arabic."""
_FIRST = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew")
_LATER = (
    *(f"Noto Sans {script}" for script in (
        "Thai", "Devanagari", "Bengali", "Tamil", "Telugu", "Kannada", "Malayalam", "Gujarati",
        "Gurmukhi", "Oriya", "Sinhala", "Ethiopic", "Georgian", "Armenian", "Khmer", "Lao",
        "Myanmar", "Thaana", "Mongolian", "NKo", "Tifinagh", "Syriac", "Adlam", "Cherokee",
        "Canadian Aboriginal", "Ol Chiki", "Meetei Mayek", "Javanese",
    )),
    "Noto Serif Tibetan", "Noto Sans Symbols", "Noto Sans Symbols2",
)  # fmt: skip
_NEVER = ("Cc", "Cn", "Co", "Cs", "Zl", "Zp")
"""Some fonts map control characters to nothing; none of these belongs on a badge."""
_INVISIBLE = frozenset(
    (0x00AD, 0x061C, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
     *range(0xFE00, 0xFE10), 0xFEFF, *range(0xE0100, 0xE01F0))
)  # fmt: skip
"""Joiners, marks of direction and variation selectors: shaping uses them, no glyph is needed
(Unicode's Default_Ignorable_Code_Point, those of text)."""


class FontsMissing(Exception):
    """The fonts are not installed; the message is the command that does."""


def folders() -> list[Path]:
    """Where the fonts are. Raises FontsMissing when a package is not there."""
    for name in ("NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf", CJK_FILE):
        if not any((folder / name).exists() for folder in FOLDERS):
            raise FontsMissing(f"{name} is not installed: apt-get install {PACKAGES}")
    return [folder for folder in FOLDERS if folder.exists()]


def cjk(language: str) -> str:
    """The Han, kana and hangul family a reader of this language expects."""
    parts = language.lower().split("-")
    names = ("-".join(parts[:size]) for size in range(len(parts), 0, -1))
    return next((CJK_BY_LANGUAGE[name] for name in names if name in CJK_BY_LANGUAGE), CJK_DEFAULT)


def faces(language: str) -> list[str]:
    """Families in the order in which a character is looked for."""
    latin, *first = _FIRST
    own = [NASTALIQ] if language.partition("-")[0].lower() == "ur" else []
    return [latin, *own, *first, cjk(language), *_LATER]


def seen(text: str) -> str:
    """A text without needless spaces, or nothing when it is made of nothing that is seen."""
    return "" if all(ord(char) in _INVISIBLE or char.isspace() for char in text) else (
        " ".join(text.split())
    )  # fmt: skip


def missing(text: str) -> list[str]:
    """What of a text cannot be drawn, as "U+1F600 GRINNING FACE".

    A letter with its marks comes from one font or not at all: set from two, its letter is lost.
    """
    fonts = _fonts()
    known = _characters()
    gone: dict[str, None] = {}
    for cluster in clusters(text):
        needed = [char for char in cluster if ord(char) not in _INVISIBLE]
        alone = [char for char in needed if not _has(known, char)]
        if alone:
            gone.update({_said(char): None for char in alone})
        elif len(needed) > 1 and not any(font.issuperset(map(ord, needed)) for font in fonts):
            gone[" with ".join(map(_said, needed))] = None
    return list(gone)


def _has(known: frozenset[int], char: str) -> bool:
    category = unicodedata.category(char)
    return category == "Zs" or (ord(char) in known and category not in _NEVER)


def _said(char: str) -> str:
    return f"U+{ord(char):04X} {unicodedata.name(char, 'unnamed')}"


def clusters(text: str) -> Iterator[str]:
    """Each character with the marks that follow it."""
    cluster = ""
    for char in text:
        if cluster and not unicodedata.category(char).startswith("M"):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    return frozenset[int]().union(*_fonts())


@lru_cache(maxsize=1)
def _fonts() -> tuple[frozenset[int], ...]:
    """The characters of each family that is installed."""
    wanted = [f"{family.replace(' ', '')}-Regular.ttf" for family in (*_FIRST, *_LATER)]
    paths = [folder / name for folder in folders() for name in (*wanted, CJK_FILE)]
    return tuple(_in_file(path) for path in paths if path.exists())


def _in_file(path: Path) -> frozenset[int]:
    if path.suffix == ".ttc":
        with TTCollection(path, lazy=True) as collection:
            return frozenset(collection.fonts[0].getBestCmap())
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
