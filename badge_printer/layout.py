"""What one badge shows, as plain values for the template: pure, no fonts opened, nothing drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from badge_printer.fonts import faces
from badge_printer.qr import placed
from badge_printer.template import FIELDS, MissingGlyph, Template
from gate.access.badge_number import number
from gate.access.wire import BadgeData, DayChips

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
NO_BREAK = "\u00a0"


class CannotPrint(Exception):
    """This badge cannot be printed as it should be; the message says why, for the desk."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`page` is what the template's Typst file reads; `left_out` what it will not show."""

    page: dict[str, object]
    left_out: tuple[str, ...]


def layout(
    badge: BadgeData, template: Template, dpi: float, missing: Callable[[str], list[str]]
) -> Layout:
    """Raises CannotPrint when a text that must be shown has a character no font has."""
    shown, left_out = {}, []
    for field in FIELDS:
        text = " ".join(getattr(badge, field).split())
        gone = _gone(field, text, missing)
        if gone and template.missing_glyph[field] is MissingGlyph.REFUSE:
            raise CannotPrint(gone)
        if gone:
            left_out.append(gone)
        shown[field] = "" if gone else text
    legend = _legend(badge)
    words = {"category": badge.category_name, "header": badge.edition_name,
             "subheader": badge.edition_place, "legend": legend}  # fmt: skip
    for name, text in words.items():
        if gone := _gone(f"the policy's {name}", text, missing):
            raise CannotPrint(gone)
    size = template.qr_size_min, template.qr_size_max
    qr = placed(badge.text, template.qr_x, template.qr_y, size, dpi)
    first, second = _name(shown)
    if not first:
        raise CannotPrint("name: none of its fields can be shown")
    page: dict[str, object] = {
        "page": {"width": template.width, "height": template.height},
        "header": badge.edition_name,
        "subheader": badge.edition_place,
        "first": first,
        "second": second,
        "native": shown["native_name"],
        "organisation": shown["organisation"],
        "country": _capitals(shown["country"], missing),
        "category": _capitals(badge.category_name, missing),
        "colour": badge.category_colour,
        "lang": _language(badge.language),
        "faces": faces(badge.language),
        "number": number(badge.holder),
        "legend": legend,
        "days": [_day(day) for day in badge.days],
        "qr": {"x": qr.x, "y": qr.y, "width": qr.width, "svg": qr.svg,
               "quiet": template.quiet_modules * qr.pitch},
    }  # fmt: skip
    return Layout(page, tuple(left_out))


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
    """In capitals, unless a font lacks one that only capitals need."""
    upper = text.upper()
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


def _day(day: DayChips) -> dict[str, object]:
    return {
        "weekday": WEEKDAYS[day.day.weekday()],
        "day": str(day.day.day),
        "chips": [{"short": short, "colour": colour} for short, colour in day.chips],
    }
