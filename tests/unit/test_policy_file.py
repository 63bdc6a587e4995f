"""An organiser's file becomes a policy, or a list of what to change: file, line, key, expected."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.access.model import Direction, Kind
from gate.access.policy import PresenceRule
from gate.access.policy_file import PROBLEMS_MAX, PolicyError, parse
from gate.editions import example as example_text
from tests import venue

SMALL = """\
[edition]
id = "small"
number = 7
name = "Small conference"
place = "Here"
version = 1
time_zone = "Europe/Zurich"
epoch = 2026-01-01T00:00:00+01:00
expires = 2026-07-12T00:00:00+02:00

[event.wsis]
name = "WSIS Forum"
short = "WSIS"
colour = "#0B5FA5"
days = ["2026-07-06..2026-07-08", 2026-07-10]

[event.opening]
name = "Opening"
short = "OPEN"
colour = "#7A5900"
days = [2026-07-08]
through = ["wsis"]

[category.delegate]
name = "Delegate"
kind = "attendee"
colour = "#0B5FA5"

[category.staff]
name = "Staff"
kind = "staff"
colour = "#374151"

[zone.hall]
name = "Hall"
presence = "hard"
passback_min = 5
entries_per_day = 3
capacity = 100
capacity_hard = false
needs_record = true
second_look = ["delegate"]

[[zone.hall.admits]]
events = ["wsis", "opening"]
opens = 08:00:00
closes = 18:00:00

[[zone.hall.admits]]
events = ["wsis"]
categories = ["staff"]
days = ["2026-07-06..2026-07-07"]
opens = 05:30:00
closes = 22:00:00

[gate.main]
name = "Main door"
zone = "hall"
directions = ["entry", "exit"]
lanes = 2
"""


def problems(*changes: tuple[str, str], text: str = SMALL) -> list[str]:
    """What is said of SMALL after each (old, new)."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    with pytest.raises(PolicyError) as raised:
        parse(text, "week.toml")
    assert str(raised.value) == "\n".join(raised.value.problems)
    return list(raised.value.problems)


def test_a_line_without_end_is_refused_before_it_costs_anything():
    """One key of 100,000 parts took all the memory of the machine."""
    with pytest.raises(PolicyError, match=r"TOML: line 2 is longer than 500 characters$"):
        parse("\n" + "a" + ".a" * 100_000 + " = 1", "week.toml")


def test_a_file_of_nothing_but_mistakes_is_given_up_on():
    """Each mistake cost a walk through the whole file: 15,000 of them took minutes."""
    with pytest.raises(PolicyError) as raised:
        parse("\n".join(f"[[t{n}.x]]" for n in range(15_000)), "week.toml")
    assert len(raised.value.problems) == 21
    assert raised.value.problems[-1] == "week.toml: and 20 more"


# --- a good file


def test_every_key_of_the_file_arrives_in_the_policy():
    policy = parse(SMALL, "week.toml")
    assert (policy.edition, policy.number, policy.version) == ("small", 7, 1)
    assert str(policy.time_zone) == "Europe/Zurich"
    assert policy.days == tuple(date(2026, 7, day) for day in (6, 7, 8, 10))
    assert policy.events["opening"].through == {"wsis"}
    assert policy.categories["staff"].kind is Kind.STAFF
    hall = policy.zones["hall"]
    assert (hall.presence, hall.passback_min, hall.entries_per_day) == (PresenceRule.HARD, 5, 3)
    assert (hall.capacity, hall.capacity_hard, hall.needs_record) == (100, False, True)
    assert hall.second_look == {"delegate"}
    assert policy.gates["main"].directions == set(Direction)
    assert policy.gates["main"].lanes == 2


def test_a_row_becomes_one_rule_for_each_event_in_the_files_order():
    rules = parse(SMALL, "week.toml").zones["hall"].rules
    assert [(rule.id, rule.event) for rule in rules] == [
        ("hall/1", "wsis"), ("hall/2", "opening"), ("hall/3", "wsis"),
    ]  # fmt: skip
    assert rules[0].days == frozenset(date(2026, 7, day) for day in (6, 7, 8, 10))
    assert rules[1].days == {date(2026, 7, 8)}
    assert rules[2].days == {date(2026, 7, 6), date(2026, 7, 7)}
    assert rules[2].categories == {"staff"}
    assert rules[0].categories is None
    assert (rules[2].opens, rules[2].closes) == (time(5, 30), time(22))


