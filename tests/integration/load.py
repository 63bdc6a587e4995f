"""Lanes that hand in records without a pause, and keep account of what was acknowledged."""

import asyncio
from dataclasses import dataclass, field

import aiohttp

from tests.integration.calls import Api, eventually
from tests.integration.people import at_ms

MAYBE_STORED = (aiohttp.ClientError, ConnectionError, TimeoutError)
"""No answer: the record may be stored or not, and only sending it again tells."""


@dataclass
class Lane:
    """One lane: hands record after record in, and the same one again until it is acknowledged."""

    api: Api
    acknowledged: int = 0
    statuses: set[int] = field(default_factory=set)
    broken: int = 0
    """Calls without an answer."""
    refused: int = 0
    """Calls told to try again."""
    stopped: bool = False

    async def run(self) -> None:
        """Until told to stop; ends only on an acknowledged record."""
        while not self.stopped:
            await self.hand_in(self.acknowledged + 1)

    async def hand_in(self, number: int) -> None:
        record = self.api.record(number, at_ms("07-08 08:00") + number, holder=number)
        while True:
            try:
                answer = await self.api.upload(number, record)
            except MAYBE_STORED:
                self.broken += 1
                await asyncio.sleep(0.02)
                continue
            self.statuses.add(answer.status)
            if answer.status == 200:
                assert answer.json == {"acked_through": number, "quarantined": 0}, answer.raw
                self.acknowledged = number
                return
            self.refused += 1
            assert answer.status == 503, answer.raw
            assert answer.headers["Retry-After"]
            await asyncio.sleep(0.02)


async def until(lanes: list[Lane], more: int) -> None:
    """Wait until every lane got that many more records acknowledged."""
    wanted = {id(lane): lane.acknowledged + more for lane in lanes}

    async def all_have() -> bool:
        return all(lane.acknowledged >= wanted[id(lane)] for lane in lanes)

    await eventually(all_have)
