"""What the kiosk shows next: pure transitions, no IO and no clock.

The rules everything here serves:
- Nothing of one person is left when the next one comes: every visit ends in `_wiped`.
- One answer for all that cannot be printed: unknown, cancelled, not approved, printed before.
- Whose badge was printed ahead is told where it waits; none is printed.
- A person who confirmed leaves with a badge, or with a number for the desk. Never with "already
  used".
- Whoever keeps the badge on the phone instead may still print it when that does not work.
- A screen nobody touches warns, and then forgets. While a badge is printed, nothing is forgotten.
"""

from dataclasses import dataclass, field, replace

from gate.access.wire import TicketWhy
from gate.words.words import LANGUAGES
from kiosk.arrivals.events import (
    Again,
    Asked,
    CodeShown,
    Confirmed,
    Effect,
    Event,
    Finished,
    GiveTicket,
    Health,
    Help,
    Keep,
    Kept,
    Language,
    Named,
    NoCode,
    NotKept,
    NotPrinted,
    OnPhone,
    Pin,
    Print,
    Printed,
    StaffAsked,
    Tick,
    Ticketed,
    Toggled,
)
from kiosk.arrivals.state import Found, Rules, Screen, State

Step = tuple[State, tuple[Effect, ...]]
TAKES_CODES = (Screen.WELCOME, Screen.NOT_FOUND, Screen.WAITING, Screen.DONE, Screen.KEPT)
_BUSY = (Screen.PRINTING, Screen.KEEPING, Screen.LOOKING)
_SERVED = (Screen.DONE, Screen.KEPT)
_NEVER_IDLE = (Screen.PRINTING, Screen.KEEPING, Screen.LOOKING, Screen.OUT_OF_ORDER)
_UNDER_WAY = (Screen.PRINTING, Screen.KEEPING, Screen.OUT_OF_ORDER)
_SETTLED_S = 1.0
"""A code held before the camera when a screen comes is not that screen's answer."""


@dataclass(slots=True)
class Flow:
    """Holds the state; `step` is the only way to change it. Nobody is served until `Health` says
    that all is well."""

    rules: Rules
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self.state = State(
            visit=1,
            language=self.rules.language,
            screen=Screen.OUT_OF_ORDER,
            troubles=frozenset({"starting"}),
        )

    def step(self, event: Event, at_s: float) -> tuple[Effect, ...]:
        """What to do now; times are seconds that only grow."""
        self.state, effects = after(self.state, event, at_s, self.rules)
        return effects


def after(state: State, event: Event, at_s: float, rules: Rules) -> Step:
    """The state after an event; one that does not fit the screen changes nothing."""
    match event:
        case Tick():
            return _tick(state, at_s, rules), ()
        case Health(troubles):
            return _healthy(replace(state, troubles=troubles), at_s), ()
        case Ticketed(number):
            return replace(state, ticket=number), ()
        case CodeShown(found):
            return _shown(state, found, at_s, rules), ()
        case Named(found):
            return _named(state, found, at_s, rules), ()
        case Printed() | NotPrinted():
            return _ended(state, event, at_s)
        case Kept() | NotKept():
            return _answered_keep(state, event, at_s), ()
        case _:
            state = replace(state, touched_s=at_s, warned=False)
            return _touch(state, event, at_s, rules)


def takes_codes(state: State, at_s: float) -> bool:
    """Whether a code read now is an answer to the screen shown."""
    settled = state.visit == 1 or at_s - state.since_s >= _SETTLED_S
    return state.screen in TAKES_CODES and settled


def may_say_name(state: State, at_s: float, rules: Rules) -> bool:
    """Whether name and e-mail are taken at all now."""
    return (
        state.names_tried < rules.names_per_visit
        and _count(state.failed_names, at_s, rules) < rules.names_per_window
    )


def idle_left_s(state: State, at_s: float, rules: Rules) -> float:
    """Seconds until everything is forgotten; only while the warning is shown."""
    return max(0.0, state.touched_s + rules.idle_s + rules.warn_s - at_s)


