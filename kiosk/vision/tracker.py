"""Follows the badge held into view over frames, and reads it where one frame alone does not.

Each frame is read plainly first. When the badge that counts was not read, its region (where it
was a frame ago, where a code was seen but not readable, where the picture is busy) is searched
for finder patterns, equalised, and read from its modules; what still does not read is added to
what earlier frames said of the same modules, until the sum reads. All within a time budget.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from kiosk import decode
from kiosk.debounce import is_badge_shaped
from kiosk.decode import Box, Image, Quad, Sighting, Work
from kiosk.vision import search
from kiosk.vision.equaliser import Fit, equaliser, side_px
from kiosk.vision.symbol import BADGE_MODULES, Modules, fixed, text_of

BUDGET_S = 0.028
"""Of processor time: a busy neighbour must not make the lane read worse."""
SEVERAL_SHARE = 0.6
"""A second code at least this share of the nearest one's width is held up as well."""
ERROR_READ = 0.45
"""Above this a frame's modules are not worth reading or adding."""
ALIKE_MIN = 0.3
"""Correlation of the data modules of two frames, above which they show the same badge."""
FORGET_FRAMES = 8
"""Frames without the badge that is followed, after which it is gone."""
FRAMES_MAX = 3
"""Frames that are read together."""
FAILED_MAX = 2
NEARER = 1.1
"""So many times as wide as the nearest code that was read, another one is certainly nearer."""
SMALL = 4
STILL = 3.0
"""Mean change of a region, in grey levels at a quarter of the size, that is only noise."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame showed: all that was read; the badge that counts, if that one was read; and
    whether several are held up."""

    read: tuple[Sighting, ...] = ()
    badge: Sighting | None = None
    several: bool = False


@dataclass(frozen=True, slots=True)
class _Track:
    """The badge being followed, which did not read yet: its last frames, the newest first."""

    fits: tuple[Fit, ...]
    said: Modules


