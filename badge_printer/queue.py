"""What may happen to a print job, and what it becomes: pure transitions, no IO and no clock.

The rule everything here serves: a job whose bytes may have reached a printer is never sent again
by itself. It goes back to `queued` only on proof that nothing was printed (`NotSent`, `NeverCame`)
or on a person's answer (`Settle`). It ends as `printed` only when the printer or a person said so.
"""

from dataclasses import dataclass
from enum import StrEnum

import msgspec


class State(StrEnum):
    QUEUED = "queued"
    """Here only; no printer has seen it."""
    SENT = "sent"
    """On its way: written down before the first byte leaves."""
    PRINTING = "printing"
    """The printer says that it works on it."""
    PRINTED = "printed"
    FAILED = "failed"
    """No badge came out; `why` says what stopped it."""
    IN_DOUBT = "in_doubt"
    """Only a person can say whether a badge came out."""

    @property
    def ended(self) -> bool:
        return self in (State.PRINTED, State.FAILED)

    @property
    def at_printer(self) -> bool:
        return self in (State.SENT, State.PRINTING)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One badge to print once. `printer_job` is the printer's own name for it, once known."""

    id: int
    key: str
    """The asker's own name for the request: asking twice with one key prints once."""
    printer: str
    state: State
    why: str = ""
    code: str
    holder: int
    generation: int
    text_hash: str
    who: str
    """The name on the badge, for the desk; wiped some time after the end."""
    printer_job: str = ""
    attempt: int = 0
    made_at_ms: int
    changed_at_ms: int

    @property
    def name(self) -> str:
        """What the job is called at the printer: a new name for each attempt, so that asking the
        printer for it cannot find an older one."""
        return f"badge-{self.key}-{self.attempt}"


@dataclass(frozen=True, slots=True)
class Take:
    """It is about to be sent."""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The printer was not reached, or answered that it took nothing."""

    why: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The printer has it, under this name."""

    printer_job: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot be printed like this, and trying again will not help."""

    why: str


@dataclass(frozen=True, slots=True)
class Started:
    """The printer says that it works on it."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The printer says that it is done."""


@dataclass(frozen=True, slots=True)
class NeverCame:
    """The printer is certain that it never had this job."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody can say any more what became of it at the printer."""

    why: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """A person wants it stopped. Printers often print a cancelled job all the same."""


@dataclass(frozen=True, slots=True)
class Settle:
    """A person's answer to "did a badge come out?"; `again` queues it once more if it did not."""

    came_out: bool
    again: bool = False
    printer: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    printer: str


Event = (
    Take | NotSent | Accepted | Refused | Started | Finished | NeverCame | Lost
    | Cancel | Settle | Move
)  # fmt: skip


class Why(StrEnum):
    """What a job's `why` begins with where we know it; then perhaps a colon and the printer's own
    words. Pages have the words of each, in their reader's language."""

    CANCELLED = "cancelled"
    """By a person; printers often finish such a badge."""
    NO_BADGE = "no_badge"
    """A person looked, and none had come out."""
    CANNOT_SAY = "cannot_say"
    """The printer does not know whether it got this badge."""
    TOO_OLD = "too_old"
    """It waited here for more than twelve hours."""
    STOPPED = "stopped"
    """At the printer."""
    FORGOTTEN = "forgotten"
    """The printer no longer knows this job."""
    NO_PRINTER = "no_printer"
    """The station's settings name none."""


class Instead(StrEnum):
    """What to do first, where a job's state does not allow something."""

    AT_PRINTER = "at_printer"
    IN_DOUBT = "in_doubt"
    STILL_HERE = "still_here"
    CANCEL_FIRST = "cancel_first"
    ENDED = "ended"
    NEVER = "never"


class NotPossible(Exception):
    """The job's state does not allow this; the message, and `instead`, say what to do instead."""

    def __init__(self, instead: Instead, words: str) -> None:
        super().__init__(words)
        self.instead = instead


def after(job: Job, event: Event, at_ms: int) -> Job:
    """The job after an event. Raises NotPossible and changes nothing."""
    changes = _changes(job, event)
    if changes is None:
        raise NotPossible(*_instead(job, event))
    return msgspec.structs.replace(job, **changes, changed_at_ms=at_ms)


def _changes(job: Job, event: Event) -> dict[str, object] | None:
    match job.state:
        case State.QUEUED:
            return _queued(job, event)
        case State.SENT | State.PRINTING:
            return _at_printer(job, event)
        case State.IN_DOUBT:
            return _in_doubt(job, event)
        case State.PRINTED | State.FAILED:
            return None


def _queued(job: Job, event: Event) -> dict[str, object] | None:
    match event:
        case Take():
            return {"state": State.SENT, "why": "", "printer_job": "", "attempt": job.attempt + 1}
        case Refused(why):
            return {"state": State.FAILED, "why": why}
        case Cancel():
            return {"state": State.FAILED, "why": Why.CANCELLED}
        case Move(printer):
            return {"printer": printer, "why": ""}
    return None


def _at_printer(job: Job, event: Event) -> dict[str, object] | None:
    if not job.printer_job and (changes := _unanswered(event)):
        return changes
    match event:
        case Refused(why):  # also long after it was taken: a document it cannot read
            return {"state": State.FAILED, "why": why}
        case Started() if job.printer_job and job.state is State.SENT:
            return {"state": State.PRINTING}
        case Finished() if job.printer_job:
            return {"state": State.PRINTED, "why": ""}
        case Lost(why):
            return {"state": State.IN_DOUBT, "why": why}
        case Cancel():
            return {"state": State.IN_DOUBT, "why": Why.CANCELLED}
    return None


def _unanswered(event: Event) -> dict[str, object] | None:
    """While it is being sent, and afterwards until the printer has been found to have it."""
    match event:
        case NotSent(why):
            return {"state": State.QUEUED, "why": why}
        case NeverCame():
            return {"state": State.QUEUED, "why": ""}
        case Accepted(printer_job):
            return {"printer_job": printer_job}
    return None


def _in_doubt(job: Job, event: Event) -> dict[str, object] | None:
    """News that was under way when the job was cancelled still counts, if it settles the doubt."""
    match event:
        case Settle(came_out=True):
            return {"state": State.PRINTED, "why": ""}
        case Settle(again=True, printer=printer):
            return {
                "state": State.QUEUED,
                "why": "",
                "printer": printer or job.printer,
                "printer_job": "",
            }
        case Settle():
            return {"state": State.FAILED, "why": job.why or Why.NO_BADGE}
        case Accepted(printer_job) if not job.printer_job:
            return {"printer_job": printer_job}
        case NotSent() | NeverCame() | Refused() if not job.printer_job:
            return {"state": State.FAILED, "why": job.why}
    return None


def _instead(job: Job, event: Event) -> tuple[Instead, str]:
    match event, job.state:
        case Move(), State.SENT | State.PRINTING:
            return Instead.AT_PRINTER, (
                "it is at the printer already: cancel it first, then say whether a badge came out"
            )
        case ((Move() | Cancel()), State.IN_DOUBT):
            return Instead.IN_DOUBT, "say first whether a badge came out"
        case Settle(), State.QUEUED:
            return Instead.STILL_HERE, "it still waits here: no badge can have come out"
        case Settle(), State.SENT | State.PRINTING:
            return Instead.CANCEL_FIRST, "it is at the printer: cancel it first"
        case _, State.PRINTED | State.FAILED:
            return Instead.ENDED, f"it has ended: {job.state}"
    return Instead.NEVER, f"a job that is {job.state} cannot {type(event).__name__}"