# --- time and health


def _tick(state: State, at_s: float, rules: Rules) -> State:
    unused = state.screen is Screen.WELCOME and not (state.chose_language or state.ease)
    if unused or state.screen in _NEVER_IDLE:
        return state
    if state.screen in _SERVED and not state.warned:
        return _wiped(state, at_s, rules) if at_s - state.touched_s >= rules.done_s else state
    idle_s = at_s - state.touched_s
    if idle_s >= rules.idle_s + rules.warn_s:
        return _wiped(state, at_s, rules)
    return replace(state, warned=True) if idle_s >= rules.idle_s else state


def _healthy(state: State, at_s: float) -> State:
    if state.screen is Screen.WELCOME and state.troubles:
        return _go(state, Screen.OUT_OF_ORDER, at_s)
    if state.screen is Screen.OUT_OF_ORDER and not state.troubles:
        return _go(state, Screen.WELCOME, at_s)
    return state


# --- a person


def _shown(state: State, found: Found | None, at_s: float, rules: Rules) -> State:
    if not takes_codes(state, at_s):
        return state
    if _count(state.failed_codes, at_s, rules) >= rules.codes_per_window:
        return state
    if state.screen in (*_SERVED, Screen.WAITING):  # the next person is here already
        state = _wiped(state, at_s, rules)
        if state.screen is not Screen.WELCOME:
            return state
    if found is None or not found.served:
        state = replace(state, failed_codes=_later(state.failed_codes, at_s, rules))
    return _answered(state, found, at_s)


def _named(state: State, found: Found | None, at_s: float, rules: Rules) -> State:
    if state.screen is not Screen.LOOKING:
        return state
    if found is None or not found.served:
        state = replace(
            state,
            names_tried=state.names_tried + 1,
            failed_names=_later(state.failed_names, at_s, rules),
        )
    return _answered(state, found, at_s)


def _answered(state: State, found: Found | None, at_s: float) -> State:
    state = replace(state, found=found, touched_s=at_s, warned=False)
    if found is None or found.badge is None or not found.served:
        why = TicketWhy.COLLECTED if found and found.printed else TicketWhy.NOT_FOUND
        return _go(replace(state, why=why), Screen.NOT_FOUND, at_s)
    spoken = found.badge.language.split("-")[0]
    if not state.chose_language and spoken in LANGUAGES:
        state = replace(state, language=spoken)
    return _go(state, Screen.WAITING if found.place else Screen.CONFIRM, at_s)


def _ended(state: State, event: Printed | NotPrinted, at_s: float) -> Step:
    if state.screen is not Screen.PRINTING:
        return state, ()
    if isinstance(event, NotPrinted):
        return _to_desk(state, event.why, at_s)
    return replace(_go(state, Screen.DONE, at_s), touched_s=at_s, found=None), ()


def _answered_keep(state: State, event: Kept | NotKept, at_s: float) -> State:
    if state.screen is not Screen.KEEPING:
        return state
    state = replace(state, touched_s=at_s)
    if isinstance(event, Kept):
        return replace(_go(state, Screen.KEPT, at_s), found=None)
    return replace(_go(state, Screen.CONFIRM, at_s), no_phone=True)


# --- a touch


def _touch(state: State, event: Event, at_s: float, rules: Rules) -> Step:
    match event:
        case StaffAsked() | Pin():
            return _staff(state, event, at_s, rules), ()
        case Help():
            return _helped(state, at_s)
        case Again() if state.screen not in _UNDER_WAY:
            return _again(state, at_s, rules), ()
        case Finished() if state.screen not in _UNDER_WAY:
            return _wiped(state, at_s, rules), ()
        case Confirmed() if state.screen is Screen.CONFIRM and state.found:
            if state.troubles:
                return _to_desk(state, TicketWhy.PRINTER, at_s)
            return _go(state, Screen.PRINTING, at_s), (Print(state.found),)
        case OnPhone() if state.screen is Screen.CONFIRM and state.found and not state.no_phone:
            return _go(state, Screen.KEEPING, at_s), (Keep(state.found),)
    return _saying(state, event, at_s, rules), ()


