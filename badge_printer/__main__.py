"""`badge-printer`: draw one badge into a file, or run a station that serves them."""

import argparse
import asyncio
import contextlib
import logging
import secrets
import signal
import sys
from pathlib import Path

import msgspec
from aiohttp import web

from badge_printer.fonts import FontsMissing
from badge_printer.layout import CannotPrint
from badge_printer.render import Renderer
from badge_printer.station import application
from badge_printer.template import TemplateError, load
from gate.access.wire import BadgeData, Enrolled
from gate.client import CallRefused, Client, ServerAway
from gate.commands.configured import settings
from gate.edge import enrolment
from gate.edge.enrolment import NotEnrolled
from gate.settings import PrinterSettings


def main() -> int:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    parser = argparse.ArgumentParser(prog="badge-printer", description="Badges on paper.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    render = commands.add_parser("render", help="draw one badge into a PDF or PNG file")
    whom = render.add_mutually_exclusive_group(required=True)
    whom.add_argument("--code", help="registration code, fetched from the server")
    whom.add_argument("--data", type=Path, help="badge data as a JSON file")
    render.add_argument("--out", type=Path, required=True, help="ends in .pdf or .png")
    render.add_argument("--dpi", type=float, help="dots per inch; default: the template's")
    render.set_defaults(run=_render)
    station = commands.add_parser("station", help="serve badges as PDF and PNG")
    station.set_defaults(run=_station)
    for each in (render, station):
        each.add_argument("--template", default="a6")
        each.add_argument(
            "--enrol", default="", metavar="CODE", help="one-time code of this device"
        )
    arguments = parser.parse_args()
    try:
        return int(asyncio.run(arguments.run(arguments)))
    except (FontsMissing, TemplateError, NotEnrolled, CannotPrint) as error:
        print(error, file=sys.stderr)
    except (ServerAway, CallRefused, OSError, msgspec.DecodeError) as error:
        print(error, file=sys.stderr)
    return 1


async def _render(arguments: argparse.Namespace) -> int:
    renderer = Renderer(load(arguments.template))
    if arguments.data:
        data = msgspec.json.decode(arguments.data.read_bytes(), type=BadgeData)
    else:
        chosen = settings(PrinterSettings)
        enrolled = await _enrolled(chosen, arguments.enrol)
        async with Client(chosen.server_url, enrolled.token) as client:
            data = await client.badge(arguments.code)
    kind = arguments.out.suffix
    if kind not in (".pdf", ".png"):
        print(f"--out {arguments.out}: expected a name ending in .pdf or .png", file=sys.stderr)
        return 1
    page = (
        renderer.pdf(data, arguments.dpi) if kind == ".pdf" else renderer.png(data, arguments.dpi)
    )
    arguments.out.write_bytes(page)
    for each in renderer.layout(data).left_out:
        print(f"left out: {each}", file=sys.stderr)
    return 0


async def _station(arguments: argparse.Namespace) -> int:
    chosen = settings(PrinterSettings)
    enrolled = await _enrolled(chosen, arguments.enrol)
    renderer = Renderer(load(arguments.template))
    link_key = chosen.link_key or secrets.token_urlsafe(18)
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(chosen.server_url, enrolled.token))
        runner = web.AppRunner(application(client, renderer, link_key), access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", chosen.port).start()
        print(f"badges: http://127.0.0.1:{chosen.port}/{link_key}/badges/CODE.pdf", flush=True)
        await stop.wait()
    return 0


async def _enrolled(chosen: PrinterSettings, code: str) -> Enrolled:
    if code:
        return await enrolment.enrol(chosen.server_url, code, chosen.data_dir)
    return enrolment.load(chosen.data_dir)


if __name__ == "__main__":
    sys.exit(main())
