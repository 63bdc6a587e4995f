"""What stands on the page of a digital badge, and the program that sets it."""

import asyncio
import json
import logging
import re
from collections.abc import Sequence

from gate.access.model import DigitalBadges
from gate.access.wire import BadgeData
from gate.server import apart
from gate.server.badge_pdf import draw
from gate.server.problem import Refused
from gate.words.words import LANGUAGES, RIGHT_TO_LEFT, Words

AT_ONCE = 2
WAITING_MAX = 20
"""Who comes after them is asked to come again: each takes half a second of a core."""
_places = asyncio.Semaphore(AT_ONCE + WAITING_MAX)
_drawing = asyncio.Semaphore(AT_ONCE)
_log = logging.getLogger(__name__)


def page(
    badge: BadgeData, modules: Sequence[str], may: DigitalBadges, language: str
) -> dict[str, object]:
    """As `sheet.typ` reads it. `language` is the reader's, the badge's own where we speak it not;
    `modules` are the rows of the QR code."""
    own = badge.language.partition("-")[0].lower()
    spoken = next((each for each in (language, own) if each in LANGUAGES), "en")
    words = Words(spoken)
    return {
        "name": badge.name_on_badge or f"{badge.given} {badge.family}".strip(),
        "native": badge.native_name,
        "organisation": badge.organisation,
        "category": badge.category_name,
        "colour": badge.category_colour,
        "edition": badge.edition_name,
        "place": badge.edition_place,
        "written": badge.language,
        "language": spoken,
        "right_to_left": spoken in RIGHT_TO_LEFT,
        "days": [
            {"day": words.weekday(day.day), "chips": [list(chip) for chip in day.chips]}
            for day in badge.days
        ],
        "note": ("" if spoken == "zh" else " ").join(
            words.say(f"phone-badge-pdf-{each}") for each in (may, "replaced")
        ),
        "code": words.say("phone-badge-code"),
        "svg": _svg(modules),
        "side": len(modules),
    }


async def pdf(sheet: dict[str, object]) -> bytes:
    """Raises Refused 503 when too many wait, or when it cannot be set."""
    if _places.locked():
        raise Refused(503, "Busy", "many want theirs just now", 5)
    async with _places, _drawing:
        try:
            raw = json.dumps(sheet).encode()
            status, out, said = await apart.run(draw.__name__, raw, draw.SECONDS_MAX)
        except TimeoutError:
            status, out, said = -1, b"", ""
    if status == 0 and out.startswith(b"%PDF"):
        return out
    # A badge's words do not belong into a log: of a failure its kind is enough.
    why = said if status == draw.NO_FONTS else f"status {status}"
    _log.error("a badge's PDF was not made: %s", why)
    raise Refused(503, "No PDF", "it cannot be made now", 60)


def _svg(modules: Sequence[str]) -> str:
    """All dark modules as one path, a module its unit."""
    path = "".join(
        f"M{run.start()} {y}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(modules)
        for run in re.finditer("1+", row)
    )
    box = f"0 0 {len(modules)} {len(modules)}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{path}"/></svg>'
