"""From a frame to the codes in it and where they stand, also when no decoder can see them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

import numpy as np

from kiosk.decode import GROWN, GROWN_PX, Box, Image, Quad, Work
from kiosk.vision import finders
from kiosk.vision.equaliser import Fit, equaliser, side_px
from kiosk.vision.finders import Placed

ERROR_CODE = 0.6
"""Above this the known modules say that no code stands here."""
ERROR_GOOD = 0.3
"""Below this a code is read at once, before other places are looked at."""
PLACES_MAX = 2
READ_S = 0.008
"""What is kept of the budget to refine and read the best of what was found."""
SMEARED_PX = 20
"""A busy region reaches so far beyond its code, both sides together."""
SCALES = (1.0, 0.78, 1.28, 1.6, 0.6)
"""A code's size, as a share of what its region suggests, the likeliest first: print around it
makes the region larger, faint edges make it smaller."""
SCALE_STEP = 1.12
"""Finders are found at module sizes so near the one looked for."""
SCALES_APART = 1.18
"""Scales of a region nearer to each other than this are one."""
MODULE_PX_MIN = 1.25
"""Smaller modules cannot be read, so they are not looked for."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the frame, and how many pixels a module in it may measure, the likeliest first."""

    box: Box
    modules_px: tuple[float, ...]


def busy(box: Box, sizes: Sequence[int]) -> Region:
    """A region of which only its extent is known, as decode.textured gives it."""
    side = (min(box[2] - box[0], box[3] - box[1]) - 2 * GROWN_PX) / (1 + 2 * GROWN)
    code = max(side - SMEARED_PX, side / 2)
    tried: list[float] = []
    for share in SCALES:
        for size in sizes:
            px = code * share / size
            if px > MODULE_PX_MIN and all(
                max(px / each, each / px) > SCALES_APART for each in tried
            ):
                tried.append(px)
    return Region(box, tuple(tried))


def around(box: Box, quad: Quad, sizes: Sequence[int]) -> Region:
    """A region in which a code of one of these sizes was about where `quad` is."""
    steps = (1.0, SCALE_STEP, 1 / SCALE_STEP)
    return Region(box, tuple(side_px(quad) / size * step for step in steps for size in sizes))


def fits(
    image: Image, seen: Sequence[Quad], regions: Sequence[Region], sizes: Sequence[int], work: Work
) -> Iterator[Fit]:
    """Codes and where they stand, corners refined, the clearest first.

    `seen` are corners of codes that a decoder found but could not read.
    """
    done: list[Fit] = []
    kept: list[Fit] = []
    for places in _candidates(image, seen, regions, sizes):
        if not work.affords(cost_s=READ_S if kept else 0):
            break
        fit = _best(image, places)
        if fit is None or fit.error > ERROR_CODE or any(_same(fit, each) for each in done):
            continue
        if fit.error > ERROR_GOOD:
            kept.append(fit)
            continue
        done.append(equaliser(fit.size).refined(image, fit, work))
        yield done[-1]
    for fit in sorted(kept, key=lambda each: each.error):
        if work.affords() and not any(_same(fit, each) for each in done):
            done.append(equaliser(fit.size).refined(image, fit, work))
            yield done[-1]


def _candidates(
    image: Image, seen: Sequence[Quad], regions: Sequence[Region], sizes: Sequence[int]
) -> Iterator[list[Placed]]:
    """Likely places: where a decoder saw a code; then each region at its first scale, and so on."""
    for quad in seen:
        yield [Placed(0.0, size, quad) for size in sizes]
    scales = zip_longest(*(region.modules_px for region in regions))
    for region, module_px in (
        pair for scale in scales for pair in zip(regions, scale, strict=True)
    ):
        if module_px is not None:
            x0, y0, x1, y1 = region.box
            codes = finders.placed(image[y0:y1, x0:x1], module_px, sizes)[:PLACES_MAX]
            yield [replace(each, quad=each.quad + np.array((x0, y0))) for each in codes]


def _best(image: Image, places: Iterable[Placed]) -> Fit | None:
    fitted = (equaliser(place.modules).fit(image, place.quad) for place in places)
    return min(fitted, key=lambda fit: fit.error, default=None)


def _same(one: Fit, other: Fit) -> bool:
    """Whether both are one code: their centres are nearer than half of it."""
    apart = float(np.hypot(*(one.quad.mean(axis=0) - other.quad.mean(axis=0))))
    return apart < side_px(other.quad) / 2
