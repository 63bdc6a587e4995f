"""Open dashboards, in a process of their own: real connections that read every event they get.

It says "ready" when each has its first counts, and what each saw when its stdin ends. Moments are
the machine's monotonic clock, which all processes share.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import uvloop

from tests.bench.server import Server

READY_S = 60.0
CONNECTING_AT_ONCE = 100


class Shown(msgspec.Struct):
    """What a dashboard draws, as far as the measurement looks at it."""

    records: int


Seen = list[tuple[float, int]]
"""When a viewer had new counts, and how many records they were of."""
_decode_counts = msgspec.json.Decoder(Shown).decode


class Viewers:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def seen(self) -> list[Seen]:
        """Close all dashboards; what each of them was shown."""
        out, _ = await asyncio.wait_for(self._process.communicate(b""), READY_S)
        return msgspec.json.decode(out, type=list[Seen])


@asynccontextmanager
async def watching(server: Server, count: int) -> AsyncIterator[Viewers]:
    """So many dashboards of today, each with its first counts."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.viewers", str(server.port), server.edition,
        server.token, str(count), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        limit=2**26,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        if await asyncio.wait_for(process.stdout.readline(), READY_S) != b"ready\n":
            raise SystemExit("the viewers did not get their counts")
        yield Viewers(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


class _Viewer(asyncio.Protocol):
    """A browser's EventSource over HTTP/1.1 chunks."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._raw = b""
        self._in_body = False
        self._events = b""
        self.seen: Seen = []
        self.first: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._raw += data
        if not self._in_body:
            head, split, rest = self._raw.partition(b"\r\n\r\n")
            if not split:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self.first.set_exception(SystemExit(f"not shown: {self._raw[:300]!r}"))
                return
            self._in_body, self._raw = True, rest
        while (chunk := self._chunk()) is not None:
            self._events += chunk
        *whole, self._events = self._events.split(b"\n\n")
        for event in whole:
            self._event(event)

    def _chunk(self) -> bytes | None:
        size, split, rest = self._raw.partition(b"\r\n")
        if not split or len(rest) < (length := int(size, 16)) + 2:
            return None
        self._raw = rest[length + 2 :]
        return rest[:length]

    def _event(self, event: bytes) -> None:
        name, _, data = event.partition(b"\ndata: ")
        if name != b"event: counts":
            return
        records = _decode_counts(data).records
        self.seen.append((time.monotonic(), records))
        if not self.first.done():
            self.first.set_result(None)


async def _main(port: int, edition: str, token: str, count: int) -> None:
    request = (
        f"GET /api/v1/editions/{edition}/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Accept: text/event-stream\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    loop, viewers = asyncio.get_running_loop(), [_Viewer(request) for _ in range(count)]
    for first in range(0, count, CONNECTING_AT_ONCE):
        some = viewers[first : first + CONNECTING_AT_ONCE]
        for each in some:
            await loop.create_connection(lambda each=each: each, "127.0.0.1", port)
        await asyncio.gather(*(each.first for each in some))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)
    sys.stdout.buffer.write(msgspec.json.encode([each.seen for each in viewers]))
    sys.stdout.flush()


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    uvloop.run(_main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
