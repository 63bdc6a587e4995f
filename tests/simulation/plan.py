"""What happens on a simulated day, drawn from its seed before the day begins.

A happening names what is to happen, never what must come of it; so any part of a plan is a plan,
and a day that went wrong can be shortened to the few happenings that matter.
"""

import random
from dataclasses import dataclass

from gate.access.model import KeyStatus, Mode, Status
from tests.simulation import edition

PEOPLE = 12
WALK_INS = 3
"""Whoever registers on the day has the numbers behind; later ones are never met at a door."""
HAPPENINGS = 100
LAN_HAPPENINGS = 6
WITH_PHONES, PHONE_HAPPENINGS = 3, 24
"""So many people also have their badge on a phone, and use it so often at most."""
LANES = (
    # (device, gate, direction)
    ("north-in", "north", "entry"),
    ("south-in", "south", "entry"),
    ("south-out", "south", "exit"),
    ("east-in", "east", "entry"),
    ("west-in", "west", "entry"),
    ("east-out", "east", "exit"),
)
PHONES = (("phone-north", "north", "entry"), ("phone-east", "east", "entry"))
"""Devices that let the server decide."""


@dataclass(frozen=True, slots=True)
class Happening:
    after_s: float
    """Since the happening before it."""
    what: str
    how: tuple = ()

    def __str__(self) -> str:
        return f"+{self.after_s:6.2f} s  {self.what} {' '.join(map(str, self.how))}"


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    skew_ms: tuple[int, ...]
    """How wrong each lane's clock is."""
    loss: float
    delay_s: float
    version: int
    """Of the policy in force when the day begins."""
    happenings: tuple[Happening, ...]
    lan: bool = False
    """Whether lanes tell each other what happened."""


def plan(seed: int) -> Plan:
    dice = random.Random(f"plan {seed}")
    # Each day has its own troubles, so that none hides another.
    weights = {what: weight * dice.choice((0, 0.5, 1, 1, 3)) for what, weight in TROUBLES.items()}
    weights |= USUAL
    crooked = dice.random() < 0.3
    skew = tuple(
        dice.randint(-1500, 1500) if not crooked else dice.choice((0, -400_000, 90_000, 3500))
        for _ in LANES
    )
    whats = dice.choices(list(weights), list(weights.values()), k=HAPPENINGS)
    people = _People(dice)
    happenings = tuple(_happening(what, dice, people) for what in whats)
    lan = random.Random(f"lan {seed}")  # dice of its own: the rest of the day stays as it is
    if with_lan := lan.random() < 0.5:
        happenings = _with_lan(happenings, lan)
    own_phones = random.Random(f"phone badges {seed}")
    if own_phones.random() < 0.5:
        happenings = _with_phones(happenings, own_phones)
    loss, delay_s = dice.choice((0.0, 0.02, 0.15)), dice.choice((0.02, 0.1, 0.8))
    return Plan(seed, skew, loss, delay_s, dice.choice((1, 2)), happenings, with_lan)


USUAL = {"scan": 60.0, "wait": 6.0}
TROUBLES = {
    "ask server": 4.0,
    "cut": 3.0,
    "heal": 3.0,
    "lane dies": 2.5,
    "lane dies writing": 1.5,
    "disk fails": 0.8,
    "disk works": 1.0,
    "server dies": 1.2,
    "commit fails": 0.8,
    "commit unheard": 0.8,
    "backup": 0.7,
    "restore": 0.5,
    "status": 2.5,
    "reprint": 3.0,
    "profile": 0.7,
    "walk-in": 0.8,
    "mode": 0.7,
    "local mode": 0.7,
    "sweep": 0.7,
    "annul": 1.5,
    "override": 1.5,
    "turn": 0.4,
    "policy": 0.3,
    "key": 0.25,
    "clock": 0.6,
    "hours pass": 0.4,
    "revoke": 0.3,
    "enrol": 0.5,
}


