"""Lanes of one venue tell each other what happened, over the LAN, also while the server is away.

So a badge does not enter twice through two lanes that both lost the server but still reach each
other. Every lane tells every other lane its own moves, in order, and asks for nothing: no election,
no relay, nothing that has to be up. 24 lanes are 23 small messages now and then.

A message is sealed (XSalsa20-Poly1305, NaCl's secret box) under the venue's LAN key, which lanes
get with the snapshot, and which is new after each revocation: only a lane of the venue reads or
writes one. It is worth no more than what it says: telling a move twice, or an old one again,
changes nothing. Moves hold no names.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import TypeVar

import aiohttp
import msgspec
from aiohttp import web
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from gate.access.ledger import TOLD_MAX, Told
from gate.edge.lane import Lane

PATH = "/lan/moves"
MESSAGE_BYTES_MAX = 256 * 1024
PEERS_MAX = 64
EVERY_S = 0.2
PATIENCE_S = 2.0
BACK_OFF_S = 5.0
LOOK_BACK = 500
"""A lane begins with this many of its latest records: what came before, the server has told."""
_log = logging.getLogger(__name__)
T = TypeVar("T")


class Lan:
    """`lane` is used from `executor` only, like everywhere; `now` is the lane's time."""

    def __init__(
        self,
        lane: Lane,
        executor: Executor,
        heard: Callable[[], None],
        now: Callable[[], datetime],
    ) -> None:
        self._lane = lane
        self._executor = executor
        self._heard = heard
        self._now = now
        self._told: dict[str, int] = {}
        self._key = ""
        """Under which they were told: under a new one each lane forgets what it was told."""
        self._resting: dict[str, float] = {}
        self._session: aiohttp.ClientSession | None = None
        self.reached = 0
        """How many of them took the last message."""

    # --- telling

    async def run(self) -> None:
        """Until cancelled."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE_S)
        async with aiohttp.ClientSession(timeout=timeout) as self._session:
            while True:
                await asyncio.sleep(EVERY_S)
                if self._lane.lan_key:
                    done = await asyncio.gather(*map(self._tell, self._lane.peers[:PEERS_MAX]))
                    self.reached = sum(done)

    async def _tell(self, peer: str) -> bool:
        """Bring one peer up to date; whether it is."""
        loop = asyncio.get_running_loop()
        if self._resting.get(peer, 0) > loop.time():
            return False
        assert self._session is not None
        while message := await self._on_lane(self._message, peer):
            try:
                sealed = self._box().encrypt(msgspec.json.encode(message))
                async with self._session.post(
                    f"http://{peer}{PATH}", data=bytes(sealed), allow_redirects=False
                ) as answer:
                    if answer.status != web.HTTPNoContent.status_code:
                        raise aiohttp.ClientError(f"answered {answer.status}")
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                _log.info("lane %s does not take what happened here: %s", peer, error)
                self._resting[peer] = loop.time() + BACK_OFF_S
                return False
            self._told[peer] = message.through
        return True

    def _message(self, peer: str) -> Told | None:
        if self._key != self._lane.lan_key:
            self._key, self._told = self._lane.lan_key, {}
        highest = self._lane.outbox.highest
        after = self._told.setdefault(peer, max(0, highest - LOOK_BACK))
        if after >= highest:
            return None
        return self._lane.told_after(after, TOLD_MAX)

    # --- hearing

    def application(self) -> web.Application:
        app = web.Application(client_max_size=MESSAGE_BYTES_MAX)
        app.router.add_post(PATH, self._hear)
        return app

    async def _hear(self, request: web.Request) -> web.Response:
        sealed = await request.read()
        try:
            raw = self._box().decrypt(sealed)
        except (CryptoError, ValueError, TypeError):  # also too short a text, and no key yet
            return web.Response(status=403, text="not from a lane of this venue\n")
        try:
            told = msgspec.json.decode(raw, type=Told)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return web.Response(status=400, text=f"not understood: {error}\n")
        await self._on_lane(self._lane.hear, told, self._now())
        self._heard()
        return web.Response(status=204)

    def _box(self) -> SecretBox:
        """Raises ValueError before the first snapshot told the key."""
        return SecretBox(bytes.fromhex(self._lane.lan_key))

    async def _on_lane(self, act: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, act, *arguments)


@contextlib.asynccontextmanager
async def listening(lan: Lan, host: str, port: int) -> AsyncIterator[None]:
    """Hear and tell for as long as the block lasts. Raises OSError for a port in use."""
    runner = web.AppRunner(lan.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    telling = asyncio.create_task(lan.run())
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
        await runner.cleanup()
