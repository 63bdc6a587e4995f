"""What one badge shows, as plain values for the template: pure, no fonts opened, nothing drawn."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from badge_printer.picture import NotAPicture, photo_svg
from badge_printer.qr import MM_PER_INCH, placed
from badge_printer.template import FIELDS, CategoryLook, MissingGlyph, Template
from gate.access.badge_number import number
from gate.access.wire import BadgeData, DayChips
from gate.fonts import faces, seen

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
NO_BREAK = "\u00a0"
MARKS_MM = 10.0
BLEED_MM = 3.0
"""What a print shop is given around a page: room for marks where to cut, and colour beyond them."""


_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_GREEK_ACCENT = re.compile("([\u0370-\u03ff]\u0308?)\u0301")


class CannotPrint(Exception):
    """This badge cannot be printed as it should be; the message says why, for the desk."""


class NoBadge(CannotPrint):
    """The template prints none for this category."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`page` is what the template's Typst file reads; `left_out` what it will not show."""

    page: dict[str, object]
    left_out: tuple[str, ...]


def layout(
    badge: BadgeData,
    template: Template,
    dpi: float,
    missing: Callable[[str], list[str]],
    marks: bool = False,
) -> Layout:
    """With `marks`, the page of a print shop: larger, showing where to cut.

    Raises CannotPrint when a text that must be shown has a character no font has.
    """
    look = template.categories.get(badge.category, CategoryLook())
    if not look.print:
        raise NoBadge(f"the template prints no badge for {badge.category_name}")
    shown, left_out = _shown(badge, template, missing)
    legend = _legend(badge)
    words = {"category": look.word or seen(badge.category_name), "legend": legend,
             "header": seen(badge.edition_name), "subheader": seen(badge.edition_place),
             "back": template.back}  # fmt: skip
    for name, text in words.items():
        if gone := _gone(f"the policy's {name}", text, missing):
            raise CannotPrint(gone)
    size = template.qr_size_min, template.qr_size_max
    qr = placed(badge.text, template.qr_x, template.qr_y, size, dpi)
    first, second = _name(shown)
    if not first and badge.code != number(badge.holder):
        # A spare has its number for a code, and lines to write a name on.
        raise CannotPrint("name: none of its fields can be shown")
    photo, refused = _photo(badge, template, dpi)
    colours = template.event_colours
    # Whole dots, so that the code keeps to the printer's grid.
    around = round(MARKS_MM * dpi / MM_PER_INCH) * MM_PER_INCH / dpi if marks else 0.0
    page: dict[str, object] = {
        "page": {"width": template.width, "height": template.height, "marks": around,
                 "bleed": BLEED_MM if marks else 0.0},
        "black": template.black,
        "art": _art(template),
        "photo": photo,
        "header": words["header"],
        "subheader": words["subheader"],
        "first": first,
        "second": second,
        "native": shown["native_name"],
        "organisation": shown["organisation"],
        "country": _capitals(shown["country"], missing),
        "category": _capitals(words["category"], missing),
        "colour": "#000000" if template.black else look.colour or badge.category_colour,
        "pattern": look.pattern.value,
        "lang": _language(badge.language),
        "faces": faces(badge.language),
        "number": number(badge.holder),
        "legend": legend,
        "programme": _programme(badge, colours),
        "back": template.back,
        "days": [_day(day, colours) for day in badge.days],
        "qr": {"x": qr.x, "y": qr.y, "width": qr.width, "svg": qr.svg,
               "quiet": template.quiet_modules * qr.pitch},
    }  # fmt: skip
    return Layout(page, (*left_out, *refused))


def _shown(
    badge: BadgeData, template: Template, missing: Callable[[str], list[str]]
) -> tuple[dict[str, str], list[str]]:
    shown, left_out = {}, []
    for field in FIELDS:
        text = seen(getattr(badge, field))
        gone = _gone(field, text, missing)
        if gone and template.missing_glyph[field] is MissingGlyph.REFUSE:
            raise CannotPrint(gone)
        if gone:
            left_out.append(gone)
        shown[field] = "" if gone else text
    return shown, left_out