class _People:
    """Roughly where people are, so that days have entries, exits and full rooms."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._where = dict.fromkeys(range(1, PEOPLE + 1), 0)

    def walk(self) -> tuple[str, int]:
        """(lane, holder)"""
        dice = self._dice
        holder = dice.randint(1, PEOPLE)
        if dice.random() < 0.2:
            return dice.choice(LANES)[0], holder
        where = self._where[holder]
        step = dice.choice((-1, 1, 1)) if where == 1 else (1 if where == 0 else -1)
        self._where[holder] = where + step
        doors = {
            (0, 1): ("north-in", "south-in"),
            (1, 1): ("east-in", "west-in"),
            (2, -1): ("east-out",),
            (1, -1): ("south-out",),
        }
        return dice.choice(doors[where, step]), holder


def _with_lan(happenings: tuple[Happening, ...], dice: random.Random) -> tuple[Happening, ...]:
    """The same day, in some places of which something happens to what connects the lanes."""
    found, lanes = list(happenings), [each[0] for each in LANES]
    for _ in range(dice.randint(0, LAN_HAPPENINGS)):
        what = dice.choice(("lan cut", "lan heal", "rogue"))
        how = (
            (dice.choice(lanes), dice.randint(1, PEOPLE))
            if what == "rogue"
            else tuple(sorted(dice.sample(lanes, dice.randint(1, 4))))
        )
        found.insert(dice.randrange(len(found) + 1), Happening(0.1, what, how))
    return tuple(found)


def _with_phones(happenings: tuple[Happening, ...], dice: random.Random) -> tuple[Happening, ...]:
    """The same day, on which some people show now their phone and now what was printed: desk or
    kiosk activate the one, print the other anew, and only the later of the two opens."""
    people = dice.sample(range(1, PEOPLE + 1), WITH_PHONES)
    doors = [name for name, _, direction in LANES if direction == "entry"]
    acts = [("activate", (holder,)) for holder in people]
    for _ in range(dice.randint(PHONE_HAPPENINGS // 2, PHONE_HAPPENINGS)):
        holder = dice.choice(people)
        badge = dice.choice(("phone", "phone", "phone", "own", "early", "old"))
        choices = (
            *[("scan", (dice.choice(doors), holder, badge))] * 6,
            *[("ask server", (dice.choice(PHONES)[0], holder, badge))] * 3,
            ("activate", (holder,)),
            ("reprint", (holder,)),
            ("server dies", ("", 0.2)),
        )
        acts.append(dice.choice(choices))
    places = sorted(dice.randrange(len(happenings) + 1) for _ in acts)
    found = list(happenings)
    for place, (what, how) in reversed(list(zip(places, acts, strict=True))):
        found.insert(place, Happening(0.4, what, how))
    return tuple(found)


def _happening(what: str, dice: random.Random, people: _People) -> Happening:
    after_s = dice.choice((0.0, 0.05, 0.4, 1.0, 2.5))
    lane, holder = dice.choice(LANES)[0], dice.randint(1, PEOPLE)
    match what:
        case "scan":
            lane, holder = people.walk()
            kinds = ("own",) * 30 + ("old",) * 4 + ("forged", "odd", "test", "early", "unknown")
            if dice.random() < 0.08:
                holder = PEOPLE + dice.randint(1, WALK_INS)
            how = (lane, holder, dice.choice(kinds))
        case "override":
            how = (people.walk()[0], holder)
        case "ask server":
            how = (dice.choice(PHONES)[0], holder, dice.choice(("own", "own", "old", "forged")))
        case "wait":
            after_s, how = dice.choice((3.0, 8.0, 20.0)), ()
        case "cut" | "heal":
            how = tuple(sorted(dice.sample([each[0] for each in LANES], dice.randint(1, 6))))
        case "lane dies writing":
            how = (lane, dice.random() < 0.5, dice.choice((0.5, 5.0)))
        case "lane dies" | "server dies":
            how = (lane, dice.choice((0.2, 2.0, 15.0)))
        case "restore":
            how = (dice.randint(0, 3),)
        case "status":
            bad = (Status.BLOCKED, Status.CANCELLED, Status.PENDING)
            how = (holder, dice.choice((*bad, Status.APPROVED)))
        case "profile":
            how = (holder, dice.choice(list(edition.PROFILES)))
        case "mode" | "local mode":
            how = (dice.choice((Mode.NORMAL, Mode.NORMAL, Mode.EMERGENCY_OPEN, Mode.FROZEN)), lane)
        case "sweep":
            how = (dice.choice((edition.HALL, edition.ROOM)),)
        case "key":
            how = (dice.choice((KeyStatus.REVOKED, KeyStatus.ACTIVE, KeyStatus.WITHDRAWN)),)
        case "clock":
            how = (lane, dice.choice((-1500, -300, 700, 1500)))
        case "hours pass":
            how = (dice.choice((3, 9, 15)),)
        case "reprint":
            how = (holder,)
        case _:
            how = (lane,)
    return Happening(after_s, what, how)
