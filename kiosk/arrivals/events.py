"""What happens at a kiosk, and what it then does: between the flow and everything with IO."""

from dataclasses import dataclass

from gate.access.wire import TicketWhy
from kiosk.arrivals.state import Ease, Found


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Somebody is there; also the answer to the warning."""


@dataclass(frozen=True, slots=True)
class Language:
    code: str


@dataclass(frozen=True, slots=True)
class Toggled:
    ease: Ease


@dataclass(frozen=True, slots=True)
class CodeShown:
    """A code was read and looked up."""

    found: Found | None


@dataclass(frozen=True, slots=True)
class NoCode:
    """The person has none, and will say name and e-mail."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Name and e-mail were said; they are looked up."""


@dataclass(frozen=True, slots=True)
class Named:
    """The answer to `Asked`, after a time that tells nothing."""

    found: Found | None


@dataclass(frozen=True, slots=True)
class Confirmed:
    pass


@dataclass(frozen=True, slots=True)
class OnPhone:
    """The badge shall stay on the phone; nothing is to be printed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """It is active there."""


@dataclass(frozen=True, slots=True)
class NotKept:
    pass


@dataclass(frozen=True, slots=True)
class Printed:
    pass


@dataclass(frozen=True, slots=True)
class NotPrinted:
    why: TicketWhy


@dataclass(frozen=True, slots=True)
class Help:
    """To the desk, from any screen."""


@dataclass(frozen=True, slots=True)
class Again:
    """Back to the start: not me, or try again."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The person goes."""


@dataclass(frozen=True, slots=True)
class Health:
    troubles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Ticketed:
    number: str


@dataclass(frozen=True, slots=True)
class StaffAsked:
    pass


@dataclass(frozen=True, slots=True)
class Pin:
    """A PIN was tried."""

    right: bool


Event = (
    Tick | Touched | Language | Toggled | CodeShown | NoCode | Asked | Named | Confirmed | Printed
    | NotPrinted | OnPhone | Kept | NotKept | Help | Again | Finished | Health | Ticketed
    | StaffAsked | Pin
)  # fmt: skip


# --- what is to be done


@dataclass(frozen=True, slots=True)
class Print:
    found: Found


@dataclass(frozen=True, slots=True)
class Keep:
    found: Found


@dataclass(frozen=True, slots=True)
class GiveTicket:
    why: TicketWhy
    holder: int | None


Effect = Print | Keep | GiveTicket
