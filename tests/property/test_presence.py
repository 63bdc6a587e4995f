"""Who is inside: the fold against a plain replay of everything that happened, in order of time."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import DeviceId, Direction, GateId, Reason, ZoneId
from gate.access.presence import Whereabouts
from tests import venue

VENUE, HALL, EXPO, ROOM = (ZoneId(z) for z in ("venue", "plenary", "expo", "high_level"))
WITHIN = {VENUE: None, HALL: VENUE, EXPO: VENUE, ROOM: HALL}
CHECKOUT = {ROOM: time(22), VENUE: time(3)}
POLICY = replace(
    venue.policy(),
    zones={
        zone: replace(venue.policy().zones[zone], within=outer, checkout=CHECKOUT.get(zone))
        for zone, outer in WITHIN.items()
    },
)
START = venue.at("07-06 18:00")
HOURS = 40


@st.composite
def logs(draw) -> list[LogRecord]:
    """Movements, annulments and sweeps of two devices; times in any order, over two nights."""
    records = []
    for device in ("a", "b"):
        for number in range(1, draw(st.integers(0, 10)) + 1):
            at = START + timedelta(minutes=30 * draw(st.integers(0, 2 * HOURS)))
            base = LogRecord(
                device=DeviceId(device), epoch=1, number=number, at_ms=int(at.timestamp() * 1000),
                gate=GateId("g"), zone=draw(st.sampled_from(list(WITHIN))),
                reason=Reason.ADMITTED, holder=draw(st.sampled_from([1, 2])),
            )  # fmt: skip
            kind = draw(st.sampled_from(["in"] * 5 + ["out"] * 3 + ["annul", "sweep", "refused"]))
            records.append(_record(draw, base, kind, records))
    return records


def _record(draw, base: LogRecord, kind: str, earlier: list[LogRecord]) -> LogRecord:
    import msgspec

    change = msgspec.structs.replace
    mine = [r for r in earlier if r.device == base.device and r.kind is RecordKind.SCAN]
    if kind == "annul" and mine:
        target = draw(st.sampled_from(mine))
        return change(base, kind=RecordKind.ANNULLED, annuls=target.number, holder=target.holder)
    if kind == "sweep":
        return change(base, kind=RecordKind.SWEPT, holder=None)
    if kind == "refused":
        return change(base, reason=Reason.WRONG_DAY)
    if kind == "out":
        return change(base, direction=Direction.EXIT, reason=Reason.EXITED)
    return base


def fold(records) -> Whereabouts:
    whereabouts = Whereabouts(POLICY)
    for record in records:
        whereabouts.add(record)
        if record.number % 2:  # what was asked before more became known changes no later answer
            whereabouts.inside(ZoneId(next(iter(WITHIN))), END)
    return whereabouts


def around(zone: ZoneId | None) -> list[ZoneId]:
    return [] if zone is None else [zone, *around(WITHIN[zone])]


def replay(records: list[LogRecord], until: datetime) -> dict[int, set[ZoneId]]:
    """Each holder's zones, walking through time: movements, sweeps and checkouts as they come."""
    annulled = {(r.device, r.annuls) for r in records if r.kind is RecordKind.ANNULLED}
    moments: list[tuple[int, int, object, object]] = []
    for r in records:
        if r.kind is RecordKind.ANNULLED or (r.device, r.number) in annulled:
            continue
        if r.kind is RecordKind.SWEPT or r.reason.opens:
            # A sweep or checkout comes before what happens at the same moment.
            moments.append((r.at_ms, r.kind is not RecordKind.SWEPT, r.name, r))
    for zone, hour in CHECKOUT.items():
        for day in range(6, 10):
            at = datetime.combine(date(2026, 7, day), hour, POLICY.time_zone)
            moments.append((int(at.timestamp() * 1000), 0, (), zone))
    inside: dict[int, set[ZoneId]] = {1: set(), 2: set()}
    for at_ms, _, _, what in sorted(moments, key=lambda m: m[:3]):
        if at_ms > until.timestamp() * 1000:
            break
        if not isinstance(what, LogRecord):
            for zones in inside.values():
                zones.discard(what)
        elif what.kind is RecordKind.SWEPT:
            for zones in inside.values():
                zones -= {z for z in WITHIN if what.zone in around(z)}
        elif what.direction is Direction.ENTRY:
            inside[what.holder] = set(around(what.zone))
        else:
            inside[what.holder] -= {z for z in WITHIN if what.zone in around(z)}
    return inside


END = START + timedelta(hours=HOURS + 1)


@given(logs())
def test_who_is_inside_equals_a_plain_replay(records):
    whereabouts, expected = fold(records), replay(records, END)
    for zone in WITHIN:
        inside = {holder for holder, zones in expected.items() if zone in zones}
        assert {holder for holder, _ in whereabouts.who(zone, END)} == inside
        assert whereabouts.inside(zone, END) == len(inside)
        for holder in (1, 2):
            seen = whereabouts.presence(zone, holder, END)
            assert (seen is not None and seen.inside) == (holder in inside)


