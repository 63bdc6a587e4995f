"""What one badge shows, as plain values for the template: pure, no fonts opened, nothing drawn."""

from collections.abc import Callable
from dataclasses import dataclass

from badge_printer.fonts import cjk
from badge_printer.qr import placed
from badge_printer.template import FIELDS, MissingGlyph, Template
from gate.access.badge_number import number
from gate.access.wire import BadgeData, DayChips

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")


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
    """Raises CannotPrint when a field that must be shown has a character no font has."""
    shown, left_out = {}, []
    for field in FIELDS:
        text = getattr(badge, field)
        gone = missing(text)
        if gone and template.missing_glyph[field] is MissingGlyph.REFUSE:
            raise CannotPrint(f"{field.replace('_', ' ')}: no font has {', '.join(gone[:5])}")
        if gone:
            left_out.append(f"{field.replace('_', ' ')}: no font has {', '.join(gone[:5])}")
        shown[field] = "" if gone else text
    qr = placed(badge.text, template.qr_x, template.qr_y, template.qr_size_min, dpi)
    first, second = _name(shown)
    page: dict[str, object] = {
        "page": {"width": template.width, "height": template.height},
        "header": badge.edition_name,
        "subheader": badge.edition_place,
        "first": first,
        "second": second,
        "native": shown["native_name"],
        "organisation": shown["organisation"],
        "country": shown["country"],
        "category": badge.category_name,
        "colour": badge.category_colour,
        "lang": badge.language.split("-")[0].lower() or "en",
        "cjk": cjk(badge.language),
        "number": number(badge.holder),
        "legend": " · ".join(f"{short} {name}" for short, name in badge.events.items()),
        "days": [_day(day) for day in badge.days],
        "qr": {"x": qr.x, "y": qr.y, "width": qr.width, "svg": qr.svg},
    }
    return Layout(page, tuple(left_out))


def _name(shown: dict[str, str]) -> tuple[str, str]:
    """Given name large over the family name; a name chosen for the badge stands alone."""
    plain = f"{shown['given']} {shown['family']}".strip()
    if shown["name_on_badge"] in ("", plain) and shown["given"]:
        return shown["given"], shown["family"]
    return shown["name_on_badge"] or shown["family"], ""


def _day(day: DayChips) -> dict[str, object]:
    return {
        "weekday": WEEKDAYS[day.day.weekday()],
        "day": str(day.day.day),
        "chips": [{"short": short, "colour": colour} for short, colour in day.chips],
    }