def test_what_a_zone_and_a_gate_do_not_say_is_harmless():
    plain = "\n".join(
        line
        for line in SMALL.splitlines()
        if line.split(" ")[0]
        not in ("presence", "passback_min", "entries_per_day", "capacity", "capacity_hard",
                "needs_record", "second_look", "directions")
    )  # fmt: skip
    policy = parse(plain, "week.toml")
    hall = policy.zones["hall"]
    assert (hall.presence, hall.passback_min, hall.entries_per_day) == (PresenceRule.FREE, 0, None)
    assert (hall.capacity, hall.capacity_hard, hall.needs_record) == (None, True, False)
    assert hall.second_look == frozenset()
    assert policy.gates["main"].directions == {Direction.ENTRY}


def test_a_file_saved_by_a_windows_editor_is_read_as_it_is():
    assert parse("\ufeff" + SMALL.replace("\n", "\r\n"), "week.toml") == parse(SMALL, "week.toml")


# --- the edition that ships


def test_the_example_edition_holds_every_event_of_the_week():
    events = venue.policy().events
    assert {name: (e.days[0].day, e.days[-1].day, len(e.days)) for name, e in events.items()} == {
        "wsis": (6, 10, 5),
        "ai4g": (7, 10, 4),
        "dialogue": (6, 7, 2),
        "opening": (8, 8, 1),
        "high_level": (8, 9, 2),
        "ministerial": (9, 9, 1),
    }
    assert events["opening"].through == {"wsis", "ai4g"}
    assert not events["ministerial"].through, "by invitation only"


def test_the_example_edition_is_as_large_as_the_week():
    policy = venue.policy()
    assert 20 <= sum(gate.lanes for gate in policy.gates.values()) <= 28
    assert 10 <= len(policy.categories) <= 14
    assert all(gate.name != name for name, gate in policy.gates.items())
    assert str(policy.time_zone) == "Europe/Zurich"
    assert {"minister", "regulator", "escort", "media", "staff"} <= set(policy.categories)


def test_in_the_example_every_room_can_be_entered_and_the_ministers_are_looked_at():
    policy = venue.policy()
    for zone in policy.zones:
        into = [g for g in policy.gates.values() if g.zone == zone]
        assert any(Direction.ENTRY in gate.directions for gate in into), zone
    room = policy.zones["ministerial_room"]
    assert room.needs_record
    assert {"minister", "regulator", "escort"} <= room.second_look


# --- one mistake, one line that says where and what was expected

