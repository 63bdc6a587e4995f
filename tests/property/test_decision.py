"""The decision against its second reading, everywhere in a small world; and mutants of it."""

import random
from pathlib import Path

import pytest

from gate.access import decide as module
from gate.access import entitlement
from gate.access.decide import CHECKS, decide, explain
from gate.access.model import Decision, Direction, Facts, GateId, Reason, Scan
from tests.property import small_world
from tests.property.mutants import load, mutants
from tests.property.small_world import POLICY, Situation, naive

WORLD = list(small_world.situations())

UNNOTICED = {
    # Equal behaviour, so nothing can notice: each with its reason.
    "argument frozen=True": "nobody assigns to the value",
    "argument slots=True": "slots only save memory",
    "constant True became False": "frozen and slots again",
    "local.time() <= closed.rule.opens": "at the opening minute itself the rule is open",
    "comparison became moment >= now": "the same: what opens now is open",
    "today <= closed.days[0]": "a day among the rule's days was answered before",
}


def test_both_readings_agree_on_every_situation():
    for situation in WORLD:
        ours = decide(situation.scan, situation.facts, situation.policy)
        assert ours == naive(situation), situation


def test_the_small_world_meets_every_reason_a_gate_can_give():
    met = {naive(situation).reason for situation in WORLD}
    only_before_the_decision = {Reason.WRONG_EDITION, Reason.UNKNOWN_KEY}
    assert met | only_before_the_decision | {Reason.RULE_ERROR} == set(Reason)


def test_an_admission_comes_from_the_last_check_only():
    for situation in WORLD[::7]:
        *before, (name, last) = explain(situation.scan, situation.facts, situation.policy)
        insists = situation.scan.override is not None
        assert all(d is None or (insists and d.reason.overridable) for _, d in before)
        assert last is not None
        admitted = last.reason in (Reason.ADMITTED, Reason.OVERRIDDEN)
        assert admitted == (name == CHECKS[-1][0])


def test_an_internal_fault_refuses():
    good = next(s for s in WORLD if naive(s).reason is Reason.ADMITTED)
    broken = Facts(good.facts.keys, {}, record=good.facts.record)
    decision = decide(good.scan, broken, POLICY)
    assert decision.reason is Reason.RULE_ERROR
    assert not decision.admitted
    *passed, last = explain(good.scan, broken, POLICY)
    assert last == ("fault", decision), "the explanation of a fault ends in the refusal"
    assert passed
    assert all(verdict is None for _, verdict in passed)


def test_no_check_that_speaks_is_a_refusal(monkeypatch):
    monkeypatch.setattr(module, "CHECKS", ())
    assert decide(WORLD[0].scan, WORLD[0].facts, POLICY).reason is Reason.RULE_ERROR
    assert [v.reason for _, v in explain(WORLD[0].scan, WORLD[0].facts, POLICY)] == ["rule_error"]


@pytest.fixture(scope="module")
def expected():
    """Situations in a seeded order, so that a mutant meets every kind of them early."""
    order = list(WORLD)
    random.Random(5).shuffle(order)
    return [(situation, naive(situation)) for situation in order]


@pytest.mark.no_cover  # millions of calls; what they reach was reached above
@pytest.mark.parametrize(("where", "least"), [(module, 80), (entitlement, 40)])
def test_every_planted_mistake_is_noticed(expected, where, least):
    survivors, planted = [], 0
    source = Path(str(where.__file__)).read_text(encoding="utf-8")
    for mutant in mutants(source):
        planted += 1
        if not _noticed(mutant, where, expected):
            survivors.append(f"line {mutant.line}: {mutant.what}")
    unexplained = [each for each in survivors if not any(known in each for known in UNNOTICED)]
    assert not unexplained, "\n".join(unexplained)
    assert planted > least


@pytest.mark.no_cover
def test_the_order_of_the_checks_matters_everywhere(expected):
    """Whichever two neighbours are swapped, or whichever check is left out, somebody notices."""
    for place in range(len(CHECKS)):
        without = CHECKS[:place] + CHECKS[place + 1 :]
        assert _differs_with(without, expected), f"without {CHECKS[place][0]}"


def _differs_with(checks, expected) -> bool:
    kept = module.CHECKS
    module.CHECKS = checks
    try:
        return any(decide(s.scan, s.facts, s.policy) != said for s, said in expected)
    finally:
        module.CHECKS = kept


def _noticed(mutant, where, expected) -> bool:
    try:
        mutated = load(mutant, where)
    except Exception:  # noqa: BLE001 - a mutant that cannot even be loaded is noticed
        return True
    if where is module:
        return _decides_otherwise(mutated, expected)
    kept = module.open_rules, module.nearest_refusal
    module.open_rules, module.nearest_refusal = mutated.open_rules, mutated.nearest_refusal
    try:
        return any(_outcome(module, s) != said for s, said in expected)
    finally:
        module.open_rules, module.nearest_refusal = kept


def _decides_otherwise(mutated, expected) -> bool:
    if any(_outcome(mutated, s) != said for s, said in expected):
        return True
    if any(_walk(mutated, s) != _walk(module, s) for s, _ in expected[:300]):
        return True
    scan = Scan(small_world.GOOD, GateId("o"), Direction.ENTRY, small_world.NOON)
    no_profiles = Situation(scan, Facts({1: small_world.KEY}, {}))
    if _outcome(mutated, no_profiles) != decide(no_profiles.scan, no_profiles.facts, POLICY):
        return True
    if _walk(mutated, no_profiles) != _walk(module, no_profiles):
        return True
    mutated.CHECKS = ()
    return _outcome(mutated, no_profiles) != Decision(Reason.RULE_ERROR, "no check spoke")


def _walk(some, situation: Situation):
    try:
        return list(some.explain(situation.scan, situation.facts, situation.policy))
    except Exception as error:  # noqa: BLE001
        return type(error)


def _outcome(mutated, situation: Situation):
    try:
        return mutated.decide(situation.scan, situation.facts, situation.policy)
    except Exception as error:  # noqa: BLE001 - `decide` promises never to raise
        return error
