"""Where a code stands in a region, by its three finder patterns, also when blur hides their edges.

A decoder looks for sharp runs of 1:1:3:1:1. Here the whole pattern is correlated with the picture
at a few module sizes. Three peaks that stand like the corners of a code may be one; whether they
are is told by the modules that are the same in every code, and by the quiet zone around it.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.decode import Image, Quad
from kiosk.vision.symbol import FINDER, fixed

PEAKS_MAX = 12
PEAK_MIN = 0.3
"""Normalised correlation below which nothing like a finder stands there."""
LIKENESS_MIN = 0.38
"""Correlation with the known modules: of 160 blurred codes 98 % have more, of other places 3 %."""
_TRIED_MAX = 24
_MODULE_PX = 2
_SOFT = 0.7
"""Blur of the pattern looked for, in modules: between a sharp and a shaken picture."""
_STRETCH = 0.3
_SQUARE_MIN = 0.8
"""Sine of the angle between the code's sides, for the steepest view that is looked for."""

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a code of `modules` a side may stand; `likeness` of its known modules is at most 1."""

    likeness: float
    modules: int
    quad: Quad


def placed(region: Image, module_px: float, sizes: Sequence[int]) -> list[Placed]:
    """Codes of these sizes, with modules near this many pixels, the likeliest first."""
    scale = _MODULE_PX / module_px
    if min(region.shape) * scale < len(_pattern()) + 1:
        return []
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    image = np.asarray(cv2.resize(region, None, fx=scale, fy=scale, interpolation=way), np.uint8)
    at, peak = _peaks(image)
    if len(at) < 3:
        return []
    corners, arms, score = _triples(at, peak)
    codes = []
    for modules in sizes:
        reach = (modules - FINDER) * _MODULE_PX
        near = np.flatnonzero((np.abs(np.linalg.norm(arms, axis=2) / reach - 1) < _STRETCH).all(1))
        near = near[np.argsort(-score[near])[:_TRIED_MAX]]
        quads = _quads(corners[near], arms[near], modules)
        for quad, likeness in zip(quads, _likeness(image, quads, modules), strict=True):
            if likeness > LIKENESS_MIN:
                codes.append(Placed(float(likeness), modules, quad / scale - 0.5))
    return sorted(codes, key=lambda code: -code.likeness)


def _peaks(image: Image) -> tuple[_Floats, _Floats]:
    """(x, y of what looks most like a finder, how much it does), the likeliest first."""
    pattern = _pattern()
    like = cv2.matchTemplate(image, pattern, cv2.TM_CCOEFF_NORMED)
    near = np.ones((5 * _MODULE_PX + 1,) * 2, np.uint8)
    rows, columns = np.nonzero((like >= cv2.dilate(like, near)) & (like > PEAK_MIN))
    peak = like[rows, columns].astype(np.float64)
    first = np.argsort(-peak)[:PEAKS_MAX]
    at = np.stack([columns, rows], axis=1)[first] + len(pattern) / 2
    return at.astype(np.float64), peak[first]


def _triples(at: _Floats, peak: _Floats) -> tuple[_Floats, _Floats, _Floats]:
    """Three peaks that stand like a code's finders: (top left one, from there to the top right
    and to the bottom left one, how well the three look and stand)."""
    arms = at[None, :, :] - at[:, None, :]  # [corner, end]
    length = np.hypot(arms[..., 0], arms[..., 1]) + 1e-9
    right, low = arms[:, :, None, :], arms[:, None, :, :]  # [corner, right end, lower end]
    square = right[..., 0] * low[..., 1] - right[..., 1] * low[..., 0]
    square /= length[:, :, None] * length[:, None, :]
    corner, a, b = np.nonzero(square > _SQUARE_MIN)
    uneven = np.abs(np.log(length[corner, a] / length[corner, b]))
    score = peak[corner] + peak[a] + peak[b] + square[corner, a, b] - uneven / 2
    return at[corner], np.stack([arms[corner, a], arms[corner, b]], axis=1), score


def _quads(corners: _Floats, arms: _Floats, modules: int) -> Quad:
    """Corners [code, corner, x or y] of the whole code, taken as a parallelogram."""
    across, down = arms[:, 0] / (modules - FINDER), arms[:, 1] / (modules - FINDER)
    start = corners - (across + down) * FINDER / 2
    along, deep = modules * across, modules * down
    return np.stack([start, start + along, start + along + deep, start + deep], axis=1)


def _likeness(image: Image, quads: Quad, modules: int) -> _Floats:
    """Correlation of each place with the known modules and a light ring around them."""
    where, dark = _known(modules)
    start = quads[:, :1]
    points = start + where[:, :1] * (quads[:, 1:2] - start) + where[:, 1:] * (quads[:, 3:] - start)
    height, width = image.shape
    x = np.clip(points[..., 0].astype(np.intp), 0, width - 1)
    y = np.clip(points[..., 1].astype(np.intp), 0, height - 1)
    light = image[y, x].astype(np.float64)
    light -= light.mean(axis=1, keepdims=True)
    alike = -(light @ dark) / (np.sqrt((light**2).sum(axis=1) * (dark @ dark)) + 1e-9)
    return np.asarray(alike, np.float64)


@functools.cache
def _known(modules: int) -> tuple[_Floats, _Floats]:
    """(places of the known modules as shares of the code's sides, how dark each is, around 0)."""
    square = np.pad(fixed(modules), 2)
    square[1, 1:-1] = square[-2, 1:-1] = square[1:-1, 1] = square[1:-1, -2] = -1
    rows, columns = np.nonzero(square)
    dark = square[rows, columns].astype(np.float64)
    return (np.stack([columns, rows], axis=1) - 1.5) / modules, dark - dark.mean()


@functools.cache
def _pattern() -> Image:
    """A finder with one light module around it, softened."""
    finder = np.pad(fixed(21)[:FINDER, :FINDER], 1, constant_values=-1)
    large = np.kron(np.where(finder > 0, 0, 255), np.ones((_MODULE_PX, _MODULE_PX)))
    soft = cv2.GaussianBlur(large.astype(np.float32), (0, 0), _SOFT * _MODULE_PX)
    return soft.astype(np.uint8)
