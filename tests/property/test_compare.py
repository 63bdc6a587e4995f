"""A change of policy is foretold exactly: at every minute, for every profile, as `decide` says."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.access.compare import approved, compare, digital_changes
from gate.access.decide import decide
from gate.access.model import (
    DigitalBadges,
    EventId,
    GateId,
    Holder,
    HolderRecord,
    Status,
    ZoneId,
)
from gate.access.policy import Policy
from gate.access.policy_file import parse
from gate.editions import example
from tests import venue

BEFORE = venue.policy()
PROFILES = [
    venue.profile("delegate", "dialogue", 1),
    venue.profile("delegate", "wsis ai4g", 2),
    venue.profile("minister", "wsis ministerial", 3),
    venue.profile("exhibitor", "ai4g:8,9,10", 4),
]
GATES = {ZoneId(z): GateId(g) for z, g in {
    "venue": "north_1", "plenary": "plenary_east", "expo": "expo_door",
    "ministerial_room": "ministerial_door"}.items()}  # fmt: skip


@st.composite
def changed(draw) -> Policy:
    """The example week with one rule of one zone moved, narrowed, or taken away."""
    name = draw(st.sampled_from(sorted(GATES)))
    zone = BEFORE.zones[name]
    place = draw(st.integers(0, len(zone.rules) - 1))
    rule = zone.rules[place]
    match draw(st.sampled_from(["hours", "category", "days", "gone"])):
        case "hours":
            opens = draw(st.integers(6, 12))
            closes = draw(st.integers(opens + 1, 23))
            rules = [replace(rule, opens=time(opens, 15), closes=time(closes, 45))]
        case "category":
            kept = frozenset(list(BEFORE.categories)[: draw(st.integers(1, 14))])
            rules = [replace(rule, categories=kept)]
        case "days":
            rules = [replace(rule, days=frozenset(sorted(rule.days)[:1]))]
        case _:
            rules = []
    new = replace(zone, rules=(*zone.rules[:place], *rules, *zone.rules[place + 1 :]))
    return replace(BEFORE, zones={**BEFORE.zones, name: new})


@settings(max_examples=40, deadline=None)
@given(changed(), st.integers(0, 24 * 60 * 5 - 1), st.sampled_from(sorted(GATES)))
def test_the_comparison_says_at_any_minute_what_decide_then_does(after, minute, zone):
    at = datetime.combine(BEFORE.days[0], time(0), BEFORE.time_zone) + timedelta(minutes=minute)
    foretold = {
        number: each.admitted_after
        for each in compare(BEFORE, after, PROFILES)
        if each.zone == zone and each.day == at.date() and each.opens <= at.time() < each.closes
        for number in each.profiles
    }
    for profile in PROFILES:
        was, will = (
            decide(*approved(p, profile, GATES[zone], at), p).admitted for p in (BEFORE, after)
        )
        assert foretold.get(profile.number) == (will if was != will else None)


def test_the_same_policy_changes_nothing():
    assert list(compare(BEFORE, BEFORE, PROFILES)) == []


def test_a_dialogue_that_ends_a_day_early_shuts_its_people_out_on_that_day():
    text = example().replace('days = ["2026-07-06..2026-07-07"]', "days = [2026-07-06]", 1)
    after = parse(text, "new")
    lost = [c for c in compare(BEFORE, after, PROFILES) if not c.admitted_after]
    assert {(c.zone, c.day.day) for c in lost if 1 in c.profiles} >= {("venue", 7)}
    assert not any(2 in c.profiles for c in lost)


def test_a_zone_that_is_new_admits_whom_it_names():
    zones = {z: each for z, each in BEFORE.zones.items() if z != "expo"}
    gates = {g: each for g, each in BEFORE.gates.items() if each.zone != "expo"}
    without = replace(BEFORE, zones=zones, gates=gates)
    gained = list(compare(without, BEFORE, PROFILES))
    assert gained and all(c.admitted_after and c.zone == "expo" for c in gained)


def test_an_event_that_is_gone_admits_nobody():
    events = {e: each for e, each in BEFORE.events.items() if e != EventId("ministerial")}
    room = BEFORE.zones[ZoneId("ministerial_room")]
    after = replace(BEFORE, events=events, zones={**BEFORE.zones, room.id: replace(room, rules=())})
    assert all(not c.admitted_after for c in compare(BEFORE, after, PROFILES))


def test_an_event_that_is_gone_takes_nobodys_other_events_away():
    events = {e: each for e, each in BEFORE.events.items() if e != EventId("ministerial")}
    room = BEFORE.zones[ZoneId("ministerial_room")]
    after = replace(BEFORE, events=events, zones={**BEFORE.zones, room.id: replace(room, rules=())})
    lost = {(c.zone, number) for c in compare(BEFORE, after, PROFILES) for number in c.profiles}
    assert lost == {("ministerial_room", 3)}, "the minister still enters by wsis"


def test_whose_digital_badge_changes_is_told_of_every_holder_there_can_be():
    """By the table of the policy's own words, not by `decide`: one badge per person is good."""

    def good(may: DigitalBadges, generation: int, digital: int) -> bool:
        if may is DigitalBadges.NONE:
            return False
        counts_as = digital or (1 if may is DigitalBadges.VALID else 0)
        return 0 < counts_as == generation

    states = [(g, d) for g in range(1, 4) for d in range(g + 1)]
    changes = 0
    for was, will in product(DigitalBadges, repeat=2):
        before, after = (replace(BEFORE, digital_badges=may) for may in (was, will))
        for (generation, digital), status in product(states, Status):
            record = HolderRecord(Holder(1), generation, 1, status, digital=digital)
            told = [now for _, now in digital_changes(before, after, [record])]
            then, now = good(was, generation, digital), good(will, generation, digital)
            differs = then != now and status is Status.APPROVED
            assert told == ([now] if differs else []), (was, will, record)
            changes += differs
    assert changes == 2 * (1 + 3 + 4)
