"""A signing key is added, rotated and withdrawn while lanes run, as an engineer types it."""

import asyncio

from gate.edge import enrolment
from tests import lanes, programs
from tests.e2e.test_the_walk import gate
from tests.programs import Person, eventually


async def test_keys_are_rotated_under_running_lanes(tmp_path):
    with programs.running() as server:
        await server.import_people(Person("KEY-1"))
        first = await server.badge("KEY-1")
        for name in ("near", "far"):
            await server.enrol(name, tmp_path / name)
        async with lanes.live(tmp_path / "far", server.url) as lane:  # then it loses its network
            await eventually(lambda: lane.lane.cursor is not None, "the far lane knows everybody")
        async with lanes.live(tmp_path / "near", server.url) as lane:
            await eventually(lambda: lane.is_online, "the near lane is online")

            said = await _said(server, "add-key")
            assert "key 2 signs from now on" in said
            assert "Back up data_dir/keys" in said
            assert "1 of 2 lanes" in said and "not yet: far" in said
            await server.import_people(Person("KEY-2"))
            second = await server.badge("KEY-2")
            await eventually(lambda: _admits(lane, second), "a badge of the new key opens")
            assert await _admits(lane, first), "one of the old key still does"

            said = await _said(server, "withdraw-key", "1", "--dry-run")
            assert "1 badges stand on key 1" in said
            done = await asyncio.to_thread(gate, server, "withdraw-key", "1")
            assert (done.returncode, "nothing was withdrawn" in done.stderr) == (1, True)
            done = await asyncio.to_thread(gate, server, "withdraw-key", "2", "--yes")
            assert (done.returncode, "gate add-key" in done.stderr) == (1, True)
            assert await _admits(lane, first), "asking withdrew nothing"

            said = await _said(server, "withdraw-key", "1", "--yes")
            assert "1 badges open nothing any more, 1 people were signed anew" in said
            await eventually(lambda: _refuses(lane, first), "the old key fails at the next sync")
            assert await _admits(lane, await server.badge("KEY-1")), "the next print is good"
            said = await _said(server, "keys")
            assert "withdrawn" in said and "active" in said

        # Without a network nobody can know; it is told as soon as it is back.
        far, store = lanes.lane(tmp_path / "far", enrolment.load(tmp_path / "far"))
        assert far.scan(first, lanes.NINE).decision.reason.value != "key_not_valid"
        store.close()
        async with lanes.live(tmp_path / "far", server.url) as lane:
            await eventually(lambda: _refuses(lane, first), "and so does the far lane")


async def _said(server, *arguments: str) -> str:
    done = await asyncio.to_thread(gate, server, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def _admits(lane, text: str) -> bool:
    """Also of somebody inside already: then the key was not the reason."""
    shown = await lane.scan(text)
    return shown.decision.reason.value in ("admitted", "already_inside")


async def _refuses(lane, text: str) -> bool:
    return (await lane.scan(text)).decision.reason.value == "key_not_valid"
