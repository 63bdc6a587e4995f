"""What the commands share: which badges, which template, the server, and how far it is."""

import argparse
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from badge_printer.template import FOLDER
from gate.access.wire import BadgeOrder, BadgeQuery, BadgeStatus
from gate.client import Client
from gate.commands.configured import settings
from gate.edge import enrolment
from gate.settings import PrinterSettings


def which_templates(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--templates", type=Path, default=FOLDER, metavar="FOLDER", help="your own templates"
    )


def which_badges(parser: argparse.ArgumentParser, order: BadgeOrder) -> None:
    parser.add_argument("--template", default="a6")
    which_templates(parser)
    parser.add_argument("--order", type=BadgeOrder, default=order, choices=list(BadgeOrder))
    parser.add_argument(
        "--filter", action="append", default=[], metavar="category=ID|letter=A|status=new",
        type=_filter,
        help="only these; may be given more than once",
    )  # fmt: skip
    parser.add_argument("--enrol", default="", metavar="CODE", help="one-time code of this device")


def _filter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    if name == "status" and value in (BadgeStatus.NEW, BadgeStatus.PRINTED, BadgeStatus.SPARE):
        return name, value
    if name not in ("category", "letter") or not value:
        raise argparse.ArgumentTypeError(
            f"{text!r}: expected category=ID, letter=A, status=new (not printed yet), "
            "status=printed or status=spare (nobody's yet)"
        )
    return name, value


def query(arguments: argparse.Namespace, limit: int) -> BadgeQuery:
    chosen = dict(arguments.filter)
    status = BadgeStatus(chosen.pop("status", ""))
    return BadgeQuery(order=arguments.order, limit=limit, status=status, **chosen)


@asynccontextmanager
async def connected(code: str) -> AsyncIterator[Client]:
    """The server, as this enrolled printer. Raises NotEnrolled and what the client raises."""
    chosen = settings(PrinterSettings)
    if code:
        enrolled = await enrolment.enrol(chosen.server_url, code, chosen.data_dir)
    else:
        enrolled = enrolment.load(chosen.data_dir)
    async with Client(chosen.server_url, enrolled.token) as client:
        yield client


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A bar on a terminal; without one, nothing but the command's last words."""
    columns = (
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        yield bar
