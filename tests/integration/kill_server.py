"""`python -m tests.integration.kill_server 100`: SIGKILL the server under load, and account.

Each cycle: lanes hand in records without a pause, the process is killed in the middle of it,
started again, and the lanes go on. Nothing acknowledged may be missing, nothing may be twice,
and positions stay dense.
"""

import asyncio
import contextlib
import random
import shutil
import sys
import tempfile
from pathlib import Path

from tests.integration.calls import eventually
from tests.integration.load import Lane, until
from tests.integration.served import Served

LANES = 4
RECORDS_BETWEEN = 5


async def cycles(served: Served, how_many: int, dice: random.Random) -> list[Lane]:
    """Kill and restart that often under load; the lanes with what was acknowledged to them."""
    await served.start()
    async with contextlib.AsyncExitStack() as stack:
        lanes = []
        for n in range(LANES):
            async with served.operator() as operator, served.api() as anybody:
                body = {"id": f"lane-{n}", "role": "lane", "gate": "west_3"}
                code = (await operator.post("/api/v1/editions/{edition}/devices", body)).good()
                enrolled = await anybody.post("/api/v1/devices/enrol", {"code": code["code"]})
                mine = enrolled.good()
            api = served.api(token=mine["token"], device=mine["device"], epoch=mine["epoch"])
            lanes.append(Lane(await stack.enter_async_context(api)))
        running = asyncio.gather(*(lane.run() for lane in lanes))
        for done in range(how_many):
            await until(lanes, RECORDS_BETWEEN)
            await asyncio.sleep(dice.random() * 0.05)
            await served.kill()
            await served.start()
            print(f"\r{done + 1} of {how_many}", end="", file=sys.stderr)
        await until(lanes, RECORDS_BETWEEN)
        for lane in lanes:
            lane.stopped = True
        await running
        await account(served, lanes)
    return lanes


async def account(served: Served, lanes: list[Lane]) -> None:
    """What the server holds is exactly what was acknowledged. Raises AssertionError."""
    total = sum(lane.acknowledged for lane in lanes)
    for lane in lanes:
        welcome = (await lane.api.post("/api/v1/lane/hello", {"epoch": lane.api.epoch})).good()
        assert welcome["acked_through"] == lane.acknowledged, (lane.api.device, welcome)
    async with served.operator() as operator:

        async def recount() -> dict[str, object]:
            path = "/api/v1/editions/{edition}/recount?day=2026-07-08"
            return (await operator.get(path)).good()  # type: ignore[no-any-return]

        async def counted() -> bool:
            return (await recount())["records"] >= total  # type: ignore[operator]

        await eventually(counted)
        told = await recount()
    assert told["equal"], told
    assert (told["records"], told["quarantined"]) == (total, 0), (told, total)


async def main(how_many: int) -> int:
    folder = Path(tempfile.mkdtemp(prefix="gate-kill-"))
    folder.chmod(0o755)
    served, seed = Served(folder), random.SystemRandom().randrange(2**32)
    try:
        lanes = await cycles(served, how_many, random.Random(seed))
    finally:
        await served.stop()
        shutil.rmtree(folder, ignore_errors=True)
    total = sum(lane.acknowledged for lane in lanes)
    broken = sum(lane.broken for lane in lanes)
    print(f"\n{how_many} kills, seed {seed}: {total:,} acknowledged, {broken:,} calls broken, "
          "none lost, none twice")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)))
