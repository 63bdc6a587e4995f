"""Mistakes planted in the real code, one at a time: the simulator must find every one.

A mutant is one place of a module's text written differently. It is compiled, and the code of the
functions it changes is put into the running program's own functions for as long as a block lasts.
"""

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from types import FunctionType, ModuleType

from tests.simulation.campaign import Day, live
from tests.simulation.plan import plan

SEEDS = 150
"""So many days must be enough to find a mistake."""


@dataclass(frozen=True, slots=True)
class Mutant:
    what: str
    module: str
    old: str
    new: str
    first: int = 0
    """The seed to begin with, for a mistake that only rare days find."""


MUTANTS = (
    # the lane
    Mutant("green before the disk has it", "edge.lane",
           "if not self._append(record):\n            return Shown",
           "if not self._append(record) and False:\n            return Shown"),
    Mutant("a newer badge's generation is not written down", "edge.lane",
           "self._store.append(record, self._raised.items(), local_mode)",
           "self._store.append(record, (), local_mode)"),
    Mutant("a server that acknowledges less is not believed", "edge.outbox",
           "if through != self._acked[epoch]:", "if through > self._acked[epoch]:"),
    Mutant("an older enrolment's records are not sent", "edge.outbox",
           "for epoch in (self._epoch, *self.older_epochs):",
           "for epoch in (self._epoch,):"),
    Mutant("a lane that was cut off forgets nobody", "edge.lane",
           "self._known = None\n        self.lan_key", "self.lan_key"),
    Mutant("an unread store failure lets nobody out", "edge.lane",
           "if decision.reason in (Reason.EXITED, Reason.EMERGENCY) or not decision.admitted:",
           "if not decision.admitted:"),
    Mutant("moves told before a snapshot stay", "edge.lane",
           "known.forget_presence()\n        known.replace", "known.replace"),
    Mutant("rights come back at a restart", "edge.rights",
           "for record in records:\n            self.add(record)", "pass"),
    Mutant("a repeated lease is added", "edge.rights",
           "self._granted[self._epoch, zone] = total", "self._granted[self._epoch, zone] += total"),
    Mutant("the clock is put wrong", "edge.timekeeping",
           "found = server_ms - (asked_ms + answered_ms) // 2",
           "found = (asked_ms + answered_ms) // 2 - server_ms"),
    Mutant("a mode set before the first snapshot is forgotten", "edge.lane",
           "known.local_mode = self._local_mode\n            known.generation_min",
           "known.local_mode = None\n            known.generation_min"),
    Mutant("a snapshot lowers generations", "access.known",
           "if before.generation > 1:", "if False:"),
    # lanes among themselves
    Mutant("what other lanes told is not written down", "edge.lane",
           "self._store.heard(new, newer.items())", "pass"),
    Mutant("a snapshot takes the place of what other lanes told", "edge.lane",
           "moves = *snapshot.moves, *self._store.told()", "moves = snapshot.moves"),
    Mutant("a lane is believed about another one", "edge.telling",
           "if (each.device, each.epoch) == own\n        and", "if"),
    Mutant("a lane's word empties a zone", "edge.telling",
           "and each.kind is not MoveKind.SWEPT", "and each.kind"),
    Mutant("a re-print seen at another lane kills no old badge", "edge.lane",
           "known.generation_min.update(newer)", "pass"),
    # what a record says it rests on
    Mutant("a record names another position of the feed", "access.known",
           "cursor=self.cursor,", "cursor=self.cursor - 1,"),
    Mutant("a record names another position of the log", "edge.lane",
           "known.moves_through = self.moves_through", "pass"),
    Mutant("a full room is not written down as full", "access.known",
           "facts.places_left is not None and facts.places_left <= 0", "False"),
    # the protocol
    Mutant("another timeline is not noticed", "edge.protocol",
           " or lane.timeline != welcome.timeline:", ":"),
    Mutant("an answer that fails leaves the conversation", "edge.protocol",
           "return Wait(wait_s * (0.5 + protocol.jitter() / 2))", "return Stop()"),
    Mutant("records are skipped", "edge.protocol",
           "ack = yield HandIn(first.epoch, first.number, records)",
           "ack = yield HandIn(first.epoch, first.number + 1, records[1:])"),
    # presence
    Mutant("moves count in the order of arrival", "access.presence",
           "place = bisect_right(moves, made.order, key=_order)", "place = len(moves)"),
    Mutant("an annulled entry that arrives late counts", "access.presence",
           "if made.name in self._annulled or _has(moves, made):", "if _has(moves, made):", 89),
    Mutant("leaving leaves nothing", "access.presence",
           "left.add(each.zone)", "pass"),
    Mutant("a sweep empties nobody", "access.presence",
           "sweeps = self._sweeps_until(zone, int(at.timestamp() * 1000)) if self._sweeps else 0",
           "sweeps = 0"),
    Mutant("a lane that lags admits before the sweep it heard of", "access.presence",
           "return max(at, datetime.fromtimestamp(past_ms / 1000, UTC))", "return at", 8787),
    Mutant("the checkout hour is a day late", "access.presence",
           "return sweeps, local.date() - timedelta(days=early)",
           "return sweeps, local.date() - timedelta(days=not early)"),
    Mutant("a snapshot leaves out who came yesterday", "access.presence",
           "since = min(today_ms, last.at_ms) if last else 0", "since = today_ms"),
    # capacity
    Mutant("rights at lanes are given again", "access.capacity",
           "return max(0, (zone.capacity or 0) - inside - self.unaccounted(zone.id))",
           "return max(0, (zone.capacity or 0) - inside)"),
    Mutant("a lane gets what it wants", "access.capacity",
           "max(0, min(want, fair))", "max(0, want)"),
    Mutant("used rights are never accounted for", "access.capacity",
           "max(0, granted - self._used[each]) for", "granted for"),
    Mutant("an earlier enrolment keeps its rights", "edge.protocol",
           "if lane.give_back_earlier(self._clock.now()):", "if False:"),
    Mutant("an admission uses no right", "access.known",
           "return is_hard(self.policy.zones[place.zone]) and judged.decision.admitted",
           "return False"),
    Mutant("who was inside needs no place", "access.decide",
           "presence.inside and not facts.places_are_rights", "presence.inside", 1626),
    # rooms with a hard limit after a restore
    Mutant("the server ignores what a lane says it was granted", "server.intake",
           "if each.epoch <= epoch_max and each.zone in zones", "if False"),
    Mutant("a server in doubt grants", "server.intake",
           "if self.in_doubt:\n            return self.pool.granted[holding]",
           "if False:\n            return self.pool.granted[holding]"),
    Mutant("a server in doubt admits", "server.intake",
           "return 0 if self.in_doubt else self.pool.left(", "return self.pool.left("),
    # the decision
    Mutant("only the table knows generations", "access.decide",
           "newest = case.facts.generation_min\n", "newest = 0\n"),
    Mutant("the blocked enter", "access.decide",
           "case.record.status is not Status.APPROVED",
           "case.record.status is Status.CANCELLED"),
    Mutant("who is inside enters again", "access.decide",
           "if presence.inside and zone.presence is PresenceRule.HARD:", "if False:"),
    Mutant("a full room is not full", "access.decide",
           "if case.zone.capacity_hard and _is_full(case):", "if False:"),
    Mutant("frozen lets nobody out", "access.decide",
           "if case.scan.direction is Direction.EXIT:",
           "if case.scan.direction is Direction.EXIT and case.facts.mode is not Mode.FROZEN:"),
    Mutant("an emergency opens nothing", "access.decide",
           "if case.facts.mode is Mode.EMERGENCY_OPEN:", "if False:"),
    Mutant("frozen lets people in", "access.decide",
           "if case.facts.mode is Mode.FROZEN:", "if False:"),
    Mutant("a withdrawn key opens", "access.decide",
           "if key.status is KeyStatus.WITHDRAWN or not", "if not"),
    Mutant("a badge nobody issued enters", "access.decide",
           "if known_until is not None and case.credential.issued_min < known_until:",
           "if False:"),
    Mutant("a signature is enough for the room", "access.decide",
           "if case.scan.gate in case.policy.gates and case.zone.needs_record:", "if False:"),
    Mutant("a test badge enters", "access.decide",
           "if case.credential.kind is Kind.TEST:", "if False:"),
    Mutant("a bad signature is a good one", "access.credential",
           "return Reason.BAD_SIGNATURE", "return credential"),
    Mutant("a badge on a phone opens before it is activated", "access.decide",
           "case DigitalBadges.INERT:\n                return stands_for",
           "case DigitalBadges.INERT:\n                return stands_for or GENERATION_FIRST"),
    Mutant("a later print leaves the phone good", "access.decide",
           "return stands_for\n            case DigitalBadges.VALID",
           "return max(stands_for, self.record.generation if stands_for else 0)\n"
           "            case DigitalBadges.VALID"),
    # the server
    Mutant("a record that comes twice is kept twice", "server.intake",
           'return "" if same else "differs', 'return None if same else "differs'),
    Mutant("a retried scan is decided again", "server.intake",
           "if name in stored:\n            answer", "if False:\n            answer"),
    Mutant("presence outlives a commit that failed", "server.intake",
           "self.known.forget_presence()\n", "pass\n"),
    Mutant("the pool forgets its grants", "server.intake",
           "self.pool.granted.update(granted)", "pass"),
    Mutant("acknowledged over a gap", "server.numbers",
           "while self.acked + 1 in self.beyond:", "while self.acked < self.highest:"),
    Mutant("a move is left out of the feed", "server.recent",
           "if position <= seq:", "if position <= seq + 1:"),
    Mutant("a snapshot tells of no moves", "server.told",
           "moves=tuple(known.whereabouts.relevant(now)),", "moves=(),"),
    Mutant("the feed is told of as further than it is", "server.told",
           "return Feed(tuple(rows), head, known_until, *moves, intake.timeline)",
           "return Feed(tuple(rows[1:]), head, known_until, *moves, intake.timeline)"),
    Mutant("a server that starts again forgets the newer badge it was shown", "server.intake",
           "if by_server:", "if False:"),
    # what operations see
    Mutant("doubles are looked for between zones", "access.review",
           "and first.zone == second.zone", "and first.zone != second.zone"),
    Mutant("an annulled entry counts twice", "access.counts",
           "self._passed(record, record.gate, -1)", "self._passed(record, record.gate, +1)"),
)  # fmt: skip


