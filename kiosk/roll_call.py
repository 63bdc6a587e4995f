"""The roll-call of a lane's zone as a page of text: made without a network, for a clipboard."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from gate.access.badge_number import number
from gate.access.ledger import Move
from gate.access.policy import Policy
from gate.words.words import Words


def roll_call(
    inside: Sequence[Move], policy: Policy | None, words: Words, at: datetime, fresh: str
) -> str:
    """A line for each person: badge number, gate and time of entry; before them how fresh each
    gate's word is. A lane knows no names; the badge's number stands on every badge."""
    if policy is None:
        return words.say("lane-never-synced") + "\n"
    local = policy.local(at)
    lines = [
        f"{words.say('lane-roll-call')}  {local:%Y-%m-%d %H:%M:%S}  "
        f"{words.say('lane-in-zone', {'n': len(inside)})}",
        fresh,
    ]
    newest: dict[str, datetime] = {}
    for each in inside:
        newest[each.gate] = max(newest.get(each.gate, each.at), each.at)
    entered: Counter[str] = Counter(each.gate for each in inside)
    lines += [
        f"  {_gate(gate, policy):<24} {entered[gate]:>6}  {policy.local(newest[gate]):%H:%M:%S}"
        for gate in sorted(newest)
    ]
    lines.append("")
    lines += [
        f"{number(each.holder)}  {_gate(each.gate, policy):<24} {policy.local(each.at):%H:%M}"
        for each in inside
    ]
    return "\n".join(lines) + "\n"


def _gate(gate: str, policy: Policy) -> str:
    return next((g.name for g in policy.gates.values() if g.id == gate), gate)
