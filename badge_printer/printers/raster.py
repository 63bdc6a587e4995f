"""A badge's PDF page as pixels, and as the raster formats printers take."""

import io
import math
import struct
import threading
from itertools import pairwise

import numpy as np
import pypdfium2
from PIL import Image

POINTS_PER_INCH = 72.0
HAIR = 1e-3
_SYNC = b"RaS2"
_HEADER_BYTES = 1796
_SGRAY, _SRGB = 18, 19
_RUN_MAX = 128
_REPEATS_MAX = 256
_one_at_a_time = threading.Lock()
"""PDFium is not safe to use from several threads."""


def picture(pdf: bytes, dpi: float) -> Image.Image:
    """The only page, in colour, on a white ground, its top left corner on a whole pixel."""
    scale = dpi / POINTS_PER_INCH
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            width, height = page.get_size()
            # PDFium stretches a page to whole pixels, and whole dots would be whole no more: give
            # it a page of whole pixels, grown to the right and below. A hair less: it rounds up.
            right, below = ((math.ceil(side * scale) - HAIR) / scale for side in (width, height))
            page.set_mediabox(0, height - below, right, height)
            drawn: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
        finally:
            document.close()
    return drawn.crop((0, 0, round(width * scale), round(height * scale)))


def jpeg(image: Image.Image, dpi: float) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, subsampling=0, dpi=(round(dpi), round(dpi)))
    return out.getvalue()


def pwg(image: Image.Image, dpi: float, page_size_name: str, colour: bool) -> bytes:
    """One page of PWG Raster (PWG 5102.4-2012): sRGB or grey, 8 bits a colour, compressed."""
    pixels = np.asarray(image.convert("RGB" if colour else "L"))
    pixels = pixels.reshape(pixels.shape[0], pixels.shape[1], -1)
    return _SYNC + _header(pixels, dpi, page_size_name) + _compressed(pixels)


def _header(pixels: np.ndarray, dpi: float, page_size_name: str) -> bytes:
    """Table 3 of PWG 5102.4; everything not named here is zero."""
    height, width, colours = pixels.shape
    head = bytearray(_HEADER_BYTES)
    head[0:9] = b"PwgRaster"
    resolution = round(dpi)

    def put(offset: int, *values: int) -> None:
        struct.pack_into(f">{len(values)}I", head, offset, *values)

    put(276, resolution, resolution)
    put(340, 1)  # NumCopies
    points = [round(side * POINTS_PER_INCH / dpi) for side in (width, height)]
    put(352, *points)
    put(372, width, height)
    put(384, 8, 8 * colours, width * colours)  # bits per colour, per pixel, bytes per line
    put(400, _SRGB if colours == 3 else _SGRAY)
    put(420, colours)
    put(452, 1)  # TotalPageCount
    put(456, 1, 1)  # CrossFeedTransform, FeedTransform
    put(464, 0, 0, width, height)  # ImageBox
    put(480, 0xFFFFFF)  # AlternatePrimary
    put(484, 5)  # PrintQuality: high
    name = page_size_name.encode("ascii", "replace")[:63]
    head[1732 : 1732 + len(name)] = name
    return bytes(head)


def _compressed(pixels: np.ndarray) -> bytes:
    """Lines with a repeat count, each of runs and literals (PWG 5102.4, section 4.4)."""
    out = bytearray()
    changed = (pixels[1:] != pixels[:-1]).any(axis=(1, 2))
    starts = np.concatenate(([0], np.flatnonzero(changed) + 1, [len(pixels)]))
    for start, end in pairwise(starts.tolist()):
        line = _line(pixels[start])
        count = end - start
        while count > 0:
            repeats = min(count, _REPEATS_MAX)
            out.append(repeats - 1)
            out += line
            count -= repeats
    return bytes(out)


def _line(line: np.ndarray) -> bytes:
    """Runs of equal pixels as (count - 1, pixel); single pixels as (257 - count, pixels...)."""
    out = bytearray()
    changes = np.flatnonzero((line[1:] != line[:-1]).any(axis=1)) + 1
    bounds = [0, *changes.tolist(), len(line)]
    raw, size = line.tobytes(), line.shape[1]
    single = 0  # how many pixels wait to be written as they are, just before `start`
    for start, end in pairwise(bounds):
        if end - start == 1:
            single += 1
            if single == _RUN_MAX:
                _literal(out, raw, end - single, single, size)
                single = 0
            continue
        _literal(out, raw, start - single, single, size)
        single = 0
        pixel, left = raw[start * size : (start + 1) * size], end - start
        while left > 0:
            out.append(min(left, _RUN_MAX) - 1)
            out += pixel
            left -= _RUN_MAX
    _literal(out, raw, len(line) - single, single, size)
    return bytes(out)


def _literal(out: bytearray, raw: bytes, start: int, count: int, size: int) -> None:
    if count == 1:
        out.append(0)
    elif count > 1:
        out.append(257 - count)
    out += raw[start * size : (start + count) * size]
