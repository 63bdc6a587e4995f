"""What is known of a QR code before it is read: the modules that are the same in every code.

Source: ISO/IEC 18004:2015, 6.3 (function patterns) and annex E (alignment patterns).
"""

import functools

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp

from kiosk.decode import FORMATS

Modules = npt.NDArray[np.float32]
"""A square of modules: above 0 is dark, below is light, further from 0 is more certain."""

BADGE_MODULES = 37
"""Version 5, which every badge of this service is."""
MODULES_MAX = 69
FINDER = 7
_QUIET = 4
_DOT_PX = 3


@functools.cache
def fixed(modules: int) -> Modules:
    """1 where every code of this size is dark, -1 where it is light, 0 where its data stands.

    Raises ValueError for a size that is no version 1 to 13.
    """
    if modules not in range(21, MODULES_MAX + 1, 4):
        raise ValueError(f"{modules} modules: expected 21, 25, ... {MODULES_MAX}")
    square = np.zeros((modules, modules), np.float32)
    timing = np.where(np.arange(modules) % 2, -1, 1)
    square[6, :] = square[:, 6] = timing
    for y, x in _alignment_centres(modules):
        square[y - 2 : y + 3, x - 2 : x + 3] = _rings(5)
    finder = np.full((8, 8), -1, np.float32)
    finder[:FINDER, :FINDER] = _rings(FINDER)
    square[:8, :8], square[:8, -8:], square[-8:, :8] = finder, finder[:, ::-1], finder[::-1]
    square[-8, 8] = 1
    square.flags.writeable = False
    return square


def text_of(modules: Modules) -> str | None:
    """The text of a square of modules, drawn clean and read like any picture."""
    known = fixed(len(modules))
    dark = np.where(known, known, modules) > 0
    clean = np.pad(np.where(dark, 0, 255).astype(np.uint8), _QUIET, constant_values=255)
    side = len(clean) * _DOT_PX
    picture = cv2.resize(clean, (side, side), interpolation=cv2.INTER_NEAREST)
    read = zxingcpp.read_barcodes(
        picture, formats=FORMATS, try_rotate=False, try_downscale=False, try_invert=False
    )
    return next((each.text for each in read if each.valid and each.text), None)


def _rings(side: int) -> Modules:
    """Dark, light, dark: the squares in squares of finder and alignment patterns."""
    away = np.abs(np.arange(side) - side // 2)
    ring = np.maximum(away[:, None], away[None, :])
    return np.where(ring == side // 2 - 1, -1, 1).astype(np.float32)


def _alignment_centres(modules: int) -> list[tuple[int, int]]:
    """(row, column), without the three that would stand in a finder."""
    last = modules - 7
    steps = [] if modules == 21 else [6, last] if modules < 45 else [6, (modules - 1) // 2, last]
    corners = {(6, 6), (6, last), (last, 6)}
    return [(y, x) for y in steps for x in steps if (y, x) not in corners]