def _saying(state: State, event: Event, at_s: float, rules: Rules) -> State:
    asked = state.screen in (Screen.WELCOME, Screen.NOT_FOUND)
    match event:
        case Language(code) if code in LANGUAGES:
            return replace(state, language=code, chose_language=True)
        case Toggled(ease):
            return replace(state, ease=state.ease ^ {ease})
        case NoCode() if asked and may_say_name(state, at_s, rules):
            return _go(replace(state, found=None, why=None), Screen.NAME, at_s)
        case Asked() if state.screen is Screen.NAME and may_say_name(state, at_s, rules):
            return _go(state, Screen.LOOKING, at_s)
    return state


def _again(state: State, at_s: float, rules: Rules) -> State:
    """The person starts again: language and ease are theirs, the rest is gone. Tries are kept."""
    fresh = _wiped(state, at_s, rules)
    return replace(
        fresh,
        language=state.language,
        chose_language=state.chose_language,
        ease=state.ease,
        names_tried=state.names_tried,
    )


def _helped(state: State, at_s: float) -> Step:
    match state.screen:
        case Screen.NOT_FOUND:
            return _to_desk(state, state.why or TicketWhy.NOT_FOUND, at_s)
        case Screen.WAITING:
            return _to_desk(state, TicketWhy.COLLECTED, at_s)
        case Screen.CONFIRM:
            return _to_desk(state, TicketWhy.WRONG, at_s)
        case (
            Screen.PRINTING | Screen.KEEPING | Screen.LOOKING | Screen.DESK | Screen.PIN
            | Screen.STAFF
        ):  # fmt: skip
            return state, ()
    return _to_desk(state, TicketWhy.STAFF, at_s)


def _to_desk(state: State, why: TicketWhy, at_s: float) -> Step:
    holder = state.found.holder if state.found else None
    state = replace(_go(state, Screen.DESK, at_s), why=why, ticket="", touched_s=at_s, found=None)
    return state, (GiveTicket(why, holder),)


def _staff(state: State, event: Event, at_s: float, rules: Rules) -> State:
    open_ = _count(state.failed_pins, at_s, rules) < rules.pins_per_window
    match event:
        case StaffAsked() if state.screen not in (*_BUSY, Screen.STAFF):
            return _go(replace(state, found=None, why=None), Screen.PIN, at_s)
        case Pin(right=True) if state.screen is Screen.PIN and open_:
            return _go(replace(state, failed_pins=()), Screen.STAFF, at_s)
        case Pin(right=False) if state.screen is Screen.PIN:
            return replace(state, failed_pins=_later(state.failed_pins, at_s, rules))
    return state


def may_try_pin(state: State, at_s: float, rules: Rules) -> bool:
    return _count(state.failed_pins, at_s, rules) < rules.pins_per_window


# --- leaves


def _wiped(state: State, at_s: float, rules: Rules) -> State:
    """A new visit: only what belongs to the kiosk itself is kept."""
    fresh = State(
        visit=state.visit + 1,
        language=rules.language,
        since_s=at_s,
        touched_s=at_s,
        troubles=state.troubles,
        failed_names=state.failed_names,
        failed_codes=state.failed_codes,
        failed_pins=state.failed_pins,
    )
    return _healthy(fresh, at_s)


def _go(state: State, screen: Screen, at_s: float) -> State:
    return replace(state, screen=screen, since_s=at_s)


def _count(failures: tuple[float, ...], at_s: float, rules: Rules) -> int:
    return sum(at_s - each < rules.window_s for each in failures)


def _later(failures: tuple[float, ...], at_s: float, rules: Rules) -> tuple[float, ...]:
    return (*(each for each in failures if at_s - each < rules.window_s), at_s)[-100:]