ONE_MISTAKE = [
    ("number = 7", "number = 0", "week.toml:3: edition.number: expected a whole number from 1"),
    ("number = 7", "number = true", "week.toml:3: edition.number: expected a whole number"),
    ("number = 7", 'number = "7"', "week.toml:3: edition.number: expected a whole number"),
    ('place = "Here"\n', "", "week.toml:1: edition.place: missing"),
    ('place = "Here"', 'place = " "', "week.toml:5: edition.place: expected a text in quotes"),
    ("version = 1", "version = 2147483648", "edition.version: expected a whole number from 1 to 2"),
    ('"Europe/Zurich"', '"Europe/Genf"', "edition.time_zone: expected a time zone such as Europe"),
    ('"Europe/Zurich"', '"../etc/passwd"', "edition.time_zone: expected a time zone"),
    ("epoch = 2026-01-01T00:00:00+01:00", "epoch = 2026-01-01T00:00:00",
     "week.toml:8: edition.epoch: expected a moment with UTC offset, such as 2026-07-11T00"),
    ("expires = 2026-07-12", "expires = 9999-12-31", "edition.expires: expected a year from 2000"),
    ("expires = 2026-07-12", "expires = 2025-07-12", "edition.expires: expected a moment after"),
    ("expires = 2026-07-12", "expires = 2040-07-12", "at most 65,535 hours later"),
    ("expires = 2026-07-12", "expires = 2026-07-10",
     "edition.expires: expected a day after the last event day, 2026-07-10"),
    ('colour = "#7A5900"', 'colour = "7A5900"', 'event.opening.colour: expected a colour such as'),
    ('colour = "#7A5900"', 'colour = "#FFD54F"',
     "week.toml:20: event.opening.colour: white words on #FFD54F have contrast 1.4; expected 4.5"),
    ("days = [2026-07-08]\nthrough", "days = []\nthrough", "event.opening.days: expected days"),
    ('"2026-07-06..2026-07-08"', '"2026-07-06-2026-07-08"', "found 2026-07-06-2026-07-08"),
    ('"2026-07-06..2026-07-08"', '"2026-07-08..2026-07-06"', "ends before it begins"),
    ('"2026-07-06..2026-07-08"', '"2026-07-06..2027-07-08"', "lasts over a year"),
    ('"2026-07-06..2026-07-08"', "2026-07-06T08:00:00", "found 2026-07-06 08:00:00"),
    ('through = ["wsis"]', 'through = ["wsi"]',
     "week.toml:22: event.opening.through: no event is called 'wsi'; did you mean 'wsis'?"),
    ('through = ["wsis"]', 'through = ["opening"]',
     "event.opening.through: 'opening' is itself entitled through another event"),
    ('kind = "staff"', 'kind = "steward"',
     "week.toml:31: category.staff.kind: expected one of attendee, staff, contractor, press"),
    ("version = 1", 'version = 1\ndigital_badges = "some"',
     "edition.digital_badges: expected one of inert, valid, none"),
    ('presence = "hard"', 'presence = "hart"',
     "zone.hall.presence: expected one of free, soft, hard"),
    ("capacity_hard = false", 'capacity_hard = "no"', "capacity_hard: expected true or false"),
    ("passback_min = 5", "passback_min = 1441", "zone.hall.passback_min: expected a whole number"),
    ('second_look = ["delegate"]', 'second_look = ["delegates"]',
     "zone.hall.second_look: no category is called 'delegates'; did you mean 'delegate'?"),
    ('second_look = ["delegate"]', 'second_look = "delegate"',
     "zone.hall.second_look: expected a list of names"),
    ('events = ["wsis"]', 'events = ["ai4g"]',
     "week.toml:50: zone.hall.admits[2].events: no event is called 'ai4g'; there are: opening, ws"),
    ('categories = ["staff"]', 'categories = ["stuff"]',
     "week.toml:51: zone.hall.admits[2].categories: no category is called 'stuff'; did you mean"),
    ('days = ["2026-07-06..2026-07-07"]', "days = [2026-07-09]",
     "week.toml:52: zone.hall.admits[2].days: wsis takes place on none of these days"),
    ("closes = 22:00:00", "closes = 05:30:00",
     "week.toml:54: zone.hall.admits[2].closes: expected an hour after opens, 05:30"),
    ("opens = 05:30:00", 'opens = "05:30"',
     "week.toml:53: zone.hall.admits[2].opens: expected an hour of the day such as 08:30:00"),
    ('zone = "hall"', 'zone = "halls"', "gate.main.zone: no zone is called 'halls'; did you mean"),
    ("lanes = 2", "lanes = 0", "gate.main.lanes: expected a whole number from 1 to 100"),
    ('directions = ["entry", "exit"]', 'directions = ["in"]',
     'gate.main.directions: expected ["entry"], ["exit"] or ["entry", "exit"]'),
    # typing mistakes
    ("capacity = 100", "capacitiy = 100",
     "zone.hall.capacitiy: unknown key; did you mean 'capacity'?"),
    ("lanes = 2", "lanes = 2\nwheels = 4", "gate.main.wheels: unknown key; there are: "),
    ("opens = 05:30:00", "opened = 05:30:00",
     "zone.hall.admits[2].opens: missing; is 'opened' meant to be it?"),
    ("[edition]", '[editions]\nid="x"\n[edition]', "editions: unknown key; did you mean 'edition'"),
    # names and shapes of tables
    ("[category.staff]", "[category.Staff]", "category.Staff: expected a name of small letters"),
    ("[category.staff]", "[category]\nspeaker = 5\n[category.staff]",
     "category.speaker: expected a table [category.speaker]"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), ONE_MISTAKE)
def test_a_mistake_is_named_with_its_line_its_key_and_what_was_expected(old, new, said):
    found = problems((old, new))
    assert any(said in problem for problem in found), found
    assert all(problem.startswith("week.toml") for problem in found)


