"""Kill a lane in the middle of its work, again and again, and account for every scan.

`python -m tests.integration.kill_lane 100` does so 100 times against a server of its own.
"""

import argparse
import asyncio
import random
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from gate.edge.store import LaneStore
from tests import lane_program, lanes, programs
from tests.programs import Person, Server, eventually

DEVICE = "killed-lane"
PEOPLE = [Person(f"K{number:03}") for number in range(40)]


@dataclass(slots=True)
class Account:
    """What must agree: shown to people, kept at the lane, stored by the server."""

    kills: int = 0
    shown: int = 0
    kept: int = 0
    stored: int = 0
    unsent_at_kills: int = 0
    """Records that only the lane's file had when it was killed."""


async def run(server: Server, folder: Path, kills: int, seed: int = 7) -> Account:
    """Raises AssertionError with the first difference found."""
    dice, account = random.Random(seed), Account()
    await server.import_people(*PEOPLE)
    badges = [await server.badge(person.code) for person in PEOPLE]
    await server.enrol(DEVICE, folder)
    shown: set[tuple[int, int]] = set()
    for _ in range(kills):
        lane = lane_program.start(folder, server.url, badges, server.clock)
        wanted = dice.choice((1, 10, 50, 200))
        try:
            await eventually(lambda lane=lane, n=wanted: len(lane.reported()) >= n, "it scans")
            await asyncio.sleep(dice.random() * 0.05)
        finally:
            lane.kill()
        reported = lane.reported()
        assert not shown & set(reported), "a number was given twice"
        shown |= set(reported)
        kept = _kept(folder)
        assert shown <= set(kept), f"shown but not kept: {sorted(shown - set(kept))[:5]}"
        assert kept == [(1, number) for number in range(1, len(kept) + 1)], "a gap in the numbers"
        account.unsent_at_kills += len(kept) - len(await server.log(DEVICE))
        account.kills += 1
    async with lanes.live(folder, server.url) as lane:
        await eventually(lambda: lane.lane.outbox.waiting == 0, "all is sent")
        stored = await server.log(DEVICE)
        assert stored == await lane.records(), "server and lane differ"
    account.shown, account.kept, account.stored = len(shown), len(_kept(folder)), len(stored)
    return account


def _kept(folder: Path) -> list[tuple[int, int]]:
    with closing(LaneStore(folder / "lane.sqlite")) as store:
        return [record.name[1:] for record in store.records()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with programs.running() as server, tempfile.TemporaryDirectory() as folder:
        print(asyncio.run(run(server, Path(folder) / "lane", arguments.kills, arguments.seed)))


if __name__ == "__main__":
    main()
