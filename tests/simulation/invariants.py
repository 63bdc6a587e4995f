"""The promises, each a check with its own name, asked while a day runs and when it is over.

Each rests on what is on a lane's disk, on what the server committed, or on what people saw; never
on the memory of the program it checks. Numbers: P of DESIGN.md's promises, T of TRUST.md's
invariants.
"""

from collections import Counter
from collections.abc import Iterable

import msgspec

from gate.access.counts import Counts
from gate.access.credential import verify
from gate.access.history import History
from gate.access.ledger import LogRecord, RecordKind, Told
from gate.access.model import Credential, Direction, Flag, KeyStatus, Mode, Reason, Status
from gate.access.policy import PresenceRule
from gate.access.replay import Outcome, Replay
from gate.access.review import AnomalyKind, Review
from gate.access.wire import Decided, LogAck
from gate.edge import lane as edge_lane
from gate.edge.lane import Shown
from gate.edge.timekeeping import NOTICED_MS
from gate.server.intake import Upload
from tests.simulation import edition, reading

OUT = (Status.BLOCKED, Status.CANCELLED)
ENTERED = (Reason.ADMITTED, Reason.OVERRIDDEN)


class Violation(Exception):
    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name


def _check(holds: object, name: str, detail: object = "") -> None:
    if not holds:
        raise Violation(name, str(detail))


