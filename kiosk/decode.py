"""From one camera frame to the badges in it. Pure but for the clock of its time budget.

zxing-cpp reads first, restricted to QR Model 2 (the wider family invents payloads from partial
badges). Only when it reads nothing are small regions enlarged and tried again, by zxing-cpp and
then pyzbar, as long as the budget lasts. Any failure of a decoder is no sighting, never an error.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
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

BUDGET_S = 0.030
CAPTURE_ZONE = 0.8
"""The middle of the frame, as a share of its width and height, in which a badge is presented."""
WIDTH_MIN = 0.03
"""A code narrower than this share of the frame is somebody further back."""
SIDE_MIN = 21
"""The smallest QR code has as many modules: a smaller picture holds none."""
REGIONS_MAX = 3
SECOND_COST = 12
"""pyzbar walks a pixel this much slower than zxing-cpp."""
_ENLARGED_PX_MAX = 700
_FORMATS = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A code seen in a frame; lengths in pixels."""

    text: str
    width: float
    x: float
    y: float


def read(frame: Image, budget_s: float = BUDGET_S) -> tuple[Sighting, ...]:
    """Every code that could be read in a grey or BGR frame."""
    if min(frame.shape[:2]) < SIDE_MIN:
        return ()
    started = time.perf_counter()
    grey = _grey(frame)
    found, failed = _zxing(grey)
    if found:
        return found
    spent = time.perf_counter() - started
    per_pixel = spent / max(1, grey.size)
    for cost_px, attempt in _rescues(grey, failed):
        left = budget_s - (time.perf_counter() - started)
        if cost_px * per_pixel > left:
            continue
        if rescued := attempt():
            return rescued
    return ()


def nearest(
    sightings: tuple[Sighting, ...], frame_width: int, frame_height: int
) -> Sighting | None:
    """The badge being presented: the largest code in the capture zone, if it is large enough."""
    margin = (1 - CAPTURE_ZONE) / 2
    inside = [
        each
        for each in sightings
        if margin <= each.x / frame_width <= 1 - margin
        and margin <= each.y / frame_height <= 1 - margin
        and each.width >= WIDTH_MIN * frame_width
    ]
    return max(inside, key=lambda each: each.width, default=None)


def _grey(frame: Image) -> Image:
    if frame.ndim == 2 or frame.shape[2] == 1:
        return frame.reshape(frame.shape[:2])
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _zxing(image: Image) -> tuple[tuple[Sighting, ...], list[Box]]:
    """(codes read, boxes of codes seen but not readable)."""
    try:
        results = zxingcpp.read_barcodes(image, formats=_FORMATS, return_errors=True)
    except (ValueError, RuntimeError, TypeError):
        return (), []
    found, failed = [], []
    for each in results:
        corners = each.position
        points = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
        xs, ys = [p.x for p in points], [p.y for p in points]
        if each.valid and each.text:
            width = float(np.hypot(xs[1] - xs[0], ys[1] - ys[0]))
            found.append(Sighting(each.text, width, sum(xs) / 4, sum(ys) / 4))
        elif not each.valid:
            failed.append((min(xs), min(ys), max(xs), max(ys)))
    return tuple(found), failed


def _rescues(
    grey: Image, failed: list[Box]
) -> Iterator[tuple[float, Callable[[], tuple[Sighting, ...]]]]:
    """(cost in pixels zxing would walk, attempt), the most promising first."""
    boxes = [_grown(box, grey) for box in failed[:2]]
    boxes += [box for box in textured(grey) if not any(_overlap(box, each) for each in boxes)]
    crops = []
    for box in boxes[:REGIONS_MAX]:
        x0, y0, x1, y1 = box
        crop = grey[y0:y1, x0:x1]
        if min(crop.shape) >= 24:
            factor = 2.0 if max(crop.shape) < _ENLARGED_PX_MAX else 1.5
            crops.append((box, crop, factor))
    for blur in (0.0, 1.3):
        for box, crop, factor in crops:
            yield crop.size * factor**2, partial(_enlarged, box, crop, factor, blur)
    for box, crop, factor in crops:
        yield crop.size * factor**2 * SECOND_COST, partial(_second, box, crop, factor)


def _enlarged(box: Box, crop: Image, factor: float, blur: float) -> tuple[Sighting, ...]:
    found, _ = _zxing(_larger(crop, factor, blur))
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


def textured(grey: Image) -> list[Box]:
    """Regions as busy as a QR code in both directions, the busiest first."""
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    across = cv2.blur(cv2.absdiff(small, np.roll(small, 1, 1)), (9, 9)).astype(np.float32)
    down = cv2.blur(cv2.absdiff(small, np.roll(small, 1, 0)), (9, 9)).astype(np.float32)
    busy = np.minimum(across, down)
    high = float(busy.max())
    if high < 6:
        return []
    mask = (busy > 0.4 * high).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    boxes = []
    for x, y, w, h, area in sorted(stats[1:count], key=lambda s: -int(s[4])):
        if area >= 40 and 0.4 <= w / h <= 2.5:
            boxes.append(_grown((4 * x, 4 * y, 4 * (x + w), 4 * (y + h)), grey))
    return boxes[:REGIONS_MAX]


def _grown(box: Box, image: Image) -> Box:
    """With a quiet zone around it, inside the image."""
    x0, y0, x1, y1 = (int(each) for each in box)
    dx, dy = int((x1 - x0) * 0.35) + 8, int((y1 - y0) * 0.35) + 8
    height, width = image.shape[:2]
    return max(0, x0 - dx), max(0, y0 - dy), min(width, x1 + dx), min(height, y1 + dy)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
