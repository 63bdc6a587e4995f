"""From one camera frame to the badges in it that a decoder sees.

zxing-cpp reads first, restricted to QR Model 2 (the wider family invents payloads from partial
badges). What it does not read can be tried again on small regions, enlarged, by zxing-cpp and then
pyzbar, as long as a time budget lasts: `vision.tracker` does so, after better means. Any failure
of a decoder is no sighting, never an error.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt
import zxingcpp
from pyzbar import pyzbar

Image = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels."""
Quad = npt.NDArray[np.float64]
"""Four corners x, y in pixels: top left, top right, bottom right, bottom left of the code itself,
without its quiet zone."""
Attempt = tuple[float, Callable[[], "tuple[Sighting, ...]"]]
"""What it costs, as so many pixels walked by zxing-cpp, and what to do."""

SIDE_MIN = 21
"""The smallest QR code has as many modules: a smaller picture holds none."""
REGIONS_MAX = 5
GROWN, GROWN_PX = 0.35, 8
"""Added on each side of a region: a share of it, and pixels."""
SECOND_COST = 12
"""pyzbar walks a pixel this much slower than zxing-cpp."""
_ENLARGED_PX_MAX = 700
_BUSY_SHARES = (0.4, 0.6)
"""Of the busiest place: low for a faint code, high for one that print around it joins."""
FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
"""The only codes that are read: wider families invent payloads from partial badges."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A code seen in a frame; lengths in pixels."""

    text: str
    width: float
    x: float
    y: float

    @property
    def box(self) -> Box:
        half = self.width / 2
        edges = (self.x - half, self.y - half, self.x + half, self.y + half)
        x0, y0, x1, y1 = (round(each) for each in edges)
        return x0, y0, x1, y1


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a badge is presented: the middle `share` of the frame's width and height. A code
    narrower than `width_min` of the frame is somebody further back."""

    share: float = 0.8
    width_min: float = 0.03

    def holds(self, seen: Sighting, frame_width: int, frame_height: int) -> bool:
        margin = (1 - self.share) / 2
        return (
            margin <= seen.x / frame_width <= 1 - margin
            and margin <= seen.y / frame_height <= 1 - margin
            and seen.width >= self.width_min * frame_width
        )


CAPTURE_ZONE = Zone()


class Work:
    """The time a frame may take. What zxing-cpp took for its first pixels prices the next."""

    def __init__(self, budget_s: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._started = clock()
        self._ends = self._started + budget_s
        self._per_pixel = 0.0

    def walked(self, pixels: int) -> None:
        self._per_pixel = (self._clock() - self._started) / max(1, pixels)

    def affords(self, cost_px: float = 0.0, cost_s: float = 0.0) -> bool:
        return self._clock() + cost_s + cost_px * self._per_pixel < self._ends


def nearest(
    sightings: Sequence[Sighting], frame_width: int, frame_height: int, zone: Zone = CAPTURE_ZONE
) -> Sighting | None:
    """The badge being presented: the largest code in the capture zone, if it is large enough."""
    inside = [each for each in sightings if zone.holds(each, frame_width, frame_height)]
    return max(inside, key=lambda each: each.width, default=None)


def grey(frame: Image) -> Image:
    if frame.ndim == 2 or frame.shape[2] == 1 or not frame.size:
        return frame.reshape(frame.shape[:2])
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def inverted(image: Image) -> Image:
    return np.asarray(cv2.bitwise_not(image), dtype=np.uint8)


def scan(image: Image) -> tuple[tuple[Sighting, ...], list[Quad]]:
    """(codes read, corners of codes seen but not readable) in a grey image.

    Dark codes on light, as badges are printed. A light one, on a telephone, needs its own pass.
    """
    if min(image.shape) < SIDE_MIN:
        return (), []
    try:
        results = zxingcpp.read_barcodes(
            image,
            formats=FORMATS,
            return_errors=True,
            try_invert=False,
            try_downscale=False,
        )
    except (ValueError, RuntimeError, TypeError):
        return (), []
    found, failed = [], []
    for each in results:
        at = each.position
        points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        quad = np.array([(point.x, point.y) for point in points], np.float64)
        if each.valid and each.text:
            width = float(np.hypot(*(quad[1] - quad[0])))
            x, y = quad.mean(axis=0)
            found.append(Sighting(each.text, width, float(x), float(y)))
        elif not each.valid and np.ptp(quad, axis=0).min() > 0:
            failed.append(quad)
    return tuple(found), failed


def regions(image: Image, boxes: Sequence[Box]) -> list[Box]:
    """These boxes and what else looks like a code, the most promising first."""
    more = [box for box in textured(image) if not any(_nearly(box, each) for each in boxes)]
    return [*boxes, *more][:REGIONS_MAX]


def rescues(image: Image, boxes: Sequence[Box]) -> Iterator[Attempt]:
    """The regions enlarged and softened, then pyzbar's opinion."""
    crops = []
    for box in boxes:
        x0, y0, x1, y1 = box
        crop = image[y0:y1, x0:x1]
        if min(crop.shape) >= 24:
            factor = 2.0 if max(crop.shape) < _ENLARGED_PX_MAX else 1.5
            crops.append((box, crop, factor))
    for blur in (0.0, 1.3):
        for box, crop, factor in crops:
            yield crop.size * factor**2, partial(_enlarged, box, crop, factor, blur)
    for box, crop, factor in crops:
        yield crop.size * factor**2 * SECOND_COST, partial(_second, box, crop, factor)


