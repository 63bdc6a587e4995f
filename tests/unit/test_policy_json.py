"""The policy as JSON says everything the policy says."""

import json
from dataclasses import fields, replace
from datetime import UTC

import pytest

from gate.access.policy import Event, Gate, Policy, Rule, Zone
from gate.access.policy_json import policy_json
from tests import venue


def test_every_value_of_the_policy_is_there_under_its_name():
    said = json.loads(policy_json(venue.policy()))
    assert set(said) == {each.name for each in fields(Policy)}
    parts = {
        "events": Event, "zones": Zone, "gates": Gate
    }  # fmt: skip
    for name, kind in parts.items():
        for each in said[name].values():
            assert set(each) == {field.name for field in fields(kind)}
    rules = [rule for zone in said["zones"].values() for rule in zone["rules"]]
    assert all(set(rule) == {field.name for field in fields(Rule)} for rule in rules)
    assert said["time_zone"] == "Europe/Zurich"
    assert said["zones"]["venue"]["checkout"] == "03:00:00"


def test_a_time_zone_without_a_name_is_a_mistake_with_a_message():
    with pytest.raises(TypeError, match="time zone"):
        policy_json(replace(venue.policy(), time_zone=UTC))
