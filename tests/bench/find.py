"""Finding one of 11,000 at the desk: as they are written, half typed, mistyped, in other scripts.

Every person asked for must be among those shown, else there is nothing to measure.
"""

import random
import time
from collections.abc import Callable, Iterator

from gate.server.desk.directory import Directory
from gate.server.registrations.parse import Registration, parse
from tests import venue
from tests.bench.crowd import people_csv
from tests.bench.measure import Line, line

ASKED = 400
FOUND_SHARE = 0.97
"""Of a mistyped name alone several people are meant as well; the rest need a second word."""
Ask = Callable[[Registration, random.Random], str]


def measure() -> Iterator[Line]:
    people = [registration for _, registration in parse(people_csv(), venue.policy()).rows]
    directory = Directory(None, venue.policy().edition)  # type: ignore[arg-type]
    started = time.perf_counter()
    for holder, each in enumerate(people, 1):
        directory.take(holder, each)
    seconds = time.perf_counter() - started
    yield line("directory of 11,000 from nothing", [seconds], unit="s")
    dice = random.Random(7)
    for what, ask in ASKS.items():
        asked, found = [], 0
        for person in dice.sample(people, ASKED):
            words = ask(person, dice)
            started = time.perf_counter()
            codes = directory.look_up(words)
            asked.append(time.perf_counter() - started)
            found += person.code in codes
        if what != "the beginning of a name" and found < FOUND_SHARE * ASKED:
            raise SystemExit(f"{what}: {found} of {ASKED} were found")
        yield line(f"find, {what}", asked, target="p99 <= 50 ms", p99_max=50,
                   note=f"{found / ASKED:.1%} shown")  # fmt: skip


def _mistyped(person: Registration, dice: random.Random) -> str:
    """Two letters swapped in the longer of the two names."""
    given, family = person.given, person.family
    longer = max(given, family, key=len)
    place = dice.randrange(1, max(2, len(longer) - 2))
    wrong = longer[:place] + longer[place + 1 : place + 2] + longer[place] + longer[place + 2 :]
    return f"{given} {wrong}" if longer == family else f"{wrong} {family}"


ASKS: dict[str, Ask] = {
    "both names": lambda p, _: f"{p.given} {p.family}",
    "the beginning of a name": lambda p, _: p.family[:4],
    "two letters swapped": _mistyped,
    "in their own script": lambda p, _: p.native_name or p.name_on_badge,
    "family name and organisation": lambda p, _: f"{p.family} {p.organisation[:6]}",
}
