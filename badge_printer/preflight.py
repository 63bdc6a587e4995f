"""Would this badge come out right? Every way it may not, found before opening day.

One badge is drawn as it would be printed, its code read back from the dots, its texts measured.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
import zxingcpp
from PIL import Image as Picture

from badge_printer.layout import CannotPrint, Layout, NoBadge
from badge_printer.qr import dots_a_module
from badge_printer.render import Renderer, Seen
from badge_printer.sweep import received, renderer
from badge_printer.template import FIELDS, MissingGlyph, Template
from badge_printer.trial import code_problems, too_small
from gate import fonts
from gate.access.wire import BadgeData, PiledBadge

_CODE = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)
DOTS = 4
"""Pixels a module in the picture that is read back: the printer's layout on a coarser grid."""


class Kind(StrEnum):
    """In the order of the report: worst first."""

    CODE = "code"
    CHARACTER = "character"
    DRAWING = "drawing"
    PHOTO = "photo"
    SMALL = "small"


Add = Callable[[Kind, str, str, bool], None]
WHAT = {
    Kind.CODE: "The code cannot be read",
    Kind.CHARACTER: "A character no font has",
    Kind.DRAWING: "The badge cannot be drawn",
    Kind.PHOTO: "Photo missing or not usable",
    Kind.SMALL: "A text so long that it is set too small",
}
TO_DO = {
    Kind.CODE: "Do not print with this template; show it to its designer.",
    Kind.CHARACTER: "Correct the registration, or give it a name for the badge without it.",
    Kind.DRAWING: "Correct the registration or the template; the message says which.",
    Kind.PHOTO: "Ask the person for a photo (JPEG or PNG), or take one at the desk.",
    Kind.SMALL: "Give the registration a shorter name for the badge, or shorten the field.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    """The registration's."""
    name: str
    pile: str
    kind: Kind
    field: str
    said: str
    blocking: bool
    """No badge would come out, or one that no gate can read."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a drawing process found in a chunk."""

    badges: int
    not_wanted: int
    """Of categories for which the template prints no badge."""
    problems: tuple[Problem, ...]
    resident_mb: float
    """Of the drawing process, by the kernel's count."""


def check_chunk(template: str, folder: Path, _number: int, raw: bytes) -> Checked:
    chunk = received(raw)
    problems, not_wanted = check(renderer(template, folder), chunk)
    return Checked(len(chunk), not_wanted, tuple(problems), resident_mb())


def check(drawing: Renderer, chunk: Sequence[PiledBadge]) -> tuple[list[Problem], int]:
    """(all that is wrong with these badges, how many are of categories that get none)."""
    dpi = coarse_dpi(drawing.template)
    found: list[Problem] = []
    laid_out: list[tuple[PiledBadge, Layout]] = []
    not_wanted = 0
    for each in chunk:
        try:
            page = drawing.layout(each.badge, dpi)
        except NoBadge:
            not_wanted += 1
        except CannotPrint as error:
            _look_at_data(drawing.template, each, found)
            _refuse(each, error, found)
        else:
            _look_at_data(drawing.template, each, found)
            laid_out.append((each, page))
    _draw(drawing, laid_out, dpi, found)
    return found, not_wanted


def _draw(
    drawing: Renderer,
    laid_out: list[tuple[PiledBadge, Layout]],
    dpi: float,
    found: list[Problem],
) -> None:
    """Together, which takes half the time; one by one when one of them cannot be drawn."""
    if not laid_out:
        return
    try:
        seen = drawing.seen([page for _, page in laid_out], dpi)
    except CannotPrint as error:
        if len(laid_out) == 1:
            _refuse(laid_out[0][0], error, found)
            return
        for alone in laid_out:
            _draw(drawing, [alone], dpi, found)
        return
    for (each, page), drawn in zip(laid_out, seen, strict=True):
        _look_at_page(each, page, drawn, dpi, found)


def _refuse(piled: PiledBadge, error: CannotPrint, found: list[Problem]) -> None:
    """It cannot be drawn; what its data told already is not told again."""
    if not any(each.code == piled.badge.code and each.blocking for each in found):
        said = str(error)
        _adding(piled, found)(Kind.DRAWING, said.partition(":")[0], said, True)


def _look_at_data(template: Template, piled: PiledBadge, found: list[Problem]) -> None:
    badge, add = piled.badge, _adding(piled, found)
    for field, gone in _characters(badge):
        must = template.missing_glyph[field] is MissingGlyph.REFUSE
        add(Kind.CHARACTER, field, f"no font has {', '.join(gone[:5])}", must)
    if template.photo and not badge.photo:
        must = template.photo_missing is MissingGlyph.REFUSE
        add(Kind.PHOTO, "photo", "there is none", must)


def _look_at_page(
    piled: PiledBadge, laid_out: Layout, seen: Seen, dpi: float, found: list[Problem]
) -> None:
    badge, add = piled.badge, _adding(piled, found)
    for said in laid_out.left_out:
        if said.startswith("photo: "):
            add(Kind.PHOTO, "photo", said.removeprefix("photo: "), False)
    page = np.asarray(Picture.open(io.BytesIO(seen.picture)).convert("L"))
    read = [each.text for each in zxingcpp.read_barcodes(page, formats=_CODE)]
    if read != [badge.text]:
        add(
            Kind.CODE,
            "code",
            "not read back from the page" if not read else "read as another",
            True,
        )
    for said in code_problems(page, laid_out, badge.text, dpi):
        add(Kind.CODE, "code", said, True)
    for field, size, least in too_small(seen.sizes):
        add(Kind.SMALL, field, f"set in {size:g} pt; {least:g} pt or more can be read", False)


def _adding(piled: PiledBadge, found: list[Problem]) -> Add:
    badge = piled.badge
    name = badge.name_on_badge or f"{badge.given} {badge.family}".strip()

    def add(kind: Kind, field: str, said: str, blocking: bool) -> None:
        found.append(Problem(badge.code, name, piled.pile, kind, field, said, blocking))

    return add


def coarse_dpi(template: Template) -> float:
    """A resolution at which the layout is the printer's, millimetre by millimetre, and a module is
    DOTS pixels."""
    dots = dots_a_module(template.qr_size_min, template.qr_size_max, template.dpi)
    return template.dpi * DOTS / dots


def _characters(badge: BadgeData) -> list[tuple[str, list[str]]]:
    gone = ((field, fonts.missing(getattr(badge, field))) for field in FIELDS)
    return [(field, missing) for field, missing in gone if missing]


def resident_mb() -> float:
    """The most this process ever held."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1e3
    return 0.0
