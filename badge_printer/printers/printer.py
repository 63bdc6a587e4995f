"""What the station needs of any printer, whatever language it speaks."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Condition(StrEnum):
    """What is the matter with a printer, worst first."""

    OFFLINE = "offline"
    COVER_OPEN = "cover_open"
    JAM = "jam"
    PAPER_OUT = "paper_out"
    SUPPLY_OUT = "supply_out"
    PAUSED = "paused"
    OUTPUT_FULL = "output_full"
    UNSUITABLE = "unsuitable"
    """It cannot print these badges: other paper, another language, or dots too coarse."""
    ATTENTION = "attention"
    """Something else that stops it; the printer's own words say what."""
    STALLED = "stalled"
    """It has a job, names no trouble, and nothing moves."""
    WRONG_PAPER = "wrong_paper"
    COARSE = "coarse"
    """It prints the code with fewer dots a module than are wanted."""
    PAPER_LOW = "paper_low"
    SUPPLY_LOW = "supply_low"
    NOTICE = "notice"

    @property
    def stops(self) -> bool:
        """Whether nothing should be sent to a printer in this condition."""
        return self in _STOPS


_STOPS = frozenset(tuple(Condition)[: tuple(Condition).index(Condition.STALLED)])


@dataclass(frozen=True, slots=True)
class Status:
    """A printer's answer to "how are you?". `words` are its own, for the operator."""

    conditions: tuple[Condition, ...] = ()
    words: str = ""
    busy: bool = False


class Step(StrEnum):
    WAITING = "waiting"
    PRINTING = "printing"
    DONE = "done"
    UNPRINTABLE = "unprintable"
    """The printer could not read the document: nothing came out."""
    STOPPED = "stopped"
    """Cancelled or aborted at the printer: a badge may have come out."""
    UNKNOWN = "unknown"
    """The printer no longer knows the job."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job is. Anything moving changes the value: an unchanged one feeds the stall timer."""

    step: Step
    words: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes ready for one printer, of a media type it said it takes."""

    kind: str
    body: bytes
    dpi: float
    copies: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A badge that can be drawn at any resolution. `width` and `height` in millimetres."""

    width: float
    height: float
    pdf: Callable[[float], bytes]
    """The page as PDF for a printer of so many dots per inch; runs in a thread."""


class PrinterAway(Exception):
    """The printer was not reached: nothing was sent. Trying again later may help."""


class PrinterBusy(Exception):
    """The printer answered that it takes nothing now: nothing was sent."""


class DocumentRefused(Exception):
    """The printer will not print this; the message is its reason."""


class AnswerLost(Exception):
    """Bytes were sent and no usable answer came: the printer may print them."""


class NeverHadIt(Exception):
    """The printer is certain that it never had a job of this name."""


class Printer(Protocol):
    """One printer. Every call is bounded in time and raises only the exceptions above."""

    @property
    def address(self) -> str:
        """For the operator: without passwords."""

    async def status(self) -> Status:
        """Raises PrinterAway."""

    async def resolution(self) -> float:
        """The dots per inch it would print a badge at. Raises PrinterAway, and DocumentRefused
        when it cannot print such badges at all."""

    async def prepare(self, page: Page) -> Document:
        """Draw a page as this printer wants it. Raises PrinterAway, DocumentRefused."""

    async def send(self, name: str, document: Document) -> str:
        """Hand a document over; the printer's own name for the job.

        Raises PrinterAway or PrinterBusy when nothing was taken, DocumentRefused, AnswerLost.
        """

    async def find(self, name: str) -> str | None:
        """The printer's own name for a job called `name`; None when it cannot say.

        Raises NeverHadIt, PrinterAway.
        """

    async def progress(self, printer_job: str, name: str) -> Progress:
        """Where the job is; `name` tells it from another that has its number after the printer
        began to count anew. Raises PrinterAway."""

    async def cancel(self, printer_job: str) -> None:
        """Ask for a stop, as far as the printer can. Raises PrinterAway."""

    async def close(self) -> None: ...


def words_of(error: BaseException) -> str:
    """What a network error says to a person: "Connection refused", not its number."""
    if isinstance(error, OSError) and error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return str(error) or "no answer in time"
