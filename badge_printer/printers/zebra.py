"""A label printer that speaks ZPL on TCP port 9100 ("raw"), such as Zebra's.

The port takes bytes and says nothing by itself, so the host status is asked for. A printer knows
no jobs by name: what became of one sent before this program's start, only a person can tell.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

from badge_printer.printers import raster, zpl
from badge_printer.printers.printer import (
    AnswerLost,
    Document,
    Page,
    PrinterAway,
    Progress,
    Status,
    Step,
    words_of,
)

PORT = 9100
CONNECT_S, ANSWER_S, SEND_S = 3.0, 3.0, 30.0
SETTLE_S = 2.0
"""An idle status this soon after sending means "not begun", not "done"."""
ANSWER_BYTES_MAX = 4096
DPI_DEFAULT = 203


class ZebraPrinter:
    """`dpi` 0: asked from the printer."""

    def __init__(self, host: str, port: int = PORT, dpi: int = 0, settle_s: float = SETTLE_S):
        self._host, self._port = host, port
        self._dpi = dpi
        self._settle_s = settle_s
        self._one_at_a_time = asyncio.Lock()
        self._sent: dict[str, float] = {}
        """The job now at the printer and when it was sent; monotonic seconds."""
        self._idle_since: float | None = None

    @property
    def address(self) -> str:
        return f"zpl://{self._host}:{self._port}"

    async def close(self) -> None:
        """Nothing stays open between exchanges: many printers take one connection only."""

    async def status(self) -> Status:
        host = await self._host_status()
        return Status(host.conditions, host.words, busy=not host.idle)

    async def resolution(self) -> float:
        return zpl.DPI[self._dpi or await self._ask_dpi()]

    async def prepare(self, page: Page) -> Document:
        dpi = await self.resolution()
        pdf = await asyncio.to_thread(page.pdf, dpi)
        return Document("application/zpl", await asyncio.to_thread(_label, pdf, dpi), dpi)

    async def send(self, name: str, document: Document) -> str:
        async with self._one_at_a_time, self._connected() as (_, writer):
            try:
                async with asyncio.timeout(SEND_S):
                    writer.write(document.body)
                    await writer.drain()
            except (OSError, TimeoutError) as error:
                writer.transport.abort()  # half a label must not be finished later
                raise AnswerLost(words_of(error)) from None
        self._sent = {name: time.monotonic()}
        self._idle_since = None
        return name

    async def find(self, name: str) -> str | None:
        return name if name in self._sent else None

    async def progress(self, printer_job: str, name: str) -> Progress:
        sent_at = self._sent.get(name)
        if sent_at is None:
            return Progress(Step.UNKNOWN, "the printer keeps no list of jobs")
        host = await self._host_status()
        words = f"{host.formats} waiting, {host.remaining} left" if not host.idle else host.words
        if not host.idle or any(each.stops for each in host.conditions):
            self._idle_since = None
            return Progress(Step.PRINTING, words)
        if self._idle_since is None:
            self._idle_since = time.monotonic()
        # Done is two idle answers, far enough from the sending and from each other.
        now = time.monotonic()
        if now - sent_at < self._settle_s or now - self._idle_since < self._settle_s / 4:
            return Progress(Step.PRINTING, words)
        return Progress(Step.DONE)

    async def cancel(self, printer_job: str) -> None:
        async with self._one_at_a_time, self._connected() as (_, writer):
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    writer.write(zpl.CANCEL_ALL)
                    await writer.drain()

    # --- one exchange

    async def _host_status(self) -> zpl.HostStatus:
        raw = await self._ask(zpl.ASK_STATUS, zpl.status_whole)
        try:
            return zpl.read_status(raw)
        except zpl.NotHostStatus as error:
            raise PrinterAway(words_of(error)) from None

    async def _ask_dpi(self) -> int:
        try:
            answer = await self._ask(zpl.ASK_IDENTITY, lambda raw: b"\x03" in raw)
        except PrinterAway as error:
            said = f"{error}; if it never says its resolution, name it in its address: ?dpi=203"
            raise PrinterAway(said) from None
        return zpl.read_dpi(answer) or DPI_DEFAULT

    async def _ask(self, question: bytes, whole: Callable[[bytes], bool]) -> bytes:
        answer = b""
        async with self._one_at_a_time, self._connected() as (reader, writer):
            try:
                async with asyncio.timeout(ANSWER_S):
                    writer.write(question)
                    await writer.drain()
                    while not whole(answer) and len(answer) < ANSWER_BYTES_MAX:
                        part = await reader.read(1024)
                        if not part:
                            break
                        answer += part
            except TimeoutError:
                raise PrinterAway("does not answer a question") from None
            except OSError as error:
                raise PrinterAway(words_of(error)) from None
        return answer

    @contextlib.asynccontextmanager
    async def _connected(
        self,
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Raises PrinterAway when the printer is not reached."""
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(self._host, self._port)
        except (OSError, TimeoutError) as error:
            raise PrinterAway(f"is not reached: {words_of(error)}") from None
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(ANSWER_S):
                    await writer.wait_closed()


def _label(pdf: bytes, dpi: float) -> bytes:
    return zpl.label(zpl.black_and_white(raster.picture(pdf, dpi)))
