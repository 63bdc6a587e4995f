"""Photos and art from elsewhere become pictures a template can place; hostile ones are refused.

Nothing of a photo's file reaches a page: it is decoded within limits, cut to its box and encoded
anew. A picture travels to the layout inside an SVG, which the compiler draws without any file.
"""

import base64
import io
import warnings
from functools import lru_cache

from PIL import Image as Picture
from PIL import ImageOps

from badge_printer.qr import MM_PER_INCH

PHOTO_BYTES_MAX = 12 * 1024 * 1024
PIXELS_MAX = 60_000_000
ART_BYTES_MAX = 2 * 1024 * 1024
FORMATS = ("JPEG", "PNG", "WEBP")
PHOTO_DPI = 300.0
"""Of a colour photo: faces gain nothing from more."""
_FACE = (0.5, 0.35)
"""What stays in the middle when a photo is cut: faces stand above the centre."""


class NotAPicture(Exception):
    """It cannot be printed; the message says what would be."""


def photo_svg(raw: bytes, width: float, height: float, black_dpi: float | None = None) -> str:
    """A photo cut to a box of millimetres. With `black_dpi` it is dithered to that printer's dots.

    Raises NotAPicture for anything that is not a photo within the limits.
    """
    return _photo(raw, width, height, black_dpi)


@lru_cache(maxsize=32)
def _photo(raw: bytes, width: float, height: float, black_dpi: float | None) -> str:
    per_mm = (black_dpi or PHOTO_DPI) / MM_PER_INCH
    size = (max(1, round(width * per_mm)), max(1, round(height * per_mm)))
    picture = ImageOps.fit(_opened(raw, PHOTO_BYTES_MAX, size), size, centering=_FACE)
    made = io.BytesIO()
    if black_dpi:
        picture.convert("1").save(made, "PNG")
        return _svg(made.getvalue(), "png", size, crisp=True)
    picture.save(made, "JPEG", quality=88)
    return _svg(made.getvalue(), "jpeg", size)


def art_svg(raw: bytes) -> str:
    """An operator's art: an SVG as it is, without anything from elsewhere, or a picture in one.

    Raises NotAPicture."""
    if len(raw) > ART_BYTES_MAX:
        raise NotAPicture(f"expected at most {ART_BYTES_MAX // 1024 // 1024} MB")
    if raw.lstrip()[:5] in (b"<svg ", b"<?xml"):
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            raise NotAPicture("expected an SVG in UTF-8") from None
        # One that refers to other files would print differently where they are missing.
        if "<!ENTITY" in text or 'href="http' in text or 'href="file' in text or "@import" in text:
            raise NotAPicture("expected an SVG that refers to no other file")
        return text
    picture = _opened(raw, ART_BYTES_MAX, None)
    made = io.BytesIO()
    picture.save(made, "PNG")
    return _svg(made.getvalue(), "png", picture.size)


def _opened(raw: bytes, bytes_max: int, at_least: tuple[int, int] | None) -> Picture.Image:
    """On white where it was transparent, the right way up."""
    expected = f"expected {', '.join(FORMATS)} of at most {bytes_max // 1024 // 1024} MB"
    if len(raw) > bytes_max:
        raise NotAPicture(expected)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            picture = Picture.open(io.BytesIO(raw), formats=FORMATS)
            if picture.width * picture.height > PIXELS_MAX:
                raise NotAPicture(f"expected at most {PIXELS_MAX // 1_000_000} million pixels")
            if at_least:
                # A camera's JPEG is decoded at the smallest size that is still large enough.
                picture.draft("RGB", at_least)
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except NotAPicture:
        raise
    except Exception:  # noqa: BLE001 - a decoder may raise anything for a file made to break it
        raise NotAPicture(expected) from None
    white = Picture.new("RGBA", upright.size, "white")
    return Picture.alpha_composite(white, upright).convert("RGB")


def _svg(raw: bytes, kind: str, size: tuple[int, int], crisp: bool = False) -> str:
    width, height = size
    data = base64.b64encode(raw).decode()
    style = ' style="image-rendering:pixelated"' if crisp else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}"{style} href="data:image/{kind};base64,{data}"/>'
        "</svg>"
    )