@given(logs(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(records, dice):
    arrived = list(records)
    dice.shuffle(arrived)
    one, other = fold(records), fold(arrived)
    for zone in WITHIN:
        assert one.inside(zone, END) == other.inside(zone, END)
        for holder in (1, 2):
            assert one.presence(zone, holder, END) == other.presence(zone, holder, END)


@given(logs())
def test_another_policy_judges_the_same_movements_anew(records):
    flat = replace(POLICY, zones={z: replace(e, within=None) for z, e in POLICY.zones.items()})
    followed, fresh = fold(records), Whereabouts(flat)
    followed.follow(flat)
    for record in records:
        fresh.add(record)
    assert [followed.inside(z, END) for z in WITHIN] == [fresh.inside(z, END) for z in WITHIN]


def seen(*steps: tuple[str, str, str], at: str, zone: ZoneId = VENUE, holder: int = 1):
    """`(moment, "in"|"out"|"sweep", zone)` at one device, then the presence asked for."""
    whereabouts = Whereabouts(POLICY)
    for number, (moment, way, where) in enumerate(steps, 1):
        out = way == "out"
        whereabouts.add(
            LogRecord(
                device=DeviceId("a"), epoch=1, number=number, gate=GateId(f"gate {number}"),
                at_ms=int(venue.at(moment).timestamp() * 1000), zone=ZoneId(where), holder=1,
                kind=RecordKind.SWEPT if way == "sweep" else RecordKind.SCAN,
                direction=Direction.EXIT if out else Direction.ENTRY,
                reason=Reason.EXITED if out else Reason.ADMITTED,
            )
        )  # fmt: skip
    return whereabouts.presence(zone, holder, venue.at(at))


def test_entering_the_next_hall_leaves_the_last_without_an_exit_scan():
    steps = ("07-07 09:00", "in", "plenary"), ("07-07 10:00", "in", "expo")
    assert not seen(*steps, at="07-07 11:00", zone=HALL).inside
    assert seen(*steps, at="07-07 11:00", zone=EXPO).inside
    assert seen(*steps, at="07-07 11:00", zone=VENUE).inside


def test_an_exit_without_an_entry_is_no_presence_at_all():
    assert seen(("07-07 09:00", "out", "venue"), at="07-07 10:00") is None


def test_at_the_checkout_hour_everybody_left_and_not_a_minute_before():
    steps = (("07-07 21:00", "in", "high_level"),)
    assert seen(*steps, at="07-07 21:59", zone=ROOM).inside
    assert not seen(*steps, at="07-07 22:00", zone=ROOM).inside
    after = ("07-07 22:00", "in", "high_level")
    assert seen(*steps, after, at="07-07 22:01", zone=ROOM).inside


def test_the_day_begins_at_the_venues_midnight():
    steps = ("07-07 23:30", "in", "venue"), ("07-08 00:30", "in", "venue")
    assert seen(*steps, at="07-08 01:00").entries_today == 1
    assert seen(steps[0], at="07-07 23:59").entries_today == 1


def test_the_checkout_hour_stays_the_wall_clocks_when_summer_time_ends():
    autumn = datetime(2026, 10, 25, tzinfo=UTC)
    whereabouts = Whereabouts(POLICY)
    before = whereabouts._period(ROOM, autumn + timedelta(hours=20, minutes=59))  # 21:59 CET
    assert before != whereabouts._period(ROOM, autumn + timedelta(hours=21))
    summer = whereabouts._period(ROOM, autumn - timedelta(hours=4, minutes=1))  # 21:59 CEST
    assert summer != whereabouts._period(ROOM, autumn - timedelta(hours=4))


def test_whoever_was_inside_at_a_sweep_may_come_back_and_only_they():
    inside = ("07-07 09:00", "in", "plenary"), ("07-07 10:00", "sweep", "venue")
    left = (inside[0], ("07-07 09:30", "out", "plenary"), inside[1])
    assert seen(*inside, at="07-07 10:05", zone=HALL).swept
    assert not seen(*inside, at="07-07 10:05", zone=HALL).inside
    behind = seen(*inside, at="07-07 09:59", zone=HALL)  # a lane whose clock has not got there yet
    assert behind.inside and not behind.swept
    assert not seen(*left, at="07-07 10:05", zone=HALL).swept
    back = (*inside, ("07-07 10:10", "in", "plenary"))
    assert not seen(*back, at="07-07 10:15", zone=HALL).swept
    in_the_same_moment = (inside[1], ("07-07 10:00", "in", "plenary"))
    assert not seen(*in_the_same_moment, at="07-07 10:15", zone=HALL).swept
    assert seen(*in_the_same_moment, at="07-07 10:15", zone=HALL).inside
