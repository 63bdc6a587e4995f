"""The fonts badges are set in, and which characters they have. A missing one is never printed."""

import unicodedata
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
}
CJK_DEFAULT = "Noto Sans CJK SC"
_SCRIPTS = (
    "", "Arabic", "Hebrew", "Thai", "Devanagari", "Bengali", "Tamil", "Telugu", "Kannada",
    "Malayalam", "Gujarati", "Gurmukhi", "Oriya", "Sinhala", "Ethiopic", "Georgian", "Armenian",
    "Khmer", "Lao", "Myanmar", "Thaana", "Mongolian", "NKo", "Tifinagh", "Syriac", "Symbols",
    "Symbols2",
)  # fmt: skip
_FILES = (
    *(f"NotoSans{script}-Regular.ttf" for script in _SCRIPTS),
    "NotoSerifTibetan-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
)


class FontsMissing(Exception):
    """The fonts are not installed; the message is the command that does."""


def folders() -> list[Path]:
    """Where the fonts are. Raises FontsMissing when a package is not there."""
    for name in ("NotoSans-Regular.ttf", "NotoSansArabic-Regular.ttf", "NotoSansCJK-Regular.ttc"):
        if not any((folder / name).exists() for folder in FOLDERS):
            raise FontsMissing(f"{name} is not installed: apt-get install {PACKAGES}")
    return [folder for folder in FOLDERS if folder.exists()]


def cjk(language: str) -> str:
    """The Han, kana and hangul family a reader of this language expects."""
    low = language.lower()
    return CJK_BY_LANGUAGE.get(low) or CJK_BY_LANGUAGE.get(low[:2], CJK_DEFAULT)


def missing(text: str) -> list[str]:
    """Characters of a text that no font has, as "U+1F600 GRINNING FACE"."""
    known = _characters()
    return [
        f"U+{ord(char):04X} {unicodedata.name(char, 'unnamed')}"
        for char in dict.fromkeys(text)
        if ord(char) not in known and unicodedata.category(char) not in ("Cf", "Zs")
    ]


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    known: set[int] = set()
    for folder in folders():
        for name in _FILES:
            path = folder / name
            if not path.exists():
                continue
            font = (
                TTCollection(path, lazy=True).fonts[0]
                if path.suffix == ".ttc"
                else TTFont(path, lazy=True)
            )
            known.update(font.getBestCmap())
    return frozenset(known)
