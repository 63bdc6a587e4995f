"""`kiosk entrance`: a camera lane at a gate. `kiosk arrivals`: the self-service kiosk."""

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
from gate.settings import KioskSettings, LaneSettings
from kiosk.camera import NoSuchSource
from kiosk.entrance import Entrance


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    parser = argparse.ArgumentParser(prog="kiosk", description="What stands at the doors.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    entrance = commands.add_parser("entrance", help="a camera lane: badge in view, light on")
    entrance.add_argument("--enrol", default="", metavar="CODE", help="one-time code of this lane")
    entrance.set_defaults(run=_entrance)
    arrivals = commands.add_parser("arrivals", help="self-service: code shown, badge printed")
    arrivals.add_argument("--enrol", default="", metavar="CODE", help="one-time code of this kiosk")
    arrivals.add_argument(
        "--open", action="store_true", help="also open the page, in Chromium on the whole screen"
    )
    arrivals.set_defaults(run=_arrivals)
    pin = commands.add_parser("pin", help="ask for a staff PIN; print what the settings need")
    pin.set_defaults(run=_pin)
    arguments = parser.parse_args()
    try:
        return int(asyncio.run(arguments.run(arguments)))
    except (NotEnrolled, StoreUnusable, NoSuchSource) as error:
        print(f"kiosk: {error}", file=sys.stderr)
    except (ServerAway, CallRefused, OSError) as error:
        print(f"kiosk: {error}", file=sys.stderr)
    return 1


async def _entrance(arguments: argparse.Namespace) -> int:
    chosen = settings(LaneSettings)
    enrolled = await _enrolled(chosen, arguments.enrol)
    stop = _stopping()
    lane = Entrance(chosen, enrolled, lambda line: print(line, flush=True))
    print(f"{enrolled.device}: page at http://127.0.0.1:{chosen.page_port}/", flush=True)
    await lane.run(stop)
    return 0


async def _arrivals(arguments: argparse.Namespace) -> int:
    from kiosk.arrivals.command import arrivals

    chosen = settings(KioskSettings)
    enrolled = await _enrolled(chosen, arguments.enrol)
    return await arrivals(chosen, enrolled, _stopping(), arguments.open)


async def _pin(arguments: argparse.Namespace) -> int:
    from kiosk.arrivals.command import pin

    return await pin()


def _stopping() -> asyncio.Event:
    """Set by the signals that end a program."""
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    return stop


async def _enrolled(chosen: LaneSettings | KioskSettings, code: str) -> Enrolled:
    if code:
        return await enrolment.enrol(chosen.server_url, code, chosen.data_dir)
    return enrolment.load(chosen.data_dir)


if __name__ == "__main__":
    sys.exit(main())
