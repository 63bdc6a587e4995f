"""`badge-printer preview`: see templates with sample people while their files are changed."""

import argparse
import asyncio
import secrets
import signal

from aiohttp import web

from badge_printer.commands.asking import which_templates
from badge_printer.preview import application


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("preview", help="look at templates while they are changed")
    which_templates(parser)
    parser.add_argument("--port", type=int, default=0, help="default: any that is free")
    parser.set_defaults(run=_run)


async def _run(arguments: argparse.Namespace) -> int:
    """Serves this machine alone, until it is stopped."""
    link_key, stop = secrets.token_urlsafe(18), asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    runner = web.AppRunner(application(arguments.templates, link_key), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", arguments.port).start()
        port = runner.addresses[0][1]
        print(f"templates: http://127.0.0.1:{port}/{link_key}/", flush=True)
        await stop.wait()
    finally:
        await runner.cleanup()
    return 0
