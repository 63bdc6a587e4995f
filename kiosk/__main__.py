"""`kiosk entrance`: a camera lane at a gate."""

import argparse
import asyncio
import logging
import signal
import sys

from gate.access.wire import Enrolled
from gate.client import CallRefused, ServerAway
from gate.commands.configured import settings
from gate.edge import enrolment
from gate.edge.enrolment import NotEnrolled
from gate.edge.store import StoreUnusable
from gate.settings import LaneSettings
from kiosk.camera import NoSuchSource
from kiosk.entrance import Entrance


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    parser = argparse.ArgumentParser(prog="kiosk", description="What stands at the doors.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    entrance = commands.add_parser("entrance", help="a camera lane: badge in view, light on")
    entrance.add_argument("--enrol", default="", metavar="CODE", help="one-time code of this lane")
    arguments = parser.parse_args()
    try:
        return asyncio.run(_entrance(arguments.enrol))
    except (NotEnrolled, StoreUnusable, NoSuchSource) as error:
        print(f"kiosk entrance: {error}", file=sys.stderr)
    except (ServerAway, CallRefused, OSError) as error:
        print(f"kiosk entrance: {error}", file=sys.stderr)
    return 1


async def _entrance(code: str) -> int:
    chosen = settings(LaneSettings)
    enrolled = await _enrolled(chosen, code)
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    lane = Entrance(chosen, enrolled, lambda line: print(line, flush=True))
    print(f"{enrolled.device}: page at http://127.0.0.1:{chosen.page_port}/", flush=True)
    await lane.run(stop)
    return 0


async def _enrolled(chosen: LaneSettings, code: str) -> Enrolled:
    if code:
        return await enrolment.enrol(chosen.server_url, code, chosen.data_dir)
    return enrolment.load(chosen.data_dir)


if __name__ == "__main__":
    sys.exit(main())
