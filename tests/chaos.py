"""A network between a lane and the server that does what networks do, on command.

A TCP proxy in the test's own loop: slow, cut, silent, or losing just the answer. Each trouble is
an attribute or a call, so that a test reads like what happened at the venue.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK = 65536


class Chaos:
    """One proxied server. Lanes connect to `url`."""

    def __init__(self, host: str, port: int, seed: int = 7) -> None:
        self._target = (host, port)
        self._dice = random.Random(seed)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self._server: asyncio.Server | None = None
        self.delay_s = 0.0
        """Each piece waits up to this long, in both directions."""
        self.loss = 0.0
        """Chance that a piece breaks its connection instead of being passed on."""
        self.lose_answer_to: bytes = b""
        """When a request contains this, the server gets it and its answer is lost, with the
        connection. `answers_lost` counts them."""
        self.answers_lost = 0
        self.answer_bytes_max: int | None = None
        """A connection breaks after so many bytes of answers."""
        self.broken_off = 0
        self.is_cut = False

    @property
    def url(self) -> str:
        assert self._server
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    def cut(self) -> None:
        """Connections break, and new ones are refused at once."""
        self.is_cut = True
        self._break_all()

    def fall_silent(self) -> None:
        """Half-open: connections stand, but nothing passes either way, and nobody is told."""
        self._flows.clear()

    def heal(self) -> None:
        """Everything passes again. What was held back by silence arrives late."""
        self.is_cut, self.delay_s, self.loss = False, 0.0, 0.0
        self.lose_answer_to, self.answer_bytes_max = b"", None
        self._flows.set()

    # --- passing on

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        ours = [writer]
        try:
            from_server, to_server = await asyncio.open_connection(*self._target)
            ours.append(to_server)
            self._writers.update(ours)
            link = _Link()
            up = asyncio.create_task(self._up(reader, to_server, link))
            down = asyncio.create_task(self._down(from_server, writer, link))
            try:
                await asyncio.wait((up, down), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for each in (up, down):
                    each.cancel()
                    with contextlib.suppress(asyncio.CancelledError, OSError):
                        await each
        except OSError:
            pass
        finally:
            for each in ours:
                each.transport.abort()
                self._writers.discard(each)

    async def _up(self, source, target, link: "_Link") -> None:
        while piece := await source.read(CHUNK):
            await self._trouble()
            if self.lose_answer_to and self.lose_answer_to in piece:
                link.answer_is_lost = True
            target.write(piece)
            await target.drain()

    async def _down(self, source, target, link: "_Link") -> None:
        passed = 0
        while piece := await source.read(CHUNK):
            await self._trouble()
            if link.answer_is_lost:
                self.answers_lost += 1
                return
            passed += len(piece)
            if self.answer_bytes_max is not None and passed > self.answer_bytes_max:
                target.write(piece[: -(passed - self.answer_bytes_max)])
                await target.drain()
                self.broken_off += 1
                return
            target.write(piece)
            await target.drain()

    async def _trouble(self) -> None:
        if self.delay_s:
            await asyncio.sleep(self._dice.random() * self.delay_s)
        await self._flows.wait()
        if self._dice.random() < self.loss:
            raise ConnectionResetError

    def _break_all(self) -> None:
        for each in list(self._writers):
            each.transport.abort()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

    async def _stop(self) -> None:
        assert self._server
        self._server.close()
        self._flows.set()
        self._break_all()
        for each in list(self._tasks):
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _Link:
    def __init__(self) -> None:
        self.answer_is_lost = False


@asynccontextmanager
async def between(host: str, port: int) -> AsyncIterator[Chaos]:
    chaos = Chaos(host, port)
    await chaos._start()
    try:
        yield chaos
    finally:
        await chaos._stop()