class Tracker:
    """Feed it every frame in order.

    `sizes` are the codes looked for, in modules a side; `wanted` says which text of a rescued code
    may be believed; `clock` measures the budget in seconds.
    """

    def __init__(
        self,
        sizes: Sequence[int] = (BADGE_MODULES,),
        wanted: Callable[[str], bool] = is_badge_shaped,
        zone: decode.Zone = decode.CAPTURE_ZONE,
        budget_s: float = BUDGET_S,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self._sizes = sizes
        self._wanted = wanted
        self._zone = zone
        self._budget_s = budget_s
        self._clock = clock
        self._track: _Track | None = None
        self._missed = 0
        self._fruitless: Image | None = None

    def look(self, frame: Image) -> Seen:
        if min(frame.shape[:2]) < decode.SIDE_MIN:
            return Seen()
        work = Work(self._budget_s, self._clock)
        image = decode.grey(frame)
        height, width = image.shape
        read, failed = decode.scan(image)
        work.walked(image.size)
        nearest = decode.nearest(read, width, height, self._zone)
        before = self._track
        if nearest:
            found = self._nearer(image, failed, NEARER * nearest.width, work)
        else:
            found = self._anywhere(image, failed[:FAILED_MAX], work)
        held = [each for each in (*read, *found) if self._zone.holds(each, width, height)]
        badge = max(held, key=lambda each: each.width, default=None)
        self._missed = self._missed + 1 if self._track is before else 0
        if (badge and badge.text) or self._missed > FORGET_FRAMES:
            self._track = None
        return Seen(
            read=(*read, *(each for each in found if each.text)),
            badge=badge if badge and badge.text else None,
            several=_several(held),
        )

    def _nearer(
        self, image: Image, failed: Sequence[Quad], code_px: float, work: Work
    ) -> tuple[Sighting, ...]:
        """A code larger than the one that was read, dark if it does not read: an unread badge in
        front must not let in the one behind it."""
        larger = [quad for quad in failed if side_px(quad) > code_px][:FAILED_MAX]
        places = self._followed_to(image)
        found = self._searched(image, larger, places, work) if larger or places else ()
        return tuple(each for each in found if each.width > code_px)

    def _anywhere(self, image: Image, failed: Sequence[Quad], work: Work) -> tuple[Sighting, ...]:
        boxes = [decode.box_of(quad, image) for quad in failed]
        busy = self._changed(image, decode.regions(image, boxes)[len(boxes) :])
        # The nearer badge first: once a code is read, no other is looked for.
        busy.sort(key=lambda box: min(box[2] - box[0], box[3] - box[1]), reverse=True)
        if light := _light_on_dark(image, busy):
            return light
        places = self._followed_to(image)
        places += [search.around(*pair, self._sizes) for pair in zip(boxes, failed, strict=True)]
        places += [search.busy(box, self._sizes) for box in busy]
        found = self._searched(image, failed, places, work)
        if any(each.text for each in found):
            return found
        for cost_px, attempt in decode.rescues(image, [*boxes, *busy]):
            if work.affords(cost_px):
                read = tuple(each for each in attempt() if self._wanted(each.text))
                if read:
                    return (*read, *_apart(found, read))
        if work.affords() and not found:
            self._searched_in_vain(image, busy)
        return found

    def _followed_to(self, image: Image) -> list[search.Region]:
        if self._track is None:
            return []
        last = self._track.fits[0]
        return [search.around(decode.box_of(last.quad, image), last.quad, (last.size,))]

    def _searched(
        self,
        image: Image,
        failed: Sequence[Quad],
        places: Sequence[search.Region],
        work: Work,
    ) -> tuple[Sighting, ...]:
        """The first code that reads, and with no text those that were surely codes before it."""
        dark: list[Sighting] = []
        for fit in search.fits(image, failed, places, self._sizes, work):
            if fit.error < ERROR_READ:
                if text := self._text(fit, work):
                    return (_sighting(text, fit.quad), *dark)
                dark.append(_sighting("", fit.quad))
        return tuple(dark)

    def _changed(self, image: Image, boxes: Sequence[Box]) -> list[Box]:
        """Without the regions that are as they were when they were searched in vain."""
        then, now = self._fruitless, _small(image)
        if then is None or then.shape != now.shape:
            self._fruitless = None
            return list(boxes)
        moved = cv2.absdiff(then, now)
        return [box for box in boxes if moved[_within(box)].mean() > STILL]

    def _searched_in_vain(self, image: Image, boxes: Sequence[Box]) -> None:
        """Remember these regions alone: what changes little by little must count as changed."""
        now = _small(image)
        if self._fruitless is None:
            self._fruitless = now
        for box in boxes:
            self._fruitless[_within(box)] = now[_within(box)]

    def _text(self, fit: Fit, work: Work) -> str | None:
        """What this frame says, or else what it says together with those before."""
        self._track = self._followed(fit)
        together = [(fit,), self._track.fits][: len(self._track.fits)]
        for fits in together:
            for modules in equaliser(fit.size).readings(fits):
                text = text_of(modules)
                if text and self._wanted(text):
                    return text
                if not work.affords():
                    return None
        return None

    def _followed(self, fit: Fit) -> _Track:
        said = equaliser(fit.size).said(fit)
        track = self._track
        if track is None or track.fits[0].size != fit.size or _alike(track.said, said) < ALIKE_MIN:
            return _Track((fit,), said)
        return _Track((fit, *track.fits)[:FRAMES_MAX], said)


def _alike(one: Modules, other: Modules) -> float:
    """Correlation of the modules that carry data, -1 to 1; 0 for two different badges."""
    data = fixed(len(one)) == 0
    return float(np.corrcoef(np.clip(one[data], -1, 1), np.clip(other[data], -1, 1))[0, 1])


def _several(held: Sequence[Sighting]) -> bool:
    """Whether more than one code is held up; one that was read twice is one."""
    widest = max((each.width for each in held), default=0.0)
    return len({each.text for each in held if each.width >= SEVERAL_SHARE * widest}) > 1


def _light_on_dark(image: Image, boxes: Sequence[Box]) -> tuple[Sighting, ...]:
    """Codes on a telephone in its dark mode."""
    for x0, y0, x1, y1 in boxes:
        read, _ = decode.scan(decode.inverted(image[y0:y1, x0:x1]))
        if read:
            return tuple(replace(each, x=each.x + x0, y=each.y + y0) for each in read)
    return ()


def _apart(dark: Sequence[Sighting], read: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """Those that are not the code that was read after all."""
    return tuple(
        each
        for each in dark
        if all(np.hypot(each.x - other.x, each.y - other.y) > other.width / 2 for other in read)
    )


def _within(box: Box) -> tuple[slice, slice]:
    """The part of a small image."""
    x0, y0, x1, y1 = (each // SMALL for each in box)
    return slice(y0, y1), slice(x0, x1)


def _small(image: Image) -> Image:
    return np.asarray(
        cv2.resize(image, None, fx=1 / SMALL, fy=1 / SMALL, interpolation=cv2.INTER_AREA), np.uint8
    )


def _sighting(text: str, quad: Quad) -> Sighting:
    x, y = quad.mean(axis=0)
    return Sighting(text, side_px(quad), float(x), float(y))