def _enlarged(box: Box, crop: Image, factor: float, blur: float) -> tuple[Sighting, ...]:
    found, _ = scan(_larger(crop, factor, blur))
    return tuple(_back(each, box, factor) for each in found)


def _second(box: Box, crop: Image, factor: float) -> tuple[Sighting, ...]:
    """pyzbar's opinion on a region."""
    found = []
    with contextlib.suppress(pyzbar.PyZbarError, ValueError, OSError):
        image = _larger(crop, factor, 0.0)
        for each in pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE]):
            text = each.data.decode("utf-8", "replace")
            r = each.rect
            seen = Sighting(text, float(r.width), r.left + r.width / 2, r.top + r.height / 2)
            found.append(_back(seen, box, factor))
    return tuple(found)


def _larger(crop: Image, factor: float, blur: float) -> Image:
    image = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    if blur:
        image = cv2.GaussianBlur(image, (0, 0), blur)
    return image  # type: ignore[return-value]


def _back(seen: Sighting, box: Box, factor: float) -> Sighting:
    """From the enlarged crop to the frame."""
    return Sighting(
        seen.text, seen.width / factor, box[0] + seen.x / factor, box[1] + seen.y / factor
    )


def textured(image: Image) -> list[Box]:
    """Regions as busy as a QR code in both directions, the busiest and fullest first."""
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    across = cv2.blur(cv2.absdiff(small, np.roll(small, 1, 1)), (9, 9)).astype(np.float32)
    down = cv2.blur(cv2.absdiff(small, np.roll(small, 1, 0)), (9, 9)).astype(np.float32)
    busy = np.minimum(across, down)
    high = float(busy.max())
    if high < 6:
        return []
    ranked = []
    for share in _BUSY_SHARES:
        count, _, stats, _ = cv2.connectedComponentsWithStats(
            (busy > share * high).astype(np.uint8)
        )
        for x, y, w, h, area in stats[1:count]:
            if area >= 40 and 0.4 <= w / h <= 2.5:
                box = (int(4 * x), int(4 * y), int(4 * (x + w)), int(4 * (y + h)))
                mean = float(busy[y : y + h, x : x + w].mean())
                ranked.append((mean * area**1.5 / (w * h), box))
    boxes: list[Box] = []
    for _, box in sorted(ranked, reverse=True):
        if not any(_nearly(box, each) for each in boxes):
            boxes.append(box)
    return [grown(box, image) for box in boxes[:REGIONS_MAX]]


def grown(box: Box, image: Image) -> Box:
    """With a quiet zone around it, inside the image."""
    x0, y0, x1, y1 = box
    dx, dy = int((x1 - x0) * GROWN) + GROWN_PX, int((y1 - y0) * GROWN) + GROWN_PX
    height, width = image.shape[:2]
    return max(0, x0 - dx), max(0, y0 - dy), min(width, x1 + dx), min(height, y1 + dy)


def box_of(quad: Quad, image: Image) -> Box:
    (x0, y0), (x1, y1) = quad.min(axis=0), quad.max(axis=0)
    return grown((int(x0), int(y0), int(x1), int(y1)), image)


def _nearly(a: Box, b: Box) -> bool:
    apart = sum(abs(x - y) for x, y in zip(a, b, strict=True))
    return apart < 0.3 * (a[2] - a[0] + a[3] - a[1])
