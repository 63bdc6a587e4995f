"""`badge-printer preflight`: draw every badge before opening day and report what is wrong."""

import argparse
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

from badge_printer import sweep
from badge_printer.commands.asking import connected, progress, query, which_badges
from badge_printer.preflight import WHAT, Kind, check_chunk
from badge_printer.preflight_report import Report
from badge_printer.render import Renderer
from badge_printer.template import load
from gate.access.wire import BadgeOrder, BadgePage, PiledBadge

CHUNK = 20
PAGE = 200


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("preflight", help="check all badges before they are printed")
    which_badges(parser, BadgeOrder.CODE)
    parser.add_argument(
        "--out", type=_report_file, default=Path("preflight.html"),
        help="report, .html (with a .csv beside it) or .csv",
    )  # fmt: skip
    parser.set_defaults(run=_run)


def _report_file(text: str) -> Path:
    if Path(text).suffix not in (".html", ".csv"):
        raise argparse.ArgumentTypeError(f"{text!r}: expected a name ending in .html or .csv")
    return Path(text)


async def _run(arguments: argparse.Namespace) -> int:
    """0 when all can be printed, 1 when some cannot."""
    Renderer(load(arguments.template, arguments.templates))  # says what is wrong before it begins
    work = partial(check_chunk, arguments.template, arguments.templates)
    began = time.monotonic()
    async with connected(arguments.enrol) as client:
        with progress("checking") as bar, Report(arguments.out) as report:
            task = bar.add_task("", total=None)

            async def chunks() -> AsyncIterator[tuple[PiledBadge, ...]]:
                async for page in sweep.pages(client, query(arguments, PAGE)):
                    bar.update(task, total=page.total)
                    for chunk in _split(page):
                        yield chunk

            async for _, checked in sweep.drawn(work, chunks()):
                report.add(checked)
                bar.advance(task, checked.badges)
            report.write_page(arguments.template)
    took = time.monotonic() - began
    print(
        f"{report.badges:,} badges checked in {took:,.0f} s, {report.resident_mb:,.0f} MB a process"
    )
    for kind in Kind:
        if report.counts[kind]:
            print(f"{report.counts[kind]:6,}  {WHAT[kind]}")
    print(f"{report.people_blocked:6,}  cannot be printed as they are" if report.blocking
          else "all can be printed")  # fmt: skip
    print(f"report: {arguments.out}")
    return 1 if report.blocking else 0


def _split(page: BadgePage) -> list[tuple[PiledBadge, ...]]:
    return [page.badges[at : at + CHUNK] for at in range(0, len(page.badges), CHUNK)]
