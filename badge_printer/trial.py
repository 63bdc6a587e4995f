"""The trial of a template before it may be used: the longest names, and the code's white surround.

It is drawn as it would be printed, and the page is looked at. What a designer moved over the code,
made too small or left out is said here, and not found by a guard on opening day.
"""

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image as Picture

from badge_printer.layout import CannotPrint, Layout
from badge_printer.qr import MM_PER_INCH, MODULES, modules
from badge_printer.samples import LONGEST, categories, portrait, sample
from badge_printer.template import CategoryLook, MissingGlyph

if TYPE_CHECKING:
    from badge_printer.render import Renderer

READABLE_PT = {"first": 8.0, "second": 5.0, "category": 9.0}
"""The least size of what guards and other people read at arm's length."""
READABLE_PT_ANY = 4.0
"""Of everything else, held in the hand."""
_DARK, _WHITE = 128, 250


def problems(renderer: "Renderer") -> list[str]:
    """What is wrong with a template, each naming the designer's file; empty when nothing is."""
    template, file = renderer.template, renderer.template.layout.name
    looks = template.categories
    printed = (each for each, _ in categories() if looks.get(each, CategoryLook()).print)
    must = template.photo_missing is MissingGlyph.REFUSE
    badge = sample(LONGEST, next(printed, ""), portrait() if must else b"")
    try:
        laid_out = renderer.layout(badge)
        page = np.asarray(Picture.open(io.BytesIO(renderer.png(badge))).convert("L"))
    except CannotPrint as error:
        return [f"{file}: {error}"]
    found = [
        *_too_small(renderer.sizes(laid_out)),
        *code_problems(page, laid_out, badge.text, template.dpi),
    ]
    wanted = tuple(
        round(side * template.dpi / MM_PER_INCH) for side in (template.height, template.width)
    )
    if any(abs(is_ - said) > 1 for is_, said in zip(page.shape, wanted, strict=True)):
        found.append(f"the page is {page.shape} dots, not the {wanted} of page.width and height")
    return [f"{file}: {each}" for each in found]


def too_small(sizes: dict[str, float]) -> list[tuple[str, float, float]]:
    """(field, its size, the least) of what cannot be read, in points."""
    return [
        (field, size, least)
        for field, size in sizes.items()
        if size < (least := READABLE_PT.get(field, READABLE_PT_ANY))
    ]


def _too_small(sizes: dict[str, float]) -> list[str]:
    absent = [
        f"{field}: the layout does not show it" for field in READABLE_PT if field not in sizes
    ]
    small = [
        f"{field}: the longest name is set in {size:g} pt; {least:g} pt or more are needed"
        for field, size, least in too_small(sizes)
    ]
    return absent + small


def code_problems(page: np.ndarray, laid_out: Layout, text: str, dpi: float) -> list[str]:
    """Every module as whole dots, and nothing but white around them."""
    qr = laid_out.page["qr"]
    assert isinstance(qr, dict)
    x, y, quiet, width = (
        round(qr[key] * dpi / MM_PER_INCH) for key in ("x", "y", "quiet", "width")
    )
    zone = page[y - quiet : y + width + quiet, x - quiet : x + width + quiet]
    square = page[y : y + width, x : x + width]
    dots = width // MODULES
    wanted = np.kron(np.array(modules(text)), np.ones((dots, dots))) > 0
    if square.shape != wanted.shape or not np.array_equal(square < _DARK, wanted):
        return ["the QR code is not where [qr] says, or something covers it"]
    around = zone.copy()
    around[quiet : quiet + width, quiet : quiet + width] = 255
    if not (around > _WHITE).all():
        return ["something is printed in the QR code's quiet zone"]
    return []
