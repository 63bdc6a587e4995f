"""The badge's QR code as modules, and as whole dots of a printer."""

import math
from dataclasses import dataclass
from functools import lru_cache

import qrcode
from qrcode.util import MODE_ALPHA_NUM, QRData

from gate.access.credential import TEXT_CHARS

MODULES = 37
VERSION = 5
MM_PER_INCH = 25.4
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
    code = qrcode.QRCode(
        version=VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, border=0
    )
    try:
        code.add_data(QRData(text, mode=MODE_ALPHA_NUM), optimize=0)
        code.make(fit=False)
    except (ValueError, qrcode.exceptions.DataOverflowError) as error:
        # Some all-zero blocks also end here (`glog(0)`): no signed badge has one.
        raise NotABadgeText(f"this text is no badge's: {error}") from None
    return tuple(tuple(bool(dark) for dark in row) for row in code.modules)


def placed(text: str, x: float, y: float, size: tuple[float, float], dpi: float) -> Placed:
    """The code within `size` mm (least, most), its modules whole dots, its origin on the dot grid.

    Raises NoWholeDots at a resolution too coarse for that.
    """
    least, most = size
    per_mm = dpi / MM_PER_INCH
    dots = math.ceil(least * per_mm / MODULES)
    if MODULES * dots / per_mm > most:
        fitting = (dots - 1) * MODULES * MM_PER_INCH / least
        raise NoWholeDots(
            f"at {dpi:g} dpi a QR code of whole dots is {MODULES * dots / per_mm:.1f} mm wide, "
            f"more than the {most:g} mm of the template; {math.floor(fitting)} dpi would fit"
        )
    return Placed(
        x=round(x * per_mm) / per_mm,
        y=round(y * per_mm) / per_mm,
        pitch=dots / per_mm,
        dots=dots,
        runs=tuple(_runs(modules(text))),
    )


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
