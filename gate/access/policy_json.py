"""A policy as JSON, for programs that decide without the reader of policy files (the phone page).

Sets become lists in no particular order, days and hours ISO 8601 texts, the time zone its name.
"""

from datetime import tzinfo
from zoneinfo import ZoneInfo

import msgspec

from gate.access.policy import Policy


def policy_json(policy: Policy) -> str:
    """Every value of the policy under its own name. Raises TypeError for a nameless time zone."""
    return msgspec.json.encode(policy, enc_hook=_zone_name).decode()


def _zone_name(value: object) -> str:
    if isinstance(value, ZoneInfo) and value.key:
        return value.key
    kind = "time zone" if isinstance(value, tzinfo) else type(value).__name__
    raise TypeError(f"a policy with this {kind} has no JSON: {value!r}")
