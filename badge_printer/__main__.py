"""`badge-printer`: draw one badge into a file, or run a station that serves them."""

import argparse
import asyncio
import contextlib
import logging
import secrets
import signal
import sys
from collections.abc import Coroutine
from concurrent.futures import BrokenExecutor
from functools import partial
from pathlib import Path

import msgspec
from aiohttp import web

from badge_printer.book import Book
from badge_printer.commands import bulk, preflight, preview
from badge_printer.feeder import Times
from badge_printer.layout import CannotPrint
from badge_printer.operating import Operating
from badge_printer.orders import Orders, answering
from badge_printer.printers.address import Address, printer, read_all
from badge_printer.printers.printer import Page
from badge_printer.render import Renderer
from badge_printer.resolution import fit
from badge_printer.spooler import Spooler, Tell
from badge_printer.station import application
from badge_printer.store import StationStore, StoreUnusable
from badge_printer.template import TemplateError, load
from badge_printer.upload import Upload
from gate.access.wire import BadgeData, Enrolled
from gate.client import CallRefused, Client, ServerAway
from gate.commands.configured import settings
from gate.edge import enrolment
from gate.edge.enrolment import NotEnrolled
from gate.fonts import FontsMissing
from gate.settings import PrinterSettings, SettingsError

STORE = "station.sqlite"


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
    station = commands.add_parser("station", help="print badges, and show the operator how it goes")
    station.set_defaults(run=_station)
    for each in (render, station):
        each.add_argument("--template", default="a6")
        each.add_argument(
            "--enrol", default="", metavar="CODE", help="one-time code of this device"
        )
    for command in (preflight, bulk, preview):
        command.add(commands)
    arguments = parser.parse_args()
    try:
        return int(asyncio.run(arguments.run(arguments)))
    except (FontsMissing, TemplateError, NotEnrolled, CannotPrint, StoreUnusable) as error:
        print(error, file=sys.stderr)
    except BrokenExecutor:
        print(
            "a drawing process ended; is there memory enough? Repeat the command", file=sys.stderr
        )
    except SettingsError as error:
        print(f"settings: {error}", file=sys.stderr)
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
    addresses = read_all(chosen.printers)
    enrolled = await _enrolled(chosen, arguments.enrol)
    renderer = Renderer(load(arguments.template))
    link_key = chosen.link_key or secrets.token_urlsafe(18)
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(Client(chosen.server_url, enrolled.token))
        store = stack.enter_context(contextlib.closing(StationStore(chosen.data_dir / STORE)))
        spooler = _spooler(chosen, addresses, renderer, store, enrolled, answering(client))
        upload = Upload(store, spooler.book, client, enrolled)
        orders = Orders(client, spooler)
        operating = Operating(client, renderer, spooler, upload)
        app = application(client, renderer, link_key, operating)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", chosen.port).start()
        print(f"printers: http://127.0.0.1:{chosen.port}/{link_key}/", flush=True)
        print(f"badges:   http://127.0.0.1:{chosen.port}/{link_key}/badges/CODE.pdf", flush=True)
        await _until(stop, spooler.run(), upload.run(), orders.run())
    return 0


def _spooler(
    chosen: PrinterSettings,
    addresses: list[Address],
    renderer: Renderer,
    store: StationStore,
    enrolled: Enrolled,
    tell: Tell,
) -> Spooler:
    template = renderer.template
    width, height = template.width, template.height
    printers = {each.name: printer(each, width, height) for each in addresses}

    def draw(badge: BadgeData) -> Page:
        return Page(width, height, lambda dpi: renderer.pdf(badge, dpi))

    book = Book(store, enrolled, tuple(printers), chosen.clock.now_ms)
    fits, times = partial(fit, template), Times(stall_s=chosen.stall_s)
    return Spooler(book, store, addresses, printers, draw, fits, times, tell)


async def _until(stop: asyncio.Event, *running: Coroutine[None, None, None]) -> None:
    """Run until told to stop; a part that fails brings the others down with it."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in running]
        await stop.wait()
        for task in tasks:
            task.cancel()


async def _enrolled(chosen: PrinterSettings, code: str) -> Enrolled:
    if code:
        return await enrolment.enrol(chosen.server_url, code, chosen.data_dir)
    return enrolment.load(chosen.data_dir)


if __name__ == "__main__":
    sys.exit(main())
