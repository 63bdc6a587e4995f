"""Every case of the organisers' tables, decided and put into words."""

import tomllib
from pathlib import Path

import pytest

from gate.access.decide import decide, explain
from gate.access.model import Direction, Mode, Reason, Status
from gate.words.words import Words
from tests import venue

FOLDER = Path(__file__).parents[1] / "cases"
KEYS = {
    "name", "badge", "gate", "at", "answer", "words", "record", "looked", "direction", "mode",
    "generation", "active_generation", "issued_before_snapshot",
}  # fmt: skip


def cases() -> list[dict[str, object]]:
    return [
        case
        for path in sorted(FOLDER.glob("*.toml"))
        for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    ]


def situation(case: dict[str, object]):
    category, _, events = str(case["badge"]).partition(" ")
    scan = venue.scan(
        str(case["gate"]),
        str(case["at"]),
        Direction(case.get("direction", "entry")),
        generation=case.get("generation", 1),
        kind=venue.policy().categories[category].kind,
    )
    status = case.get("record", "approved")
    known_until = venue.ISSUED_MIN + (1 if case.get("issued_before_snapshot") else 0)
    facts = venue.facts(
        category,
        events,
        record=None
        if status == "none"
        else venue.record(Status(status), int(case.get("active_generation", 1))),
        known_until_min=known_until,
        looked=case.get("looked", False),
        mode=Mode(case.get("mode", "normal")),
    )
    return scan, facts


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_gate_answers_as_the_organisers_wrote(case):
    assert set(case) <= KEYS, "a key nobody reads"
    scan, facts = situation(case)
    decision = decide(scan, facts, venue.policy())
    assert decision.reason == Reason(case["answer"])
    if "words" in case:
        assert Words("en").decision(decision, venue.policy(), scan.at) == case["words"]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["name"])
def test_the_explanation_ends_with_the_decision(case):
    scan, facts = situation(case)
    steps = list(explain(scan, facts, venue.policy()))
    assert steps[-1][1] == decide(scan, facts, venue.policy())
    assert all(verdict is None for _, verdict in steps[:-1])


def test_there_are_enough_cases_and_no_name_twice():
    names = [case["name"] for case in cases()]
    assert len(names) == len(set(names)) >= 40