@pytest.mark.parametrize(
    ("old", "new"), [(old, new) for old, new, _ in ONE_MISTAKE if "Staff]" not in new]
)
def test_one_mistake_is_one_complaint(old, new):
    """A zone with a mistake of its own still exists for the gates that lead to it."""
    assert len(problems((old, new))) == 1


def test_a_zone_that_admits_nobody_or_that_no_gate_leads_to_is_a_mistake():
    cellar = '\n[zone.cellar]\nname = "Cellar"\n'
    rule = '[[zone.cellar.admits]]\nevents = ["wsis"]\nopens = 08:00:00\ncloses = 09:00:00\n'
    assert problems(text=SMALL + cellar + rule) == [
        "week.toml:62: zone.cellar: no gate leads into it; add one or remove the zone"
    ]
    assert problems(text=SMALL + cellar)[0] == (
        "week.toml:62: zone.cellar.admits: expected at least one [[zone.cellar.admits]]"
    )
    wrong = SMALL.replace("[[zone.hall.admits]]", "[zone.hall.admits]", 1).replace(
        "[[zone.hall.admits]]", "[zone.hall.rest]"
    )
    assert "expected rows in double brackets, such as" in problems(text=wrong)[0]


def room(name: str, within: str, gate: bool = True) -> str:
    """A further zone for the end of SMALL."""
    door = f'[gate.{name}_door]\nname = "Door"\nzone = "{name}"\nlanes = 1\n' if gate else ""
    return (
        f'\n[zone.{name}]\nname = "Room"\nwithin = "{within}"\n[[zone.{name}.admits]]\n'
        f'events = ["wsis"]\nopens = 08:00:00\ncloses = 09:00:00\n{door}'
    )


def test_a_zone_lies_within_another_that_exists():
    policy = parse(SMALL + room("attic", "hall") + room("nook", "attic"), "week.toml")
    assert (policy.zones["nook"].within, policy.zones["hall"].within) == ("attic", None)
    found = problems(text=SMALL + room("attic", "hal") + room("nook", "attic"))
    assert [problem.partition(": ")[2] for problem in found] == [
        "zone.attic.within: no zone is called 'hal'; did you mean 'hall'?"
    ]


def test_zones_do_not_lie_within_each_other_in_a_circle():
    found = problems(text=SMALL + room("attic", "nook") + room("nook", "attic"))
    assert [problem.partition(": ")[2] for problem in found] == [
        "zone.attic.within: goes in a circle: attic -> nook -> attic",
        "zone.nook.within: goes in a circle: nook -> attic -> nook",
    ]
    assert "hall -> hall" in problems(('name = "Hall"', 'name = "Hall"\nwithin = "hall"'))[0]


def test_a_reason_to_override_fits_into_a_record_of_the_log():
    line = 'override_reasons = ["protocol", "late"]\n[event.wsis]'
    policy = parse(SMALL.replace("[event.wsis]", line), "week.toml")
    assert policy.override_reasons == ("protocol", "late")
    for wrong in ('["médical"]', '[""]', f'["{"x" * 65}"]', "[1]", "[]"):
        (problem,) = problems(("[event.wsis]", f"override_reasons = {wrong}\n[event.wsis]"))
        assert "edition.override_reasons: expected" in problem


# --- many mistakes


def test_many_mistakes_are_reported_at_once():
    found = problems(
        ("number = 7", "number = 70000"),
        ('through = ["wsis"]', 'through = ["wais"]'),
        ("opens = 08:00:00", "opens = 8"),
        ("closes = 22:00:00", "closes = 22:00:00\nclose = 23:00:00"),
        ("lanes = 2", "lanes = 2\nlane = 2"),
    )
    assert [problem.split(": ")[1] for problem in found] == [
        "event.opening.through",
        "zone.hall.admits[1].opens",
        "zone.hall.admits[2].close",
        "gate.main.lane",
        "edition.number",
    ]


def test_what_refers_to_a_table_with_a_mistake_of_its_own_is_not_blamed():
    assert problems(('colour = "#374151"', 'colour = "grey"')) == [
        'week.toml:32: category.staff.colour: expected a colour such as "#0B5FA5"'
    ]
    assert len(problems(('short = "WSIS"', "short = 5"))) == 1


