"""Lanes that lost the server still tell each other who came in."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import aiohttp
import msgspec
import pytest
from nacl.secret import SecretBox

from gate.access.ledger import Move, MoveKind, Told
from gate.access.model import DeviceId, GateId, Reason, ZoneId
from gate.access.wire import Hello
from gate.client import Client
from gate.edge import lan
from gate.edge.lan import PATH, Lan, listening
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
        self.lan = Lan(self.lane, self.deciding, lambda: None, lambda: AT)
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


async def test_under_a_new_key_everything_is_told_again(doors):
    """A lane was cut off: what it told may have been a lie, so all that was told is forgotten."""
    a, b = doors
    await a.scan(1)
    assert await post(b, sealed(told(came_in(3)))) == 204
    await eventually(lambda: b.knows(1) and b.knows(3), "heard")
    for each in doors:
        anew = msgspec.structs.replace(lanes.snapshot(), lan_key="cd" * 32)
        await asyncio.get_running_loop().run_in_executor(each.deciding, each.lane.take, anew)
    await eventually(lambda: b.knows(1), "the honest lane told again")
    assert not b.knows(3)


async def test_an_undone_entry_is_undone_at_the_other_lane_too(doors):
    a, b = doors
    await a.scan(1)
    await eventually(lambda: b.knows(1), "heard")
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(a.deciding, a.lane.annul, 1, AT)
    await eventually(lambda: not b.knows(1), "undone there too")


def sealed(raw: bytes, key: str = KEY) -> bytes:
    return bytes(SecretBox(bytes.fromhex(key)).encrypt(raw))


async def post(door: Door, body: bytes) -> int:
    url = f"http://{door.address}{PATH}"
    async with aiohttp.ClientSession() as session, session.post(url, data=body) as answer:
        return answer.status


def came_in(number: int, device: str = "x", after: timedelta = timedelta(0), **other) -> Move:
    values = {"at_ms": int((AT + after).timestamp() * 1000), "device": DeviceId(device), "epoch": 1,
              "number": number, "kind": MoveKind.IN, "holder": lanes.FIRST_HOLDER + number,
              "zone": ZoneId(ROOM), "gate": GateId(DOOR)}  # fmt: skip
    return Move(**values | other)


def told(*moves: Move, device: str = "x", raised: tuple[str, ...] = ()) -> bytes:
    return msgspec.json.encode(Told(DeviceId(device), 1, 1, moves, raised))


async def test_nobody_without_the_venues_key_is_believed(doors):
    _, b = doors
    raw = told(came_in(3))
    for body in (b"", raw, b"\0" * 40, sealed(raw, "cd" * 32), sealed(raw)[:-1] + b"\0"):
        assert await post(b, body) == 403
    assert not b.knows(3)
    assert await post(b, sealed(raw)) == 204
    assert b.knows(3)


async def test_what_lanes_tell_each_other_can_be_read_by_no_one_else(doors, monkeypatch):
    a, b = doors
    heard = []
    monkeypatch.setattr(a.lan, "_box", lambda: Listening(heard))
    await a.scan(1)
    await eventually(lambda: b.knows(1), "heard")
    assert heard and not any(ROOM.encode() in body for body in heard)


class Listening(SecretBox):
    """The venue's box, with a copy of what went over the network."""

    def __init__(self, heard: list[bytes]) -> None:
        super().__init__(bytes.fromhex(KEY))
        self.heard = heard

    def encrypt(self, *arguments):
        made = super().encrypt(*arguments)
        self.heard.append(bytes(made))
        return made


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b'{"device": 1}', b"\xff" * 100, b'{"x":' + b"[" * 9000]
)
async def test_what_is_not_understood_is_refused_in_words(doors, raw):
    _, b = doors
    assert await post(b, sealed(raw)) == 400


@pytest.mark.parametrize(
    "odd",
    [
        came_in(3, device="another"),
        came_in(3, epoch=2),
        came_in(3, after=timedelta(hours=4)),
        came_in(3, kind=MoveKind.SWEPT),
        came_in(1, device="door-b", kind=MoveKind.ANNULLED),
    ],
    ids=["another lane's", "another enrolment's", "still to come", "a zone emptied", "our own"],
)
async def test_a_lane_speaks_only_of_what_happened_at_itself(doors, odd):
    _, b = doors
    await b.scan(1)
    for device in ("x", "door-b"):
        assert await post(b, sealed(told(odd, came_in(4), device=device))) == 204
        assert b.knows(1) and not b.knows(3), device
    assert b.knows(4), "the rest is believed"


async def test_a_stolen_lane_shuts_nobodys_badge_out(doors):
    """A newer generation is believed from the badge that proves it, never from a lane's word."""
    _, b = doors
    good = lanes.badge(5, generation=2)
    for text in (good[:-1] + ("0" if good[-1] != "0" else "1"), "P1", "x" * 128):
        assert await post(b, sealed(told(raised=(text,)))) == 204
    assert await b.scan(5) is Reason.ADMITTED
    assert await post(b, sealed(told(raised=(lanes.badge(6, generation=2),)))) == 204
    assert await b.scan(6) is Reason.REPLACED


async def test_a_lane_of_another_venue_is_not_believed(tmp_path):
    a, b = Door(tmp_path, "door-a", "cd" * 32), Door(tmp_path, "door-b")
    async with a.open(b), b.open(a):
        await a.scan(1)
        await eventually(lambda: a.lan._resting, "it was refused")
        assert not b.knows(1)


async def test_the_server_tells_lanes_the_key_and_where_the_others_are(program, tmp_path):
    for name, address in (("lan-a", "10.0.0.1:8710"), ("lan-b", "10.0.0.2:8710")):
        who = await program.enrol(name, tmp_path / name)
        async with Client(program.url, who.token) as client:
            welcome = await client.hello(Hello(who.epoch, lan=address))
            key = (await client.snapshot()).lan_key
    assert "10.0.0.1:8710" in welcome.peers
    assert "10.0.0.2:8710" not in welcome.peers
    assert len(bytes.fromhex(key)) == 32


async def test_after_a_revocation_lanes_get_another_key_and_forget_the_stolen_lane(
    program, tmp_path
):
    """A lane that is online takes a new snapshot by itself, and with it the key."""
    thief = await program.enrol("stolen", tmp_path / "stolen")
    await program.enrol("honest", tmp_path / "honest")
    async with lanes.live(tmp_path / "honest", program.url) as lane:
        await eventually(lambda: lane.is_online and lane.lane.lan_key, "the lane is online")
        before = lane.lane.lan_key
        async with Client(program.url, thief.token) as client:
            await client.hello(Hello(thief.epoch, lan="10.0.0.66:8710"))
        await program.revoke("stolen")
        await eventually(lambda: lane.lane.lan_key != before, "the key is new")
        async with Client(program.url, lane.lane.identity.token) as client:
            assert "10.0.0.66:8710" not in (await client.hello(Hello(1))).peers


async def test_lanes_are_not_sent_to_hosts_of_a_strangers_choice(program, tmp_path):
    who = {name: await program.enrol(name, tmp_path / name) for name in ("lan-c", "lan-d")}
    for far in ("example.org:80", "169.254.169.254:80", "8.8.8.8:53"):
        async with Client(program.url, who["lan-c"].token) as client:
            await client.hello(Hello(1, lan=far))
        async with Client(program.url, who["lan-d"].token) as client:
            assert far not in (await client.hello(Hello(1))).peers
