"""Undo blur: learn from the modules that are known how the picture was smeared, then read the rest.

As a modem trains on a known preamble. About a fifth of a badge's modules (finders, timing,
alignment) are the same in every code. A small linear filter over the pixels around a module is
fitted to give their known values (least squares with a ridge, which is the MMSE equaliser); the
same filter then gives every other module. It learns motion, defocus and light at once, a frame at
a time, and its error on the known modules says whether a code of this size stands there at all.

What it is sure of then teaches it more, and a module's neighbours, once decided, are taken out of
its own value (decision feedback, as in a modem). Several frames of one badge, each with its own
filter, decide together.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from kiosk.decode import Image, Quad, Work
from kiosk.vision.symbol import Modules, fixed

PER_MODULE = 2
_MARGIN = 3
"""Modules sampled around the code, so that its edge has neighbours."""
_REACH = 2
"""Samples before a module's first and after its last one that its filter sees."""
_LEVEL = 2 * 9 * PER_MODULE + 1
"""Samples over which the light is taken as even."""
_RIDGE, _RIDGE_FEEDBACK = 0.02, 0.01
_SURE = 0.3
_DECIDED = 3.0
"""Steepness from a module's value to its decision."""
_NEIGHBOURS = 2
_ROUNDS = 8
_READ_AFTER = (1, 2, 4, 8)
_NUDGE = 0.35
_STEP_MAX = 1.2
"""Modules: how a corner is moved to learn its effect, and how far it may go in one step."""
_STEPS = 3

_Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fit:
    """A code as it was found: `error` is 0 where all known modules came out right, 1 for chance."""

    size: int
    quad: Quad
    error: float
    samples: _Floats
    filter: _Floats


