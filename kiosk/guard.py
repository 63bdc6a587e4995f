"""What a guard or supervisor does at a lane beside scanning: confirm, override, undo, open, turn.

The page only asks; here it is decided whether it may be. A supervisor says so by PIN, or by the
next badge presented within ASK_S. Used from the lane's one deciding thread.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.model import Direction, Mode, Override, Reason
from gate.access.wire import SCAN_CHARS_MAX, Supervisor
from gate.edge.acts import NotAnnulled
from gate.edge.lane import Lane, Shown
from gate.words.words import Words

AGAIN_WITHIN = timedelta(seconds=60)
"""So long after a refusal its badge may still be confirmed or overridden without a new scan."""
ASK_S = 20.0


class What(StrEnum):
    LOOKED = "looked"
    """The guard compared the person: the last badge again."""
    OVERRIDE = "override"
    UNDO = "undo"
    OPEN = "emergency_open"
    FREEZE = "frozen"
    NORMAL = "normal"
    TURN = "turn"
    """Entry becomes exit, or back."""


_BY_SUPERVISOR = frozenset(What) - {What.LOOKED, What.UNDO}
_MODES = {What.OPEN: Mode.EMERGENCY_OPEN, What.FREEZE: Mode.FROZEN, What.NORMAL: Mode.NORMAL}


class Act(msgspec.Struct, frozen=True):
    """`pin` or `badge` say who the supervisor is; with neither, the next badge does."""

    what: What
    pin: Annotated[str, Meta(max_length=12)] = ""
    badge: Annotated[str, Meta(max_length=SCAN_CHARS_MAX)] = ""
    why: Annotated[str, Meta(max_length=64)] = ""


@dataclass(frozen=True, slots=True)
class Done:
    """`scan`: a badge was decided anew; `ask`: now the supervisor's badge is waited for."""

    good: bool
    words: str
    scan: Shown | None = None
    ask: bool = False


class Guard:
    def __init__(self, lane: Lane, words: Words) -> None:
        self._lane = lane
        self._words = words
        self._last: tuple[str, Shown] | None = None
        self._admitted: int | None = None
        """Number of the last admission here, as long as it can be undone."""

    def scanned(self, text: str, shown: Shown) -> None:
        """What was last presented."""
        self._last = (text, shown)
        if shown.record is not None and shown.decision.admitted:
            self._admitted = shown.record.number

    def refused(self, at: datetime) -> str | None:
        """The text of the badge just refused, if somebody may have to compare its person."""
        shown = self._recent(at)
        return self._last[0] if self._last and shown and shown.decision.reason.overridable else None

    def may(self, at: datetime) -> tuple[What, ...]:
        """What makes sense now, for the page to offer."""
        offered = []
        if (shown := self._recent(at)) is not None:
            if shown.decision.reason is Reason.SECOND_LOOK:
                offered.append(What.LOOKED)
            if shown.decision.reason.overridable and self._reasons():
                offered.append(What.OVERRIDE)
        if self._admitted is not None:
            offered.append(What.UNDO)
        offered.append(What.NORMAL if self._lane.mode is not Mode.NORMAL else What.FREEZE)
        if self._lane.mode is not Mode.EMERGENCY_OPEN:
            offered.append(What.OPEN)
        if self._both_ways():
            offered.append(What.TURN)
        return tuple(offered)

    def do(self, act: Act, at: datetime) -> Done:
        """Never raises for what was asked; the words say what came of it."""
        if act.what is What.UNDO:
            return self._undo(at)
        if act.what is What.LOOKED:
            return self._again(at, None)
        if act.why not in self._reasons() and act.what is What.OVERRIDE:
            return Done(False, self._words.say("lane-why-needed"))
        if not act.pin and not act.badge:
            return Done(True, self._words.say("lane-ask-supervisor"), ask=True)
        supervisor = self._lane.supervisor(at, act.pin, act.badge)
        if supervisor is None:
            return Done(False, self._not_accepted(at))
        return self._by(supervisor, act, at)

    def not_turned(self, at: datetime) -> Done:
        """The turnstile did not turn: nobody went in on the last admission."""
        return self._undo(at, why="not turned")

    def _by(self, supervisor: Supervisor, act: Act, at: datetime) -> Done:
        lane = self._lane
        if act.what is What.OVERRIDE:
            return self._again(at, Override(supervisor.number, act.why))
        if act.what is What.TURN:
            if not self._both_ways():
                return Done(False, self._words.say("lane-one-way"))
            lane.turn()
            return Done(True, self._words.say(f"lane-{lane.direction}"))
        lane.set_mode(_MODES[act.what], at, supervisor.number)
        return Done(True, self._words.say(f"lane-mode-{lane.mode.replace('_', '-')}"))

    def _again(self, at: datetime, override: Override | None) -> Done:
        if self._last is None or self._recent(at) is None:
            return Done(False, self._words.say("lane-scan-again"))
        text = self._last[0]
        shown = self._lane.scan(text, at, looked=True, override=override)
        self.scanned(text, shown)
        return Done(shown.decision.admitted, "", scan=shown)

    def _undo(self, at: datetime, why: str = "") -> Done:
        number, self._admitted = self._admitted, None
        if number is None:
            return Done(False, self._words.say("lane-undo-no-admission"))
        found = self._lane.annul(number, at, why=why)
        if isinstance(found, NotAnnulled):
            return Done(False, self._words.say(f"lane-undo-{found.replace('_', '-')}"))
        self._last = None
        return Done(True, self._words.say("lane-undone"))

    def _recent(self, at: datetime) -> Shown | None:
        """The last refusal, as long as its person still stands there."""
        if self._last is None or self._last[1].decision.admitted:
            return None
        return self._last[1] if at - self._last[1].at <= AGAIN_WITHIN else None

    def _reasons(self) -> tuple[str, ...]:
        policy = self._lane.policy
        return policy.override_reasons if policy and policy.overrides_per_hour else ()

    def _both_ways(self) -> bool:
        policy = self._lane.policy
        gate = policy.gates.get(self._lane.gate) if policy else None
        return gate is not None and gate.directions == frozenset(Direction)

    def _not_accepted(self, at: datetime) -> str:
        until = self._lane.supervision.locked_until(at)
        if until is None or self._lane.policy is None:
            return self._words.say("lane-not-a-supervisor")
        when = self._words.moment(until, self._lane.policy, at)
        return self._words.say("lane-pin-locked", {"when": when})
