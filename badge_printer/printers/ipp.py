"""A driverless printer or a CUPS queue, over IPP (RFC 8011, PWG 5100.12) by HTTP.

What the printer can do is asked from it, each time: paper, resolution, colour, formats. PDF is
sent where it is taken; else PWG Raster or JPEG at a resolution the printer names.
"""

import asyncio
import itertools

from badge_printer.printers import media, raster, reasons
from badge_printer.printers.ipp_http import BAD_REQUEST, Http
from badge_printer.printers.ipp_message import (
    VERSIONS,
    Answer,
    Attribute,
    Members,
    Operation,
    Resolution,
    Tag,
    integers,
    request,
    texts,
)
from badge_printer.printers.printer import (
    AnswerLost,
    Condition,
    Document,
    DocumentRefused,
    Page,
    PrinterAway,
    PrinterBusy,
    Progress,
    Status,
    Step,
)

PDF, PWG, JPEG = "application/pdf", "image/pwg-raster", "image/jpeg"
DPI_USUAL, DPI_MAX = 300.0, 600.0
ASK_S, PRINT_S = 10.0, 60.0
USER = "badge-station"

_STOPPED = 5
_OK_BELOW = 0x0400
_BUSY = frozenset({0x0502, 0x0505, 0x0506, 0x0507, 0x050A, 0x050B})
"""service-unavailable, temporary-error, not-accepting-jobs, busy, deactivated, too-many-jobs"""
_UNCLEAR = frozenset({0x0500, 0x0504, 0x0508})
"""internal-error, device-error, job-canceled: whether a job was made is not said."""
_OTHER_VERSION = 0x0503
_NO_SUCH_JOB = frozenset({0x0406, 0x0407})
_STEPS = {3: Step.WAITING, 4: Step.WAITING, 5: Step.PRINTING, 6: Step.PRINTING, 9: Step.DONE}
_UNREADABLE = (
    "document-format-error", "document-unprintable-error", "unsupported-document-format",
    "document-access-error", "compression-error", "unsupported-compression",
)  # fmt: skip
_STATUS = (
    "printer-state", "printer-state-reasons", "printer-state-message", "printer-is-accepting-jobs",
    "media-ready",
)  # fmt: skip
_ABLE = (
    "document-format-supported", "printer-resolution-supported", "printer-resolution-default",
    "pwg-raster-document-resolution-supported", "pwg-raster-document-type-supported",
    "print-color-mode-supported", "print-scaling-supported", "sides-supported", "media-ready",
    "media-supported",
)  # fmt: skip


