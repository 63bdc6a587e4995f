"""A label printer on a TCP port: takes ZPL, prints when nothing is wrong, answers ~HS and ~HI."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from badge_printer.printers.zebra import ZebraPrinter

_COMMANDS = re.compile(rb"~HS|~HI|~JA|\^XA.*?\^XZ", re.DOTALL)


@dataclass
class LabelPrinter:
    port: int = 0
    paper_out: bool = False
    head_open: bool = False
    ribbon_out: bool = False
    paused: bool = False
    mute: bool = False
    """It takes connections and says nothing, as one with a hung print server does."""
    dumb: bool = False
    """It tells how it is, and nothing about itself."""
    slow_s: float = 0.0
    """How long it looks idle with a label it has not begun to read."""
    dots_per_mm: int = 8
    waiting: list[bytes] = field(default_factory=list)
    printed: list[bytes] = field(default_factory=list)
    cancelled: int = 0
    _unread: list[tuple[float, bytes]] = field(default_factory=list)
    _server: asyncio.Server | None = None

    def work(self) -> None:
        """Print what waits, unless something is wrong."""
        if not (self.paper_out or self.head_open or self.ribbon_out or self.paused):
            self.printed += self.waiting
            self.waiting = []

    def status(self) -> bytes:
        self.work()
        now = time.monotonic()
        self.waiting += [label for at, label in self._unread if now - at >= self.slow_s]
        self._unread = [each for each in self._unread if now - each[0] < self.slow_s]
        first = (
            f"030,{self.paper_out:d},{self.paused:d},1184,{len(self.waiting):03d},0,0,0,000,0,0,0"
        )
        second = (
            f"000,0,{self.head_open:d},{self.ribbon_out:d},1,2,6,0,{len(self.waiting):08d},1,000"
        )
        return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in (first, second, "1234,0"))

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        data = b""
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65536):
                data += part
                while found := _COMMANDS.search(data):
                    data = data[found.end() :]
                    self._do(found.group(), writer)
                    await writer.drain()
        writer.close()

    def _do(self, command: bytes, writer: asyncio.StreamWriter) -> None:
        if command == b"~JA":
            self.cancelled += 1
            self.waiting, self._unread = [], []
        elif command.startswith(b"^XA"):
            self._unread.append((time.monotonic(), command))
        elif not self.mute and not (self.dumb and command == b"~HI"):
            answer = (
                self.status()
                if command == b"~HS"
                else (b"\x02ZT411,V92.21.39Z,%d,8192KB\x03\r\n" % self.dots_per_mm)
            )
            writer.write(answer)


@contextlib.asynccontextmanager
async def label_printer(**state: object) -> AsyncIterator[LabelPrinter]:
    printer = LabelPrinter(**state)  # type: ignore[arg-type]
    await printer.start()
    try:
        yield printer
    finally:
        await printer.stop()


def as_seen_by_us(printer: LabelPrinter, dpi: int = 300, settle_s: float = 0.1) -> ZebraPrinter:
    return ZebraPrinter("127.0.0.1", printer.port, dpi, settle_s)