def _photo(
    badge: BadgeData, template: Template, dpi: float
) -> tuple[dict[str, object] | None, tuple[str, ...]]:
    """(the photo in its box or none, what is wrong with it); no photo is only wrong for a template
    that insists on one."""
    box, must = template.photo, template.photo_missing is MissingGlyph.REFUSE
    if box is None or not (badge.photo or must):
        return None, ()
    try:
        if not badge.photo:
            raise NotAPicture("there is none")
        svg = photo_svg(badge.photo, box.width, box.height, dpi if template.black else None)
    except NotAPicture as error:
        if must:
            raise CannotPrint(f"photo: {error}") from None
        return None, (f"photo: {error}",)
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "svg": svg}, ()


def _art(template: Template) -> dict[str, object] | None:
    if template.art is None:
        return None
    box, svg = template.art
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height, "svg": svg}


def _gone(field: str, text: str, missing: Callable[[str], list[str]]) -> str:
    gone = missing(text)
    return f"{field.replace('_', ' ')}: no font has {', '.join(gone[:5])}" if gone else ""


def _name(shown: dict[str, str]) -> tuple[str, str]:
    """Given name large over the family name; a name chosen for the badge stands alone."""
    plain = f"{shown['given']} {shown['family']}".strip()
    if shown["name_on_badge"] in ("", plain) and shown["given"]:
        return shown["given"], shown["family"]
    return shown["name_on_badge"] or shown["family"], ""


def _capitals(text: str, missing: Callable[[str], list[str]]) -> str:
    """In capitals as they are written: unless a font lacks one that only capitals need, Greek ones
    without their accents, and the country's own name with its dotted one."""
    upper = text.replace("T\u00fcrkiye", "T\u00dcRK\u0130YE").upper()
    if _GREEK.search(upper):
        apart = unicodedata.normalize("NFD", upper)
        upper = unicodedata.normalize("NFC", _GREEK_ACCENT.sub(r"\1", apart))
    return text if missing(upper) else upper


def _language(tag: str) -> str:
    """The part of a language tag that chooses shapes of letters."""
    head = tag.split("-", maxsplit=1)[0].lower()
    return head if head.isascii() and head.isalpha() and len(head) in (2, 3) else "en"


def _legend(badge: BadgeData) -> str:
    """What the short names on this badge mean."""
    on_badge = {short for day in badge.days for short, _ in day.chips}
    said = []
    for short, name in badge.events.items():
        if short in on_badge:
            words = name if name.startswith(short) else f"{short} {name}"
            said.append(words.replace(" ", NO_BREAK))
    return " · ".join(said)


def _programme(badge: BadgeData, colours: Mapping[str, str]) -> list[dict[str, str]]:
    """Each event of this badge with the days it opens, as "6-7, 9"."""
    days: dict[str, list[date]] = {}
    colour = {}
    for day in badge.days:
        for short, given in day.chips:
            days.setdefault(short, []).append(day.day)
            colour[short] = colours.get(short.lower(), given)
    return [
        {"short": short, "name": name, "colour": colour[short], "days": _spans(days[short])}
        for short, name in badge.events.items()
        if short in days
    ]


def _spans(days: list[date]) -> str:
    spans: list[tuple[date, date]] = []
    for day in days:
        if spans and (day - spans[-1][1]).days == 1:
            spans[-1] = spans[-1][0], day
        else:
            spans.append((day, day))
    said = (str(a.day) if a == b else f"{a.day}\u2013{b.day}" for a, b in spans)
    return ", ".join(said)


def _day(day: DayChips, colours: Mapping[str, str]) -> dict[str, object]:
    return {
        "weekday": WEEKDAYS[day.day.weekday()],
        "day": str(day.day.day),
        "chips": [
            {"short": short, "colour": colours.get(short.lower(), colour)}
            for short, colour in day.chips
        ],
    }
