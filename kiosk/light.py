"""What the lane's light shows: one state, with its words; the page and the terminal draw it.

Green comes only from a decision, and a light goes out by itself to "ready", never to green.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from gate.access.model import Reason
from gate.access.policy import Policy
from gate.edge.lane import Shown
from gate.words.words import RIGHT_TO_LEFT, Words

GREEN_S, RED_S, COMPARE_S = 2.5, 4.0, 15.0
"""The last for whoever must be compared with their photo; the next badge ends it at once."""


class Colour(StrEnum):
    STARTING = "starting"
    READY = "ready"
    GREEN = "green"
    RED = "red"
    CHECK = "check"


class Light(msgspec.Struct, frozen=True):
    """`seconds` is how long it stays; 0 means until the next scan. `number` grows with each."""

    colour: Colour
    number: int
    title: str
    words: str
    reason: str = ""
    attention: tuple[str, ...] = ()
    seconds: float = 0.0
    help: str = ""
    compare: str = ""
    """The person must be compared: what to say until their photo is there. Else empty."""


class View(msgspec.Struct, frozen=True):
    """Everything the page shows."""

    light: Light
    gate: str
    direction: str
    time: str
    link: str
    online: bool
    waiting: str
    """Records kept here, in words; empty when there are none."""
    camera: str
    """A warning about the camera, in words; empty when it gives frames."""
    language: str
    right_to_left: bool
    several: str = ""
    """Asks for one badge at a time, in words; empty when at most one is held up."""
    place: str = ""
    """Where the badge that counts is held: `left`, `middle` or `right`, empty without one."""
    acts: tuple[tuple[str, str], ...] = ()
    """What may be done now: (name, words)."""
    reasons: tuple[str, ...] = ()
    """What a supervisor may give as a reason."""
    facts: tuple[str, ...] = ()
    """What a guard should know, in words: who is open now, places left, a wrong clock, a mode."""
    words: dict[str, str] = {}
    """Of the supervisor's dialog."""


def resting(words: Words, ready: bool, number: int) -> Light:
    name = "lane-ready" if ready else "lane-never-synced"
    return Light(Colour.READY if ready else Colour.STARTING, number, words.say(name), "")


def shown(
    scan: Shown, policy: Policy | None, words: Words, number: int, online: bool = True
) -> Light:
    """The light for a decision. `online`: whether a photo to compare with is likely to come."""
    decision = scan.decision
    title = words.title(decision.reason)
    said = words.decision(decision, policy, scan.at) if policy else words.say("lane-never-synced")
    if decision.admitted:
        colour, seconds = Colour.GREEN, GREEN_S
    else:
        colour = Colour.CHECK if decision.reason is Reason.SECOND_LOOK else Colour.RED
        seconds = COMPARE_S if decision.reason.compared else RED_S
    awaited = "lane-photo-asked" if online else "lane-photo-offline"
    return Light(
        colour=colour,
        number=number,
        title=title,
        words=said,
        reason=decision.reason,
        attention=words.attention(decision.attention),
        seconds=seconds,
        help="" if decision.admitted else words.say("lane-help-desk"),
        compare=words.say(awaited) if decision.reason.compared else "",
    )


def told(said: str, words: Words, number: int, good: bool) -> Light:
    """What came of a guard's or supervisor's act. Never green: nobody was admitted by it."""
    title = words.say("lane-supervisor") if good else words.say("title-stop")
    colour = Colour.CHECK if good else Colour.RED
    return Light(colour, number, title, said, "told", seconds=RED_S)


def is_right_to_left(words: Words) -> bool:
    return words.language in RIGHT_TO_LEFT


def terminal_line(light: Light, at: datetime) -> str:
    """One line for the terminal: word first, so that colour is not needed."""
    ink = {Colour.GREEN: 42, Colour.RED: 41, Colour.CHECK: 43}.get(light.colour, 0)
    return f"\033[{ink};97m {light.colour.upper():<5} \033[0m {at:%H:%M:%S} {light.words}"