class IppPrinter:
    """`width` and `height` of the badge in millimetres, to know when other paper is loaded."""

    def __init__(self, http: Http, width: float, height: float) -> None:
        self._http = http
        self._size = (width, height)
        self._able: Members = {}
        self._numbers = itertools.count(1)
        self._version = VERSIONS[0]

    @property
    def address(self) -> str:
        return self._http.address

    async def close(self) -> None:
        await self._http.close()

    async def status(self) -> Status:
        members = await self._printer(_STATUS)
        said = texts(members, "printer-state-reasons")
        stopped = _STOPPED in integers(members, "printer-state")
        if False in members.get("printer-is-accepting-jobs", ()):
            stopped = True
        found = set(reasons.conditions(said, stopped))
        ready = texts(members, "media-ready")
        if ready and not media.matching(ready, *self._size):
            found.add(Condition.WRONG_PAPER)
        words = [each for each in said if each != "none"] + texts(members, "printer-state-message")
        return Status(
            conditions=tuple(each for each in Condition if each in found),
            words="; ".join(words)[:300],
            busy=4 in integers(members, "printer-state"),
        )

    # --- a job

    async def resolution(self) -> float:
        return (await self._meet())[1]

    async def prepare(self, page: Page) -> Document:
        kind, dpi = await self._meet()
        pdf = await asyncio.to_thread(page.pdf, dpi)
        if kind == PDF:
            return Document(kind, pdf, dpi)
        return Document(kind, await asyncio.to_thread(self._raster, pdf, kind, dpi), dpi)

    async def _meet(self) -> tuple[str, float]:
        """(the format it takes, at so many dots per inch), of what it says it can."""
        self._able = await self._printer(_ABLE)
        formats = texts(self._able, "document-format-supported")
        kind = next((each for each in (PDF, PWG, JPEG) if each in formats), None)
        if kind is None:
            raise DocumentRefused(
                f"the printer takes neither PDF nor PWG Raster nor JPEG, only: {', '.join(formats)}"
            )
        if not media.possible(self._papers(), *self._size):
            width, height = self._size
            raise DocumentRefused(
                f"the printer has no paper of {width:g} x {height:g} mm, only: "
                f"{', '.join(self._papers()[:8])}"
            )
        return kind, self._resolution(kind)

    def _raster(self, pdf: bytes, kind: str, dpi: float) -> bytes:
        picture = raster.picture(pdf, dpi)
        if kind == JPEG:
            return raster.jpeg(picture, dpi)
        types = texts(self._able, "pwg-raster-document-type-supported")
        return raster.pwg(picture, dpi, media.self_describing(*self._size), "srgb_8" in types)

    def _resolution(self, kind: str) -> float:
        """The usual one if the printer has it, else its own best below the limit."""
        own = self._able.get("pwg-raster-document-resolution-supported") if kind == PWG else None
        listed = own or self._able.get("printer-resolution-supported") or []
        square = {each.x for each in listed if isinstance(each, Resolution) and each.x == each.y}
        if not square or DPI_USUAL in square:
            return DPI_USUAL
        return max((each for each in square if each <= DPI_MAX), default=min(square))

    async def send(self, name: str, document: Document) -> str:
        body = self._request(
            Operation.PRINT_JOB,
            Attribute("requesting-user-name", Tag.NAME, (USER,)),
            Attribute("job-name", Tag.NAME, (name,)),
            Attribute("document-format", Tag.MIME, (document.kind,)),
            job=self._wishes(document),
        )
        answer = await self._http.post(body + document.body, PRINT_S)
        words = f"0x{answer.status:04x} {answer.words}".strip()
        if answer.status in _BUSY:
            raise PrinterBusy(words)
        if answer.status in _UNCLEAR:
            raise AnswerLost(words)
        if answer.status >= _OK_BELOW:
            raise DocumentRefused(words)
        for members in answer.of(Tag.JOB):
            for number in integers(members, "job-id"):
                return str(number)
        raise AnswerLost("the printer took the job and did not say its number")

    def _wishes(self, document: Document) -> list[Attribute]:
        """Only what the printer says it knows: some refuse a job for one unknown wish."""
        able = self._able
        wishes = [
            Attribute("copies", Tag.INTEGER, (1,)),
            Attribute("print-quality", Tag.ENUM, (5,)),
        ]
        for name, value in (
            ("print-color-mode", "color"),
            ("print-scaling", "none"),  # whole dots stay whole dots
            ("sides", "one-sided"),
        ):
            if value in texts(able, f"{name}-supported"):
                wishes.append(Attribute(name, Tag.KEYWORD, (value,)))
        if paper := media.matching(self._papers(), *self._size):
            wishes.append(Attribute("media", Tag.KEYWORD, (paper,)))
        else:
            wishes.append(media.collection(*self._size))
        return wishes

    def _papers(self) -> list[str]:
        """What is loaded first."""
        return texts(self._able, "media-ready") + texts(self._able, "media-supported")

    async def find(self, name: str) -> str | None:
        for which in ("not-completed", "completed"):
            answer = await self._ask(
                Operation.GET_JOBS,
                Attribute("which-jobs", Tag.KEYWORD, (which,)),
                Attribute("requested-attributes", Tag.KEYWORD, ("job-id", "job-name")),
            )
            for members in answer.of(Tag.JOB):
                if name in texts(members, "job-name") and integers(members, "job-id"):
                    return str(integers(members, "job-id")[0])
        # Not NeverHadIt: printers forget ended jobs when they like, some at once.
        return None

    async def progress(self, printer_job: str, name: str) -> Progress:
        if not printer_job.isdecimal():
            return Progress(Step.UNKNOWN, "it was sent to another printer")
        answer = await self._ask(
            Operation.GET_JOB_ATTRIBUTES,
            Attribute("job-id", Tag.INTEGER, (int(printer_job),)),
            Attribute(
                "requested-attributes",
                Tag.KEYWORD,
                ("job-name", "job-state", "job-state-reasons", "job-impressions-completed"),
            ),
        )
        if answer.status in _NO_SUCH_JOB:
            return Progress(Step.UNKNOWN, answer.words)
        named = [each for members in answer.of(Tag.JOB) for each in texts(members, "job-name")]
        # Some printers cut a name short or put their own words around it.
        if named and not any(each in name or name in each for each in named):
            return Progress(Step.UNKNOWN, "its number is another job's now")
        return _progress(answer)

    async def cancel(self, printer_job: str) -> None:
        await self._ask(
            Operation.CANCEL_JOB,
            Attribute("job-id", Tag.INTEGER, (int(printer_job),)),
            Attribute("requesting-user-name", Tag.NAME, (USER,)),
        )

    # --- one exchange

    async def _printer(self, wanted: tuple[str, ...]) -> Members:
        answer = await self._ask(
            Operation.GET_PRINTER_ATTRIBUTES,
            Attribute("requested-attributes", Tag.KEYWORD, wanted),
        )
        if answer.status >= _OK_BELOW:
            raise PrinterAway(f"0x{answer.status:04x} {answer.words}".strip())
        return next(iter(answer.of(Tag.PRINTER)), {})

    async def _ask(self, operation: Operation, *target: Attribute) -> Answer:
        """A question that prints nothing: whatever goes wrong, asking again is harmless."""
        try:
            answer = await self._http.post(self._request(operation, *target), ASK_S)
            if answer.status in (BAD_REQUEST, _OTHER_VERSION):
                # Remembered: `send` comes after questions and speaks the version they found.
                self._version = next(each for each in VERSIONS if each != self._version)
                answer = await self._http.post(self._request(operation, *target), ASK_S)
            return answer
        except (AnswerLost, PrinterBusy, DocumentRefused) as error:
            raise PrinterAway(str(error)) from None

    def _request(
        self, operation: Operation, *more: Attribute, job: list[Attribute] | None = None
    ) -> bytes:
        # RFC 8011, 4.1.5: the printer's URI stands first, a job's number right behind it.
        target = [Attribute("printer-uri", Tag.URI, (self._http.printer_uri,)), *more]
        return request(operation, next(self._numbers), target, job, self._version)


def _progress(answer: Answer) -> Progress:
    members = next(iter(answer.of(Tag.JOB)), {})
    said = texts(members, "job-state-reasons")
    words = ", ".join(each for each in said if each != "none")
    done = integers(members, "job-impressions-completed")
    if done:
        words = f"{words} ({done[0]} done)".strip()
    state = next(iter(integers(members, "job-state")), 0)
    if any(each in _UNREADABLE for each in said):
        return Progress(Step.UNPRINTABLE, words)
    if "job-completed-with-errors" in said:
        return Progress(Step.STOPPED, words)
    return Progress(_STEPS.get(state, Step.STOPPED), words)