class Equaliser:
    """For codes of one size. `fit` a place, `refined` it, then try its `readings`."""

    def __init__(self, modules: int) -> None:
        self.size = modules
        known = fixed(modules).ravel()
        self._known = known
        self._rows = np.flatnonzero(known)
        self._truth = known[self._rows]
        self._side = (modules + 2 * _MARGIN) * PER_MODULE
        first = np.arange(_MARGIN, _MARGIN + modules) * PER_MODULE
        corner = (first[:, None] * self._side + first[None, :]).ravel()
        around = np.arange(-_REACH, _REACH + PER_MODULE)
        near = (around[:, None] * self._side + around[None, :]).ravel()
        self._taps = corner[:, None] + near[None, :]

    def fit(self, image: Image, quad: Quad) -> Fit:
        samples = self._sampled(image, quad)
        seen = self._features(samples, self._rows)
        learnt = _solved(seen, self._truth, _RIDGE)
        error = float(np.mean((seen @ learnt - self._truth) ** 2))
        return Fit(self.size, quad, error, samples, learnt)

    def refined(self, image: Image, fit: Fit, work: Work) -> Fit:
        """The corners moved to where the known modules come out best (Gauss-Newton)."""
        best = fit
        for _ in range(_STEPS):
            if not work.affords():
                break
            last = best.error
            step = self._step(image, best)
            for share in (1.0, 0.4):
                tried = self.fit(image, best.quad + share * step)
                if tried.error < best.error:
                    best = tried
                    break
            if best.error > 0.99 * last:
                break
        return best

    def said(self, fit: Fit) -> Modules:
        """What the filter alone says of every module."""
        seen = self._features(fit.samples, slice(None))
        return np.asarray((seen @ fit.filter).reshape(self.size, self.size), np.float32)

    def readings(self, fits: Sequence[Fit]) -> Iterator[Modules]:
        """Ever better readings of one badge from the frames that show it."""
        seen = [self._features(fit.samples, slice(None)) for fit in fits]
        shares = np.array([1 / (0.05 + fit.error) for fit in fits], np.float32)
        shares /= shares.sum()
        known = self._known != 0
        value = sum(
            share * (each @ fit.filter) for share, each, fit in zip(shares, seen, fits, strict=True)
        )
        for done in range(1, _ROUNDS + 1):
            decided = np.where(known, self._known, np.tanh(_DECIDED * value))
            near = self._neighbours(decided.astype(np.float32))
            believed = np.where(known, self._known, np.sign(value)).astype(np.float32)
            sure = known | (np.abs(value) > _SURE)
            value = 0
            for share, each in zip(shares, seen, strict=True):
                both = np.concatenate([each, near], axis=1)
                learnt = _solved(both[sure], believed[sure], _RIDGE_FEEDBACK)
                value = value + share * (both @ learnt)
            if done in _READ_AFTER:
                yield value.reshape(self.size, self.size)

    def _neighbours(self, decided: _Floats) -> _Floats:
        """The modules around each module, itself left out; the quiet zone is light."""
        size, reach = self.size, _NEIGHBOURS
        padded = np.pad(decided.reshape(size, size), reach, constant_values=-1)
        moves = [(y, x) for y in range(2 * reach + 1) for x in range(2 * reach + 1)]
        moves.remove((reach, reach))
        return np.stack([padded[y : y + size, x : x + size].ravel() for y, x in moves], axis=1)

    def _step(self, image: Image, fit: Fit) -> Quad:
        """How far each corner should move, in pixels, with the filter held."""
        now = self._features(fit.samples, self._rows) @ fit.filter
        module_px = side_px(fit.quad) / self.size
        nudge = _NUDGE * module_px
        slopes = np.empty((len(now), 8))
        for each in range(8):
            moved = fit.quad.copy()
            moved[each // 2, each % 2] += nudge
            there = self._features(self._sampled(image, moved), self._rows) @ fit.filter
            slopes[:, each] = (there - now) / nudge
        square = slopes.T @ slopes
        square[np.diag_indices(8)] += 0.02 * np.trace(square) / 8 + 1e-9
        step = np.linalg.solve(square, slopes.T @ (self._truth - now))
        limit = _STEP_MAX * module_px
        return np.asarray(np.clip(step, -limit, limit).reshape(4, 2), np.float64)

    def _sampled(self, image: Image, quad: Quad) -> _Floats:
        """The code and its margin laid flat, PER_MODULE samples a module, light evened out."""
        size, side = self.size, self._side
        corners = np.array([(0, 0), (size, 0), (size, size), (0, size)], np.float32)
        flat = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
        coarse = side_px(quad) > 1.3 * size * PER_MODULE
        finer = 2 if coarse else 1  # Several pixels a sample: average them, do not pick one.
        pitch = 1 / (PER_MODULE * finer)
        start = -_MARGIN + pitch / 2
        to_module = np.array([[pitch, 0, start], [0, pitch, start], [0, 0, 1]])
        way = cv2.INTER_LINEAR if coarse else cv2.INTER_CUBIC
        laid = cv2.warpPerspective(
            image,
            flat @ to_module,
            (side * finer, side * finer),
            flags=way | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if coarse:
            laid = cv2.resize(laid, (side, side), interpolation=cv2.INTER_AREA)
        samples = laid.astype(np.float32)
        samples -= cv2.blur(samples, (_LEVEL, _LEVEL))
        return np.asarray(samples / (samples.std() + 1e-3), np.float32)

    def _features(self, samples: _Floats, rows: npt.NDArray[np.intp] | slice) -> _Floats:
        seen = samples.ravel()[self._taps[rows]]
        return np.concatenate([seen, np.ones((len(seen), 1), np.float32)], axis=1)


@functools.cache
def equaliser(modules: int) -> Equaliser:
    """One for each size: its index tables are made once. Raises ValueError as `fixed` does."""
    return Equaliser(modules)


def side_px(quad: Quad) -> float:
    return float(np.sqrt(abs(cv2.contourArea(quad.astype(np.float32)))))


def _solved(seen: _Floats, wanted: _Floats, ridge: float) -> _Floats:
    square = seen.T @ seen
    square[np.diag_indices(len(square))] += ridge * len(seen)
    return np.asarray(np.linalg.solve(square, seen.T @ wanted), np.float32)
