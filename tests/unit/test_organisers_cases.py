"""Every case of the organisers' tables, decided and put into words."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from gate.access.credential import verify
from gate.access.decide import decide, explain
from gate.access.model import (
    Direction,
    GateId,
    HolderRecord,
    Mode,
    Override,
    Presence,
    Reason,
    Status,
)
from gate.words.words import Words
from tests import venue

FOLDER = Path(__file__).parents[1] / "cases"
KEYS = {
    "name", "badge", "gate", "at", "answer", "words", "record", "looked", "direction", "mode",
    "generation", "active_generation", "issued_before_snapshot", "text", "attention", "override",
    "overrides", "entered", "left", "places_left",
}  # fmt: skip


def cases() -> list[dict[str, object]]:
    return [
        case
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def situation(case: dict[str, object]):
    category, _, events = str(case.get("badge", "delegate")).partition(" ")
    scan = venue.scan(
        str(case["gate"]),
        str(case["at"]),
        Direction(case.get("direction", "entry")),
        generation=case.get("generation", 1),
        kind=venue.policy().categories[category].kind,
    )
    if "text" in case:
        scan = replace(scan, presented=verify(case["text"], venue.policy().number, {}))
    if "override" in case:
        assert case["override"] in venue.policy().override_reasons
        scan = replace(scan, override=Override(7, case["override"]))
    known_until = venue.ISSUED_MIN + (1 if case.get("issued_before_snapshot") else 0)
    facts = venue.facts(
        category,
        events,
        record=_record(case),
        known_until_min=known_until,
        looked=case.get("looked", False),
        mode=Mode(case.get("mode", "normal")),
        presence=_presence(case),
        places_left=case.get("places_left"),
    )
    return scan, facts


def _record(case: dict[str, object]) -> HolderRecord | None:
    status = case.get("record", "approved")
    if status == "none":
        return None
    generation = int(case.get("active_generation", 1))
    return venue.record(Status(status), generation, attention=tuple(case.get("attention", ())))


def _presence(case: dict[str, object]) -> Presence | None:
    if "entered" not in case:
        return None
    moment, _, gate = str(case["entered"]).rpartition(" ")
    return Presence(not case.get("left", False), venue.at(moment), GateId(gate), entries_today=1)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_gate_answers_as_the_organisers_wrote(case):
    assert set(case) <= KEYS, "a key nobody reads"
    scan, facts = situation(case)
    decision = decide(scan, facts, venue.policy())
    assert decision.reason == Reason(case["answer"])
    assert decision.overrides == case.get("overrides")
    if "attention" in case:
        assert decision.attention == tuple(case["attention"])
    if "words" in case:
        assert Words("en").decision(decision, venue.policy(), scan.at) == case["words"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_explanation_ends_with_the_decision(case):
    scan, facts = situation(case)
    steps = list(explain(scan, facts, venue.policy()))
    assert steps[-1][1] == decide(scan, facts, venue.policy())
    earlier = [verdict for _, verdict in steps[:-1] if verdict is not None]
    assert not earlier or "override" in case, "only an override passes a refusal on"
    assert all(verdict.reason.overridable for verdict in earlier)


def test_there_are_enough_cases_and_no_name_twice():
    names = [case["name"] for case in cases()]
    assert len(names) == len(set(names)) >= 40