def test_a_file_of_mistakes_says_how_many_more_there_are():
    text = SMALL + "".join(f"extra_{n} = 1\n" for n in range(PROBLEMS_MAX + 3))
    found = problems(text=text)
    assert len(found) == PROBLEMS_MAX + 1
    assert found[-1] == "week.toml: and 3 more"


def test_an_empty_file_says_what_a_policy_consists_of():
    assert problems(text="") == [
        f"week.toml: {each}: missing" for each in ("edition", "event", "category", "zone", "gate")
    ]


def test_a_file_with_only_an_edition_names_the_missing_rest_once():
    head = SMALL.partition("[event.wsis]")[0]
    assert [p.split(": ")[1] for p in problems(text=head)] == ["event", "category", "zone", "gate"]
    assert "expected a table" in problems(text="event = 5")[0] + problems(text="event = 5")[1]


@pytest.mark.parametrize("said", ["version = 1\nversion = 2", "name = ", "[[[",
                                  "x = " + "[\n" * 5000, "x = " + "1" * 5000, "\0"])  # fmt: skip
def test_a_file_that_is_no_toml_says_so(said):
    (problem,) = problems(text=said)
    assert problem.startswith("week.toml: not readable as TOML: ")


def test_lines_are_found_also_where_a_table_is_written_oddly():
    odd = SMALL.replace("[gate.main]", " [ gate . main ]  # the front door")
    assert problems(("lanes = 2", "lanes = 200"), text=odd)[0].startswith("week.toml:60: gate")
    quoted = problems(("lanes = 2", '"lanes" = 200'))
    assert quoted[0].startswith("week.toml:60: gate.main.lanes: ")


def test_a_key_of_a_table_written_in_one_line_is_still_named():
    inline = SMALL.partition("[gate.main]")[0] + (
        "[gate]\nmain = { name = 'Main', zone = 'hall', lanes = 0 }\n"
    )
    (problem,) = problems(text=inline)
    assert "gate.main.lanes: expected a whole number" in problem
    assert problem.startswith("week.toml:57: ")


# --- whatever an organiser, or an editor, makes of it


@given(st.text())
@example("epoch = 9999-12-31T23:59:59Z")
def test_any_text_gives_a_policy_or_a_list_of_problems(text):
    with pytest.raises(PolicyError):
        parse(text, "week.toml")


KEYS = [line.partition(" = ")[0] for line in SMALL.splitlines() if " = " in line]
VALUES = ["5", "-1", "true", '"x"', '""', "[]", "[[]]", "[1]", '["x"]', "{}", "08:00:00", "0.5",
          "2026-07-08", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "[{}]", "nan",
          '["0001-01-01..0001-12-31"]', '"#FFFFFF"', "[9999-12-31]"]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, len(KEYS) - 1), st.sampled_from(VALUES)), max_size=5))
def test_any_value_at_any_key_gives_a_policy_or_a_list_of_problems(changes):
    lines, places = SMALL.splitlines(), []
    places = [n for n, line in enumerate(lines) if " = " in line]
    for key, value in changes:
        lines[places[key]] = f"{KEYS[key]} = {value}"
    try:
        policy = parse("\n".join(lines), "week.toml")
    except PolicyError as error:
        assert 0 < len(error.problems) <= PROBLEMS_MAX + 1
    else:
        assert policy.gates


@given(st.integers(0, len(example_text())), st.text(max_size=3))
def test_the_example_with_anything_typed_into_it_never_ends_in_an_exception(place, typed):
    whole = example_text()
    try:
        parse(whole[:place] + typed + whole[place:], "week.toml")
    except PolicyError as error:
        assert error.problems


def test_badges_count_from_the_epoch_in_whole_minutes_and_hours_rounded_up():
    policy = parse(SMALL.replace("12T00:00:00+02:00", "12T00:00:01+02:00"), "week.toml")
    assert policy.expires_h() == int((policy.expires - policy.epoch).total_seconds() // 3600) + 1
    assert parse(SMALL, "x").expires_h() == policy.expires_h() - 1
    assert policy.minutes(policy.epoch) == 0
    at = datetime(2026, 1, 1, 0, 59, 59, tzinfo=UTC)
    assert policy.minutes(at) == 119
    assert policy.local(at) == at
    assert policy.local(at).hour == 1
