"""What a kiosk knows of the visit before it, and the limits it keeps."""

from dataclasses import dataclass
from enum import StrEnum

from gate.access.wire import BadgeData, TicketWhy


class Screen(StrEnum):
    WELCOME = "welcome"
    NAME = "name"
    LOOKING = "looking"
    NOT_FOUND = "not_found"
    WAITING = "waiting"
    CONFIRM = "confirm"
    PRINTING = "printing"
    DONE = "done"
    KEEPING = "keeping"
    KEPT = "kept"
    DESK = "desk"
    OUT_OF_ORDER = "out_of_order"
    PIN = "pin"
    STAFF = "staff"


class Ease(StrEnum):
    LARGER = "larger"
    LOWER = "lower"
    CONTRAST = "contrast"


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a code belongs to. `badge` None: there is nothing to print for this person. `printed`:
    it came out already, or is on their phone. `place`: it was printed ahead and waits there."""

    holder: int
    generation: int
    badge: BadgeData | None
    printed: bool
    place: str = ""

    @property
    def printable(self) -> bool:
        return self.badge is not None and not self.printed

    @property
    def served(self) -> bool:
        """A badge is printed here, or waits somewhere."""
        return self.badge is not None and (not self.printed or bool(self.place))


@dataclass(frozen=True, slots=True)
class Rules:
    """Seconds, and how often. A limit counts failures within `window_s`."""

    language: str = "en"
    idle_s: float = 45.0
    warn_s: float = 15.0
    done_s: float = 12.0
    window_s: float = 600.0
    names_per_visit: int = 3
    names_per_window: int = 12
    codes_per_window: int = 40
    pins_per_window: int = 5


@dataclass(frozen=True, slots=True)
class State:
    visit: int
    """Grows with each wipe: what a page says about an earlier visit is not heard."""
    language: str
    screen: Screen = Screen.WELCOME
    since_s: float = 0.0
    touched_s: float = 0.0
    warned: bool = False
    chose_language: bool = False
    ease: frozenset[Ease] = frozenset()
    found: Found | None = None
    why: TicketWhy | None = None
    ticket: str = ""
    names_tried: int = 0
    no_phone: bool = False
    """The badge could not be activated on the phone in this visit."""
    troubles: frozenset[str] = frozenset()
    """Why no badge can be printed now; codes for `words`."""
    failed_names: tuple[float, ...] = ()
    failed_codes: tuple[float, ...] = ()
    failed_pins: tuple[float, ...] = ()
