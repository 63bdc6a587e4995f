"""Why a badge would open a gate at a moment, or not: every check's verdict. Stores nothing."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.decide import explain as walk
from gate.access.ledger import AT_MS_MAX
from gate.access.model import Direction, GateId, Reason
from gate.access.wire import SCAN_CHARS_MAX
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope
from gate.server.store import registrations as store
from gate.words.words import Words


class Question(msgspec.Struct, frozen=True):
    """A registration's newest badge, or any QR text; at a gate; at a moment."""

    gate: Annotated[str, Meta(max_length=64)]
    at_ms: Annotated[int, Meta(ge=0, le=AT_MS_MAX)]
    direction: Direction = Direction.ENTRY
    registration: Annotated[str, Meta(max_length=64)] = ""
    badge: Annotated[str, Meta(max_length=SCAN_CHARS_MAX)] = ""


class Check(msgspec.Struct, frozen=True):
    check: str
    verdict: str


class Explanation(msgspec.Struct, frozen=True):
    """The checks in their order, up to the one that decides."""

    admitted: bool
    reason: Reason
    words: str
    steps: tuple[Check, ...]


async def explain(call: Call) -> Explanation:
    question, service = call.body, call.service
    assert isinstance(question, Question)
    text = question.badge or await _newest_badge(call, question.registration)
    at = datetime.fromtimestamp(question.at_ms / 1000, UTC)
    scan, facts = service.appender.known.case(text, GateId(question.gate), question.direction, at)
    steps = list(walk(scan, facts, service.policy))
    decision = steps[-1][1]
    assert decision is not None
    return Explanation(
        admitted=decision.admitted,
        reason=decision.reason,
        words=Words("en").decision(decision, service.policy, at),
        steps=tuple(
            Check(name, f"{said.reason} ({said.rule})" if said else "passes")
            for name, said in steps
        ),
    )


async def _newest_badge(call: Call, code: str) -> str:
    service = call.service
    stored = await store.one(service.pool, service.policy.edition, code)
    if stored is None:
        raise Refused(404, "No such registration", f"there is none with the code {code!r}")
    text = await store.badge_text(
        service.pool, service.policy.edition, stored.holder, stored.generation
    )
    if text is None:
        raise Refused(404, "No badge", f"{code} is {stored.registration.status}: never signed")
    return text


ROUTES = (
    Route(
        "POST",
        "/api/v1/editions/{edition}/explain",
        explain,
        Permission.READ_PEOPLE,
        Scope.PATH,
        "Why a badge opens a gate at a moment, or not",
        Explanation,
        body=Question,
        errors=(404,),
    ),
)
