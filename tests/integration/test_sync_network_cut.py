"""A cable is pulled: server and lane in two network namespaces with one link between them."""

import asyncio
import os
import secrets
import shutil
import subprocess
import time
from contextlib import closing, contextmanager

import pytest

from gate.edge.store import LaneStore
from tests import lane_program, programs
from tests.programs import Person, eventually

PEOPLE = [Person(f"N{number:03}") for number in range(40)]
ADDRESS = "10.213.77"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=60)


def _why_not() -> str:
    if os.geteuid() != 0:
        return "pulling a cable needs root (ip netns)"
    if shutil.which("ip") is None:
        return "pulling a cable needs `ip`: apt-get install iproute2"
    tried = f"gate-try-{secrets.token_hex(3)}"
    made = subprocess.run(["ip", "netns", "add", tried], capture_output=True, check=False)
    entered = subprocess.run(
        ["ip", "netns", "exec", tried, "true"], capture_output=True, check=False
    )
    subprocess.run(["ip", "netns", "del", tried], capture_output=True, check=False)
    if made.returncode or entered.returncode:
        return (
            f"this machine lets nobody make network namespaces: {entered.stderr.decode().strip()}"
        )
    return ""


@contextmanager
def cable():
    """Yields (namespace, its end): the server's end has ADDRESS.1, the lane's ADDRESS.2."""
    name = secrets.token_hex(3)
    space, ours, theirs = f"gate-{name}", f"gs{name}", f"gl{name}"
    ip("netns", "add", space)
    try:
        ip("link", "add", ours, "type", "veth", "peer", "name", theirs, "netns", space)
        ip("addr", "add", f"{ADDRESS}.1/24", "dev", ours)
        ip("link", "set", ours, "up")
        ip("-n", space, "addr", "add", f"{ADDRESS}.2/24", "dev", theirs)
        ip("-n", space, "link", "set", theirs, "up")
        yield space, theirs
    finally:
        ip("netns", "del", space)


@pytest.mark.skipif(bool(_why_not()), reason=_why_not())
async def test_lanes_go_on_while_the_cable_is_out_and_the_logs_are_one_afterwards(tmp_path):
    with cable() as (space, end), programs.running(host=f"{ADDRESS}.1") as server:
        await server.import_people(*PEOPLE)
        badges = [await server.badge(person.code) for person in PEOPLE]
        started = []
        for name, inside in (("cut-off", space), ("connected", "")):
            await server.enrol(name, tmp_path / name, gate="dialogue_door")
            started.append(
                lane_program.start(
                    tmp_path / name, server.url, badges, server.clock, pause_s=0.02, inside=inside
                )
            )
        try:
            cut_off, connected = started

            async def reaches(name: str, count: int) -> bool:
                return len(await server.log(name)) >= count

            for name in ("cut-off", "connected"):
                await eventually(lambda name=name: reaches(name, 20), f"{name} sends", 60)
            ip("-n", space, "link", "set", end, "down")
            await asyncio.sleep(0.3)
            at_cut = len(await server.log("cut-off"))
            shown = len(cut_off.reported())
            before = len(await server.log("connected"))
            await eventually(lambda: len(cut_off.reported()) >= shown + 150, "it decides on", 60)
            await eventually(lambda: reaches("connected", before + 20), "the other is not held up")
            assert len(await server.log("cut-off")) == at_cut
            ip("-n", space, "link", "set", end, "up")
            healed, waiting = time.monotonic(), len(cut_off.reported())
            await eventually(lambda: reaches("cut-off", waiting), "it catches up", 60)
            print(f"caught up {time.monotonic() - healed:.1f} s after the cable was back")
            for lane in started:
                await asyncio.to_thread(lane.finish)
        finally:
            for lane in started:
                lane.kill()
        for name, lane in (("cut-off", cut_off), ("connected", connected)):
            with closing(LaneStore(tmp_path / name / "lane.sqlite")) as store:
                records = list(store.records())
            assert await server.log(name) == records
            assert [record.name[1:] for record in records] == lane.reported()
