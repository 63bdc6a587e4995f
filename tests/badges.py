"""Badges of invented people for tests: one warm renderer, pages as pixels, where things stand."""

import ctypes
import io
import math
from functools import cache, lru_cache

import msgspec
import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image as Picture

from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo import badge_pictures
from gate.access.wire import BadgeData

MM_PER_INCH = 25.4
ANYONE = "cyrillic"


@cache
def renderer(template: str = "a6") -> Renderer:
    return Renderer(load(template))


@lru_cache(maxsize=1)
def people() -> dict[str, BadgeData]:
    return badge_pictures.badges()


def badge(what: str = ANYONE, **changes: object) -> BadgeData:
    """One of the invented people, changed; a changed name is also the one shown."""
    if not changes.keys().isdisjoint({"given", "family"}):
        changes.setdefault("name_on_badge", "")
    return msgspec.structs.replace(people()[what], **changes)


def picture(png: bytes) -> np.ndarray:
    """Rows of RGB pixels."""
    return np.asarray(Picture.open(io.BytesIO(png)).convert("RGB"))


def drawn(data: BadgeData, dpi: float, template: str = "a6") -> np.ndarray:
    return picture(renderer(template).png(data, dpi))


def rasterised(pdf: bytes, dpi: float) -> np.ndarray:
    """The first page as RGB rows, one dot a pixel: page coordinates are multiplied, never
    stretched to a whole number of pixels."""
    document = pdfium.PdfDocument(pdf)
    try:
        page = document[0]
        scale = dpi / 72
        width, height = (math.ceil(each * scale) for each in page.get_size())
        bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_BGR)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        matrix = pdfium_c.FS_MATRIX(scale, 0, 0, scale, 0, 0)
        clip = pdfium_c.FS_RECTF(0, 0, width, height)
        pdfium_c.FPDF_RenderPageBitmapWithMatrix(
            bitmap, page, ctypes.byref(matrix), ctypes.byref(clip), 0
        )
        pixels = bitmap.to_numpy()[:, :, ::-1].copy()
        bitmap.close()
        page.close()
        return pixels
    finally:
        document.close()


def box(pixels: np.ndarray, dpi: float, x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """A part of a page, by millimetres."""
    rows = slice(round(y0 * dpi / MM_PER_INCH), round(y1 * dpi / MM_PER_INCH))
    columns = slice(round(x0 * dpi / MM_PER_INCH), round(x1 * dpi / MM_PER_INCH))
    return pixels[rows, columns]


def qr_pixels(
    pixels: np.ndarray, data: BadgeData, dpi: float, template: str = "a6"
) -> tuple[np.ndarray, int]:
    """(the QR's square of pixels, dots a module), where the layout says it stands."""
    qr = renderer(template).layout(data, dpi).page["qr"]
    per_mm = dpi / MM_PER_INCH
    x, y = (round(qr[key] * per_mm) for key in ("x", "y"))
    dots = round(qr["width"] * per_mm / 37)
    return pixels[y : y + 37 * dots, x : x + 37 * dots], dots
