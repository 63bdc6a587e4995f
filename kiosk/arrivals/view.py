"""What the kiosk's page draws: the state in the person's language. A name is a first name and an
initial here; nothing else of the record goes to the page.

Words that never change are named by the page itself (`data-word`) and sent once, in all languages.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from gate.access.wire import BadgeData, TicketWhy
from gate.words.words import LANGUAGES, RIGHT_TO_LEFT, Words
from kiosk.arrivals import flow
from kiosk.arrivals.replica import Edition
from kiosk.arrivals.state import Rules, Screen, State

PAGE = "arrivals.html"
_DESK_WORDS = {TicketWhy.WRONG: "kiosk-desk-wrong", TicketWhy.PRINTER: "kiosk-desk-printer"}
_STARTING = frozenset({"starting"})


class Opened(msgspec.Struct, frozen=True):
    """An event of the badge, and its days in words."""

    name: str
    days: str


class Card(msgspec.Struct, frozen=True):
    """What a person needs to see that it is theirs."""

    name: str
    organisation: str
    country: str
    category: str
    events: tuple[Opened, ...]


class StaffView(msgspec.Struct, frozen=True):
    troubles: tuple[str, ...]
    lines: tuple[str, ...]
    paused: bool
    doubt: int
    """The job of which staff must say whether its badge came out; 0: none."""
    note: str


class View(msgspec.Struct, frozen=True):
    """Everything the page shows. `say` are sentences with numbers in them, by their place."""

    screen: Screen
    visit: int
    language: str
    right_to_left: bool
    ease: tuple[str, ...]
    step: int
    say: dict[str, str]
    card: Card | None = None
    ticket: str = ""
    place: str = ""
    """Where the badge waits that was printed ahead."""
    may_say_name: bool = True
    may_keep: bool = False
    """Whether the badge may stay on the phone."""
    camera_lost: bool = False
    seconds_left: int = 0
    """Until the screen is cleared; 0: nobody is being warned."""
    pin: str = ""
    """What is wrong with the PIN, in words."""
    staff: StaffView | None = None


_STEPS = {
    Screen.CONFIRM: 2, Screen.PRINTING: 3, Screen.DONE: 4, Screen.KEEPING: 3, Screen.KEPT: 4,
    Screen.WAITING: 4, Screen.PIN: 0, Screen.STAFF: 0, Screen.OUT_OF_ORDER: 0, Screen.DESK: 0,
}  # fmt: skip


def shown(
    state: State,
    rules: Rules,
    at_s: float,
    edition: Edition,
    desk: str,
    camera_lost: bool,
    staff: StaffView | None,
    has_pin: bool,
    online: bool = True,
) -> View:
    """The page for a state. `staff` is made ready only for the staff menu."""
    words = _words(state.language)
    left = int(flow.idle_left_s(state, at_s, rules) + 0.999) if state.warned else 0
    found = state.found if state.screen in (Screen.CONFIRM, Screen.WAITING) else None
    return View(
        screen=state.screen,
        visit=state.visit,
        language=state.language,
        right_to_left=state.language in RIGHT_TO_LEFT,
        ease=tuple(sorted(state.ease)),
        step=_STEPS.get(state.screen, 1),
        say=_sentences(state, words, edition, desk, left),
        card=card(found.badge, words) if found and found.badge else None,
        place=found.place if found else "",
        ticket=state.ticket if state.screen is Screen.DESK else "",
        may_say_name=flow.may_say_name(state, at_s, rules),
        may_keep=edition.may_keep_digital and online and not state.no_phone,
        camera_lost=camera_lost,
        seconds_left=left,
        pin=_pin(state, rules, at_s, words, has_pin) if state.screen is Screen.PIN else "",
        staff=staff if state.screen is Screen.STAFF else None,
    )


def _sentences(
    state: State, words: Words, edition: Edition, desk: str, left: int
) -> dict[str, str]:
    place = edition.place.split(",")[0].strip()
    said = {
        "welcome": words.say("kiosk-welcome", {"place": place}) if place else "",
        "edition": edition.name,
        "days": words.days(edition.days) if edition.days else "",
    }
    match state.screen:
        case Screen.NOT_FOUND:
            said["hint"] = words.say("kiosk-not-found-hint", {"desk": desk})
        case Screen.CONFIRM if state.no_phone:
            said["phone"] = words.say("kiosk-phone-not")
        case Screen.DESK:
            said["title"] = words.say("kiosk-desk-title", {"desk": desk})
            help_ = _DESK_WORDS.get(state.why or TicketWhy.STAFF, "kiosk-desk-help")
            said["hint"] = words.say(help_)
        case Screen.OUT_OF_ORDER:
            starting = state.troubles <= _STARTING
            said["title"] = words.say("kiosk-starting-title" if starting else "kiosk-out-title")
            said["hint"] = words.say("kiosk-out-hint", {"desk": desk})
    if left:
        said["idle"] = words.say("kiosk-idle-hint", {"n": left})
    return said


def card(badge: BadgeData, words: Words) -> Card:
    """First name and initial; the events of the badge with their days, the first to open first."""
    first = (badge.given.split() or [""])[0]
    initial = f"{badge.family[:1]}." if first and badge.family else badge.family[:1]
    opened: dict[str, list[date]] = {}
    for day in badge.days:
        for short, _ in day.chips:
            opened.setdefault(short, []).append(day.day)
    return Card(
        name=f"{first} {initial}".strip(),
        organisation=badge.organisation,
        country=badge.country,
        category=badge.category_name,
        events=tuple(
            Opened(badge.events.get(short, short), words.days(days))
            for short, days in opened.items()
        ),
    )


def _pin(state: State, rules: Rules, at_s: float, words: Words, has_pin: bool) -> str:
    if not has_pin:
        return words.say("kiosk-pin-none")
    if not flow.may_try_pin(state, at_s, rules):
        return words.say("kiosk-pin-closed")
    wrong_now = state.failed_pins and state.failed_pins[-1] >= state.since_s
    return words.say("kiosk-pin-wrong") if wrong_now else ""


def troubles(names: Iterable[str], language: str) -> tuple[str, ...]:
    """Why nothing is printed, in words for staff."""
    words = _words(language)
    return tuple(words.say(f"kiosk-trouble-{name}") for name in sorted(names))


@cache
def static() -> dict[str, dict[str, str]]:
    """Language -> the words the page names, ready to show."""
    page = (files("kiosk") / "pages" / PAGE).read_text(encoding="utf-8")
    names = sorted(set(re.findall(r'data-(?:word|label)="([a-z-]+)"', page)))
    return {
        language: {name: _words(language).say(name) for name in names} for language in LANGUAGES
    }


@cache
def _words(language: str) -> Words:
    return Words(language)
