"""The badge's QR code as modules, and as whole dots of a printer."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import zxingcpp

from gate.access.credential import TEXT_CHARS

MODULES = 37
VERSION = 5
MM_PER_INCH = 25.4
DOTS_MIN = 10
"""Printer dots a module: a dot too much or too little of ink is then a tenth, which every decoder
forgives."""
_ALPHABET = re.compile(r"[0-9A-Z $%*+\-./:]+")
"""ISO/IEC 18004, alphanumeric mode."""
Run = tuple[int, int, int]
"""(row, first column, how many): dark modules side by side."""


class NotABadgeText(ValueError):
    """The text does not become the one QR code every badge has."""


class NoWholeDots(ValueError):
    """The resolution is too coarse for a QR code of this size; the message names one that fits."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A QR code on a printer's grid. Lengths in millimetres; `pitch` is a module's."""

    x: float
    y: float
    pitch: float
    dots: int
    runs: tuple[Run, ...]

    @property
    def width(self) -> float:
        return MODULES * self.pitch

    @property
    def svg(self) -> str:
        """All dark modules as one path, a module its unit: drawn in a fraction of the time that
        the template needs for a path of its own, dot for dot the same."""
        path = "".join(f"M{first} {row}h{count}v1h-{count}z" for row, first, count in self.runs)
        box = f"0 0 {MODULES} {MODULES}"
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{path}"/></svg>'


@lru_cache(maxsize=64)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """37 x 37 modules, dark True: version 5, error correction M, alphanumeric (ISO/IEC 18004).

    Raises NotABadgeText for a text that is not one of the QR alphabet's 122 characters.
    """
    if len(text) != TEXT_CHARS:
        raise NotABadgeText(f"a badge's text has {TEXT_CHARS} characters, this one {len(text)}")
    if not _ALPHABET.fullmatch(text):
        raise NotABadgeText("this text is no badge's: it has characters outside the QR alphabet")
    try:
        code = zxingcpp.create_barcode(
            text, zxingcpp.BarcodeFormat.QRCodeModel2, ec_level="M", version=VERSION
        )
    except ValueError as error:
        raise NotABadgeText(f"this text is no badge's: {error}") from None
    light = np.asarray(code.to_image(scale=1, add_quiet_zones=False, add_hrt=False))
    assert light.shape == (MODULES, MODULES)
    return tuple(tuple(row) for row in (light < 128).tolist())


def placed(text: str, x: float, y: float, size: tuple[float, float], dpi: float) -> Placed:
    """The code within `size` mm (least, most), its modules whole dots, its origin on the dot grid.

    Raises NoWholeDots at a resolution too coarse for that.
    """
    dots = dots_a_module(*size, dpi)
    per_mm = dpi / MM_PER_INCH
    return Placed(
        x=round(x * per_mm) / per_mm,
        y=round(y * per_mm) / per_mm,
        pitch=dots / per_mm,
        dots=dots,
        runs=tuple(_runs(modules(text))),
    )


def dots_a_module(least: float, most: float, dpi: float) -> int:
    """How many whole dots a module gets in a code of `least` to `most` mm: as few as make it
    `least` wide, but DOTS_MIN where there is room for them. Raises NoWholeDots."""
    per_mm = dpi / MM_PER_INCH
    dots, room = math.ceil(least * per_mm / MODULES), math.floor(most * per_mm / MODULES + 1e-9)
    if dots > room:
        fitting = (dots - 1) * MODULES * MM_PER_INCH / least
        raise NoWholeDots(
            f"at {dpi:g} dpi a QR code of whole dots is {MODULES * dots / per_mm:.1f} mm wide, "
            f"more than the {most:g} mm of the template; {math.floor(fitting)} dpi would fit"
        )
    return max(dots, min(DOTS_MIN, room))


def _runs(rows: tuple[tuple[bool, ...], ...]) -> list[Run]:
    runs = []
    for number, row in enumerate(rows):
        start = None
        for column, dark in enumerate((*row, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                runs.append((number, start, column - start))
                start = None
    return runs