def found(mutant: Mutant) -> Day | None:
    """The first day that goes wrong with the mistake in the program."""
    seeds = range(mutant.first, mutant.first + SEEDS)
    with planted(mutant):
        return next((day for seed in seeds if (day := live(plan(seed))).wrong), None)


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    module = import_module(f"gate.{mutant.module}")
    source = inspect.getsource(module)
    assert source.count(mutant.old) == 1, f"{mutant.what}: its place is not there, or not alone"
    changed = ModuleType(module.__name__)
    changed.__file__ = module.__file__
    text = source.replace(mutant.old, mutant.new)
    exec(compile(text, f"<{mutant.what}>", "exec"), changed.__dict__)
    new = dict(_functions(changed))
    before = {
        function: function.__code__
        for name, function in _functions(module)
        if not _same(function, new[name])
    }
    assert before, f"{mutant.what}: nothing changed"
    names = dict(_functions(module))
    try:
        for name, function in names.items():
            if function in before:
                function.__code__ = new[name].__code__
        yield
    finally:
        for function, code in before.items():
            function.__code__ = code


def _functions(module: ModuleType) -> Iterator[tuple[str, FunctionType]]:
    """Every function and method a module defines, by its qualified name."""
    for value in list(vars(module).values()):
        if isinstance(value, FunctionType) and value.__module__ == module.__name__:
            yield value.__qualname__, value
        elif isinstance(value, type) and value.__module__ == module.__name__:
            for each in vars(value).values():
                function = each.fget if isinstance(each, property) else each
                if isinstance(function, FunctionType):
                    yield function.__qualname__, function


def _same(one: FunctionType, other: FunctionType) -> bool:
    return _bones(one.__code__) == _bones(other.__code__)


def _bones(code) -> tuple:
    consts = tuple(_bones(c) if hasattr(c, "co_code") else repr(c) for c in code.co_consts)
    return code.co_code, consts, code.co_names


def main() -> int:
    """`python -m tests.simulation.mutants`: the day that finds each."""
    missed = 0
    for mutant in MUTANTS:
        day = found(mutant)
        missed += day is None
        said = f"seed {day.seed}: {day.wrong}" if day else "NOT FOUND"
        print(f"{mutant.what}: {said}", flush=True)
    print(f"{len(MUTANTS) - missed} of {len(MUTANTS)} found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
