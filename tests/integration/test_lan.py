"""Lanes that lost the server still tell each other who came in."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import msgspec
import pytest

from gate.access.ledger import Move, MoveKind, Told
from gate.access.model import DeviceId, GateId, Reason, ZoneId
from gate.edge import lan
from gate.edge.lan import HEADER, PATH, Lan, listening
from gate.edge.store import LaneStore
from tests import lanes, programs, venue
from tests.programs import eventually

AT = venue.at("07-08 09:00")
DOOR, ROOM = "high_level_door", "high_level"
KEY = "ab" * 32


class Door:
    """A lane of the room, without any server, on a port of the LAN."""

    def __init__(self, folder, device: str, key: str = KEY) -> None:
        self.folder, self.device, self.key = folder / device, device, key
        self.port = programs.free_port()
        self.deciding = ThreadPoolExecutor(1)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self, *peers: "Door"):
        store = LaneStore(self.folder / "lane.sqlite")
        self.lane = lanes.Lane(store, lanes.identity(self.device, gate=DOOR))
        if self.lane.policy is None:
            minister = venue.profile("minister", "wsis ai4g")
            self.lane.take(
                msgspec.structs.replace(lanes.snapshot(), profiles=(minister,), lan_key=self.key)
            )
            self.lane.rights.grant(ZoneId(ROOM), 9)
            self.lane.meet(tuple(each.address for each in peers))
        self.lan = Lan(self.lane, self.deciding, lambda: None)
        async with listening(self.lan, "127.0.0.1", self.port):
            yield self
        store.close()

    async def scan(self, number: int, generation: int = 1) -> Reason:
        loop = asyncio.get_running_loop()
        text = lanes.badge(number, generation)
        return (await loop.run_in_executor(self.deciding, self.lane.scan, text, AT)).decision.reason

    def knows(self, number: int) -> bool:
        return any(m.holder == lanes.FIRST_HOLDER + number for m in self.lane.roll_call(AT))


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(lan, "BACK_OFF_S", 0.2)


@pytest.fixture
async def doors(tmp_path):
    a, b = Door(tmp_path, "door-a"), Door(tmp_path, "door-b")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(a.open(b))
        await stack.enter_async_context(b.open(a))
        yield a, b


async def test_one_badge_does_not_enter_twice_through_two_lanes_that_lost_the_server(doors):
    a, b = doors
    assert await a.scan(1) is Reason.ADMITTED
    await eventually(lambda: b.knows(1), "the other lane hears of it")
    assert await b.scan(1) is Reason.ALREADY_INSIDE


async def test_a_reprint_seen_at_one_lane_kills_the_old_badge_at_the_other(doors):
    a, b = doors
    assert await a.scan(2, generation=2) is Reason.ADMITTED
    await eventually(lambda: b.knows(2), "the other lane hears of it")
    assert await b.scan(2, generation=1) is Reason.REPLACED


async def test_what_was_heard_survives_a_restart_and_what_was_missed_is_told_afterwards(tmp_path):
    a, b = Door(tmp_path, "door-a"), Door(tmp_path, "door-b")
    async with a.open(b):
        async with b.open(a):
            await a.scan(1)
            await eventually(lambda: b.knows(1), "heard")
        await a.scan(2)
        async with b.open(a):
            assert b.knows(1)
            assert b.lane.peers == (a.address,), "also where the others are"
            await eventually(lambda: b.knows(2), "what it missed")


async def test_an_undone_entry_is_undone_at_the_other_lane_too(doors):
    a, b = doors
    await a.scan(1)
    await eventually(lambda: b.knows(1), "heard")
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(a.deciding, a.lane.annul, 1, AT)
    await eventually(lambda: not b.knows(1), "undone there too")


async def post(door: Door, raw: bytes, mac: str) -> int:
    async with aiohttp.ClientSession() as session:
        url = f"http://{door.address}{PATH}"
        async with session.post(url, data=raw, headers={HEADER: mac}) as answer:
            return answer.status


async def test_nobody_without_the_venues_key_is_believed(doors):
    _, b = doors
    made = Move(int(AT.timestamp() * 1000), DeviceId("x"), 1, 1, MoveKind.IN,
                lanes.FIRST_HOLDER + 3, ZoneId(ROOM), GateId(DOOR))  # fmt: skip
    raw = msgspec.json.encode(Told(DeviceId("x"), 1, 1, (made,)))
    for mac in ("", "00" * 32, "\u00e9"):
        assert await post(b, raw, mac) == 403
    assert not b.knows(3)
    assert await post(b, raw, b.lan._mac(raw)) == 204
    assert b.knows(3)


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"device": 1}', b"\xff" * 100])
async def test_what_is_not_understood_is_refused_in_words(doors, raw):
    _, b = doors
    assert await post(b, raw, b.lan._mac(raw)) == 400


async def test_a_lane_of_another_venue_is_not_believed(tmp_path):
    a, b = Door(tmp_path, "door-a", "cd" * 32), Door(tmp_path, "door-b")
    async with a.open(b), b.open(a):
        await a.scan(1)
        await eventually(lambda: a.lan._resting, "it was refused")
        assert not b.knows(1)


async def test_the_server_tells_lanes_the_key_and_where_the_others_are(program, tmp_path):
    from gate.access.wire import Hello
    from gate.client import Client

    for name, address in (("lan-a", "10.0.0.1:8710"), ("lan-b", "10.0.0.2:8710")):
        who = await program.enrol(name, tmp_path / name)
        async with Client(program.url, who.token) as client:
            welcome = await client.hello(Hello(who.epoch, lan=address))
            key = (await client.snapshot()).lan_key
    assert "10.0.0.1:8710" in welcome.peers
    assert "10.0.0.2:8710" not in welcome.peers
    assert len(bytes.fromhex(key)) == 32