class Invariants:
    def __init__(self, world) -> None:
        self._world = world
        self._seen: dict[str, Counter[int]] = {}
        """Device -> holder -> the highest generation that lane ever knew of."""
        self._last_at_ms: dict[str, int] = {}
        self._told: dict[str, list[reading.Step]] = {}
        """Device -> what other lanes told it, as long as it remembers anybody."""
        self._acked: dict[tuple[str, int], int] = {}
        self.promised: set[tuple[str, int, int]] = set()
        """Names of records that people saw the light for."""
        self.limit_is_off = False
        """An emergency let people into the room uncounted."""
        self.scans = self.greens = self.by_phone = 0
        self.replayed: Counter[Outcome] = Counter()

    # --- while the day runs

    def shown(self, position, badge: str, holder: int, generation: int, shown: Shown) -> None:
        """A lane's light changed for a badge; `badge` says what sort it was."""
        self.scans += 1
        lane, record, reason = position.lane, shown.record, shown.decision.reason
        leaving = lane.direction is Direction.EXIT
        self.greens += shown.decision.admitted
        if leaving:
            _check(shown.decision.admitted, "P10 exit is never refused", reason)
        if lane.mode is Mode.EMERGENCY_OPEN and lane.policy is not None:
            _check(shown.decision.admitted, "P10 emergency is never refused", reason)
        if position.is_revoked:
            _check(leaving or not shown.decision.admitted, "T25 cut off admits nobody", reason)
        if record is None:
            at_once = leaving or reason is Reason.EMERGENCY
            _check(at_once or not shown.decision.admitted, "P1 durable before green", reason)
            return
        kept = position.store.record(record.epoch, record.number)
        _check(kept == record, "P1 durable before green", f"{record.name} is not on disk")
        _check(record.reason is reason, "P16 the light shows the decision", reason)
        self.promised.add(record.name)
        before = self._last_at_ms.get(record.device, 0)
        if position.clock_is_steady:
            _check(record.at_ms >= before, "T24 time never goes back", record)
        self._last_at_ms[record.device] = record.at_ms
        seen = self._seen.setdefault(position.device.id, Counter())
        self._generations(position, position.store.disk)
        if reason in ENTERED:
            self._entered(position, badge, holder, generation, shown, record)
        if badge in ("own", "old", "early") and generation > seen[holder]:
            seen[holder] = generation
        if reason is Reason.EMERGENCY and record.zone == edition.ROOM:
            self.limit_is_off = True

    def _entered(
        self, position, badge: str, holder: int, generation: int, shown: Shown, record: LogRecord
    ) -> None:
        _check(badge not in ("forged", "odd", "test"), "P6 forged never admits", badge)
        store = position.store
        disk = store.snapshot()
        row = next((each for each in disk.holders if each.holder == holder), None)
        key = next(each for each in disk.keys if each.key_id == edition.KEY_ID)
        _check(key.status is not KeyStatus.WITHDRAWN, "P6 withdrawn key never admits")
        if key.status is KeyStatus.REVOKED:
            stands_for = row.digital if row is not None and badge == "phone" else generation
            same = row is not None and row.generation == stands_for
            _check(same, "P6 revoked key needs the exact record", row)
        if row is not None:
            _check(row.status not in OUT, "P4 revocation is obeyed", row)
            if generation > row.generation:
                _check(row.status not in OUT, "P11 a re-print clears no hold", row)
            later = badge == "phone" or generation >= row.generation
            _check(later, "P5 superseded never admits", row)
        else:
            issued = self._world.issued(holder, badge)
            _check(
                disk.known_until_min <= issued, "T7 unknown issue never admits", (holder, issued)
            )
            _check(record.zone != edition.ROOM, "T8 needs_record never on the signature", holder)
        if badge == "phone":
            # Signed once and never printed: only the record says which generation it stands for.
            self.by_phone += 1
            _check(row is not None and row.digital, "P5 a phone is inert until activated", row)
            generation = row.digital
            _check(generation >= row.generation, "P5 of phone and paper the later opens", row)
        self._covered(position, disk, holder, generation)
        seen = self._seen[position.device.id]
        _check(generation >= seen[holder], "P5 superseded never admits", f"{seen[holder]} seen")
        at = record.at
        mode = disk.mode if store.local_mode() in (None, Mode.NORMAL) else store.local_mode()
        _check(mode is not Mode.FROZEN, "P4 frozen lets nobody in", mode)
        self._presence(position, disk, holder, shown, record, at)
        if record.zone == edition.ROOM:
            self._capacity(at)

    def _covered(self, position, disk, holder: int, generation: int) -> None:
        """What the server said up to the lane's cursor, read from the feed itself."""
        server = self._world.server
        history = self._world.histories.get(disk.timeline)
        if history is None or disk.cursor >= len(history):
            return
        status, newest, _ = history[disk.cursor].get(holder, (None, 0, 0))
        _check(status not in OUT, "P4 revocation is obeyed", f"feed {disk.cursor}: {status}")
        _check(generation >= newest, "P5 superseded never admits", f"feed says {newest}")
        _check(server.database is not None, "")

    def _presence(self, position, disk, holder, shown, record, at) -> None:
        steps = [reading.of_move(each) for each in disk.moves if each.holder in (holder, 0)]
        for each in position.store.records():
            if each.name != record.name and (step := reading.of_record(each)) is not None:
                steps.append(step)
        steps += self._told.get(position.device.id, ())
        policy = position.lane.policy
        if holder not in reading.inside(steps, policy, at)[record.zone]:
            return
        if policy.zones[record.zone].presence is PresenceRule.SOFT:
            flagged = Flag.ALREADY_INSIDE in shown.decision.flags
            flagged = flagged or shown.decision.reason is Reason.OVERRIDDEN
            _check(flagged, "P7 soft zones admit who is inside only with a flag", holder)
        else:
            over = shown.decision.overrides is not None
            _check(over, "P7 who is known inside is not admitted", (holder, record.name))

    def _capacity(self, at) -> None:
        if self.limit_is_off:
            return
        room = self.in_room(at)
        if len(room) > edition.CAPACITY:
            room -= self._put_back(list(self._world.all_records()), at)
        _check(
            len(room) <= edition.CAPACITY, "P9 a hard limit holds", f"{sorted(room)} in the room"
        )

    def _put_back(self, records: list[LogRecord], at) -> set[int]:
        """Whom the annulment of another door's entry puts back into the room: they never left, and
        the place they were taken to have left may be somebody's by then. No rule could keep it."""
        return self._in_room(records, at) - self._in_room(records, at, annulments=False)

    def in_room(self, at) -> set[int]:
        """Who is really there, whatever anybody knows of it."""
        return self._in_room(self._world.all_records(), at)

    def _in_room(self, records: Iterable[LogRecord], at, annulments: bool = True) -> set[int]:
        """By these records; or as if nothing had been annulled."""
        steps = [
            step
            for record in records
            if (step := reading.of_record(record)) is not None
            and (annulments or step[4] != "annulled")
        ]
        policy = edition.policy(self._world.server.version)
        return set(reading.inside(steps, policy, at)[edition.ROOM])

    def told_by_lane(self, position, message: Told) -> None:
        """A lane took what another one told it."""
        told = [each for each in message.moves if message.device in self._world.positions]
        self._told.setdefault(position.device.id, []).extend(map(reading.of_move, told))
        self._world.heard[position.device.id] |= {each.name for each in told}
        self._generations(position, position.store.disk)
        for text in message.raised:
            proof = verify(text, edition.policy(1).number, {edition.KEY_ID: edition.key()})
            if isinstance(proof, Credential):
                self.told_generation(position.device.id, proof.holder, proof.generation)

    def forgets(self, position) -> None:
        self._told.pop(position.device.id, None)

    def rogue(self, now: object, before: object) -> None:
        """What a stolen lane told: nothing of it may be kept."""
        _check(now == before, "T8 a stolen lane changes nothing", now)

    def told_generation(self, device: str, holder: int, generation: int) -> None:
        seen = self._seen.setdefault(device, Counter())
        seen[holder] = max(seen[holder], generation)

    def learnt(self, news, in_doubt: bool) -> None:
        """A lane was granted more than the server knows."""
        _check(in_doubt, "T12 a server that lost nothing forgot no grant", news)

    def stepped(self, position) -> None:
        """A lane's protocol took a step."""
        if not position.is_up:
            return
        lane, store = position.lane, position.store
        disk = store.disk
        if disk.meta.get("lan_key") != position.lan_key:  # a lane was cut off, which may have lied
            position.lan_key = disk.meta.get("lan_key")
            self.forgets(position)
        cursor = disk.meta.get("cursor")
        if lane.cursor is not None:
            _check(cursor is not None and int(cursor) == lane.cursor, "T14 cursor with its rows")
        place = disk.meta.get("timeline"), cursor
        if place != position.place:
            position.place = place
            self._generations(position, disk)
            self._same_table(position, disk)

    def _generations(self, position, disk) -> None:
        for holder, generation in position.generations.items():
            kept = disk.generations.get(holder, 0)
            _check(kept >= generation, "P5 a minimum generation never falls", holder)
        position.generations = dict(disk.generations)

    def _same_table(self, position, disk) -> None:
        for row in disk.holders.values():
            self.told_generation(position.device.id, row.holder, row.generation)
        history = self._world.histories.get(disk.meta.get("timeline", ""))
        cursor = int(disk.meta.get("cursor", 0))
        if history is None or not disk.holders or cursor >= len(history):
            return
        rows = disk.holders.values()
        table = {row.holder: (row.status, row.generation, row.digital) for row in rows}
        _check(table == history[cursor], "T14 equal cursors are equal tables", cursor)

    def answered(self, what: object, answer: object, database) -> None:
        """The server is about to answer."""
        if isinstance(what, Upload) and isinstance(answer, LogAck):
            device, epoch = what.device, what.batch.epoch
            names = ((device, epoch, n) for n in range(1, answer.acked_through + 1))
            missing = [n for n in names if n not in database.names and n not in database.odd]
            _check(not missing, "P2 acknowledged is committed", missing)
        elif isinstance(answer, bytes):
            (name,) = what.names
            _check(name in database.names, "P2 acknowledged is committed", name)
            decided = msgspec.json.decode(answer, type=Decided)
            kept = msgspec.json.decode(database.names[name][0], type=LogRecord)
            _check(kept.reason is decided.decision.reason, "P2 a retry gets the stored answer")

    def leased(self, holding, in_doubt: bool) -> None:
        """A lane gets more rights than it had."""
        _check(not in_doubt, "T12 a server in doubt grants nothing", holding)

    def taken(self, group, in_doubt: bool) -> None:
        """The server decided scans and took in records."""
        for _, record, _, answer in group.rows:
            if in_doubt and answer and record.zone == edition.ROOM and record.reason in ENTERED:
                here = Flag.ALREADY_INSIDE in record.flags
                _check(here, "T12 a server in doubt admits nobody to the room", record.name)

    def server_entered(self, badge: str, record: LogRecord) -> None:
        """The server admitted somebody itself."""
        _check(badge not in ("forged", "odd", "test"), "P6 forged never admits", badge)
        self._newest_at_server(record)
        if record.zone == edition.ROOM:
            self._capacity(record.at)

    def _newest_at_server(self, record: LogRecord) -> None:
        """By the feed it knew, and by every badge it had been shown before, in any of its lives."""
        database = self._world.server.database
        told = [row.holder for row in database.feed[: record.cursor] if row.holder is not None]
        row = next((each for each in reversed(told) if each.holder == record.holder), None)
        generation = record.generation or (row.digital if row is not None else 0)
        _check(generation, "P5 a phone is inert until activated", record.name)
        shown = [
            each.generation or 0
            for seq, each, _, answer in database.log
            if answer is not None and seq <= record.moves_through and each.holder == record.holder
        ]
        newest = max([row.generation if row is not None else 0, *shown])
        _check(generation >= newest, "P5 superseded never admits at the server", newest)

    def resumed(self, position, before: dict, after: dict) -> None:
        """A lane starts again: what it decides on is what it decided on."""
        for holder, facts in before.items():
            differ = [pair for pair in zip(facts, after[holder], strict=True) if pair[0] != pair[1]]
            where = f"{position.device.id} {holder}: {differ}"
            _check(not differ, "P15 a restart changes no facts", where)

    def clock(self, position) -> None:
        """Right after the lane heard the server's time."""
        wrong = abs(position.clock.offset_ms + position.watch.skew_ms)
        limit = (position.clock.error_ms or 0) * 2 + NOTICED_MS * 2 + 5
        _check(wrong <= limit, "T24 the clock's error is honest", f"{wrong} ms, said {limit}")

    # --- when it is over: everything healed and quiet

    def over(self, positions: Iterable, server) -> None:
        log = [row[1] for row in server.database.log]
        self._union(positions, server, log)
        self._converged(positions, server, log)
        self._rights(positions, server)
        self._reviewed(log)
        self._counted(log)
        self._replayed(server.database)

    def _union(self, positions, server, log: list[LogRecord]) -> None:
        names = Counter(record.name for record in log)
        _check(max(names.values(), default=1) == 1, "P2 exactly once", names.most_common(1))
        _check(not server.database.odd, "P3 nothing of a lane is set aside", server.database.odd)
        seqs = [row[0] for row in server.database.log]
        _check(seqs == list(range(1, len(seqs) + 1)), "T14 log positions are dense")
        feed = [row.seq for row in server.database.feed]
        _check(feed == list(range(1, len(feed) + 1)), "T14 feed positions are dense")
        kept = {record.name: record for record in log}
        devices = {position.device.id: position for position in positions}
        for position in devices.values():
            for record in position.store.records():
                _check(kept.get(record.name) == record, "P3 the log is the union", record.name)
                del kept[record.name]
            if position.is_up:
                _check(position.lane.outbox.waiting == 0, "P3 everything is acknowledged", position)
        left = [name for name in kept if name[0] in devices]
        _check(not left, "P3 the log is the union", f"nobody wrote {left}")
        lost = {name for name in self.promised if name not in names}
        _check(not lost, "P1 what was shown is in the log", lost)

    def _converged(self, positions, server, log: list[LogRecord]) -> None:
        known, now = server.intake.known, self._world.true_time()
        steps = [step for record in log if (step := reading.of_record(record)) is not None]
        naive = reading.inside(steps, known.policy, now)
        for zone in known.policy.zones:
            who = {holder for holder, _ in known.whereabouts.who(zone, now)}
            _check(who == naive[zone], "P12 who is inside is a recount of the log", (zone, who))
            _check(known.whereabouts.inside(zone, now) == len(who), "P12 inside is counted", zone)
        for position in positions:
            if not position.is_up or position.is_revoked:
                continue
            lane = position.lane
            _check(lane.cursor == known.cursor, "T14 healed lanes are level", position.device.id)
            place = position.device.id
            _check(lane.policy.version == known.policy.version, "T14 same policy", place)
            theirs = {row.holder: row.record() for row in position.store.snapshot().holders}
            _check(theirs == known.holders, "T14 equal cursors are equal tables", place)
            for zone in known.policy.zones:
                heard = {made.holder for _, made in lane._known.whereabouts.who(zone, now)}
                _check(
                    heard == naive[zone],
                    "P3 healed lanes know who is inside",
                    f"{place}: {heard} in {zone}, not {naive[zone]}",
                )

    def _rights(self, positions, server) -> None:
        """inside + rights at lanes + rights in the pool = what the room holds."""
        pool, now = server.intake.pool, self._world.true_time()
        zone = server.intake.known.policy.zones[edition.ROOM]
        known = server.intake.known.whereabouts.inside(zone.id, now)
        held = 0
        for position in positions:
            device = position.device
            if position.is_up and not position.is_revoked:
                left = position.lane.rights.left(zone.id)
                given = pool.granted[device.id, device.epoch, zone.id]
                _check(
                    left <= max(0, given - pool._used[device.id, device.epoch, zone.id]),
                    "T12 no lane has rights that nobody granted",
                    device.id,
                )
                held += left
                earlier = position.lane.rights.left_earlier
                _check(not earlier, "T12 rights of earlier enrolments go back", earlier)
        _check(held <= pool.unaccounted(zone.id), "T12 rights are conserved", held)
        if not self.limit_is_off:
            total = known + pool.unaccounted(zone.id) + pool.left(zone, *self._at(server, now))
            _check(total >= edition.CAPACITY, "T12 rights are conserved", total)
            # What was lost may count a place twice, as a right and as a person; never not at all.
            sure = not self._world.was_restored and not server.lost_a_commit
            if sure and total > edition.CAPACITY:
                log = [record for _, record, *_ in server.database.log]
                most = edition.CAPACITY + len(self._put_back(log, now))
                _check(total <= most, "T12 rights are conserved", total)

    def _at(self, server, now):
        return server.intake.known.whereabouts, now

    def _reviewed(self, log: list[LogRecord]) -> None:
        policy = edition.policy(1)
        arrived, sorted_ = Review(policy, lambda _: None), Review(policy, lambda _: None)
        for record in log:
            arrived.add(record)
        for record in sorted(log, key=lambda each: each.at_ms):
            sorted_.add(record)
        one, other = (set(each.anomalies()) for each in (arrived, sorted_))
        _check(one == other, "P8 the same pairs whatever the order", one ^ other)
        doubles = Counter(
            (each.later.device, each.later.at_ms, each.earlier.at_ms)
            for each in arrived.anomalies()
            if each.kind is AnomalyKind.DOUBLE
        )
        _check(max(doubles.values(), default=1) == 1, "P8 each double once", doubles)
        missed = self._doubles(log, policy) - set(doubles)
        _check(not missed, "P8 every double admission is reported", missed)

    def _doubles(self, log: list[LogRecord], policy) -> set[tuple[str, int, int]]:
        """Two unflagged entries in a row to one zone, by two lanes, read naively."""
        steps = [s for r in log if (s := reading.of_record(r)) is not None]
        annulled = {s[1:4] for s in steps if s[4] == "annulled"}
        flagged = {
            r.name for r in log if Flag.ALREADY_INSIDE in r.flags or r.reason is Reason.OVERRIDDEN
        }
        sweeps = [s for s in steps if s[4] == "swept"]
        last: dict[int, reading.Step] = {}
        found = set()
        for step in sorted(s for s in steps if s[4] in ("in", "out") and s[1:4] not in annulled):
            before = last.get(step[5])
            last[step[5]] = step
            if before is None or (before[4], step[4]) != ("in", "in"):
                continue
            if before[6] != step[6] or before[1] == step[1] or step[1:4] in flagged:
                continue
            at = self._world.time_of(step[0])
            if not reading._emptied(step[6], before[0], sweeps, policy, at):
                found.add((step[1], step[0], before[0]))
        return found

    def _counted(self, log: list[LogRecord]) -> None:
        """Entries and people a day, counted again the slow way."""
        policy = edition.policy(1)
        counts = Counts(policy)
        for record in log:
            counts.add(record)
        annulled = {(r.device, r.epoch, r.annuls) for r in log if r.kind is RecordKind.ANNULLED}
        entries: Counter = Counter()
        people: dict[object, set[int]] = {}
        for record in log:
            green = record.kind is RecordKind.SCAN and record.reason.opens
            if green and record.name not in annulled and record.direction is Direction.ENTRY:
                day = policy.local(record.at).date()
                entries[day, record.gate] += 1
                if record.holder is not None:
                    people.setdefault(day, set()).add(record.holder)
        for day, each in counts.days.items():
            mine = {gate: n for (of, gate), n in entries.items() if of == day}
            _check(+each.entries_gate == Counter(mine), "P12 counters equal a recount", day)
            _check(set(each.entered) == people.get(day, set()), "P12 people of a day", day)

    def _replayed(self, database) -> None:
        """Every stored decision comes out of log, feed and policies once more."""
        history = History()
        for row in database.feed:
            read = edge_lane.parse(row.policy, "feed") if row.policy is not None else None
            history.tell(row, read)
        replay = Replay(history, database.timelines)
        for seq, record, *_ in database.log:
            replay.note(seq, record)
        for seq, record, _, answer in database.log:
            again = replay.replay(seq, record, by_server=answer is not None)
            if again is None:
                continue
            self.replayed[again.outcome] += 1
            same = again.outcome is not Outcome.DIFFERS
            _check(same, "P15 replay gives the same decision", (record, again))
            told = not again.told or self._world.heard[record.device]
            _check(told, "P15 replay knows who was told anything", (record, again))
            _check(again.outcome in self._possible(), "P15 replay by positions", (record, again))

    def _possible(self) -> set[Outcome]:
        """The outcomes of a replay that the day explains."""
        found = {Outcome.DERIVED, Outcome.TOLD}
        if self._world.was_restored:
            found |= {Outcome.LOST, Outcome.SAID}
        if any(each.what == "disk fails" for each in self._world.plan.happenings):
            found.add(Outcome.SAID)
        return found
