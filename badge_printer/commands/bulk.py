"""`badge-printer bulk`: badges for a print shop, in the order in which they are handed out."""

import argparse
import sys
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import msgspec

from badge_printer import bulk, sweep
from badge_printer.bulk import PAGES_PER_PART, CannotResume, State
from badge_printer.commands.asking import connected, progress, query, which_badges
from badge_printer.render import Renderer
from badge_printer.template import Template, load
from gate.access.wire import BadgeOrder, PiledBadge

ORDERS = """Pages stand in the order of --order: `hall` (the hall the holder enters first, in the
policy's order), `letter` (of the family name, accents aside; A to Z, then other scripts),
`delegation` (organisation), each then by family name; or `code`. The list beside the badges says
which page is whose. A job that was stopped goes on where it was when the command is repeated."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("bulk", help="badges for a print shop", epilog=ORDERS)
    which_badges(parser, BadgeOrder.LETTER)
    parser.add_argument(
        "--out", type=Path, required=True, help="a folder of small files, or one file.pdf"
    )
    parser.add_argument("--marks", action="store_true", help="with bleed, and marks where to cut")
    parser.set_defaults(run=_run)


async def _run(arguments: argparse.Namespace) -> int:
    """0 when all are drawn, 2 when some cannot be, 1 when it could not be done."""
    out: Path = arguments.out
    single = out.suffix == ".pdf"
    folder = out.with_name(out.name + ".parts") if single else out
    template = load(arguments.template, arguments.templates)
    Renderer(template)  # says what is wrong with it before the job begins
    wanted = query(arguments, PAGES_PER_PART)
    try:
        state = bulk.begun(folder, bulk.job(template, wanted, arguments.marks))
    except CannotResume as error:
        print(error, file=sys.stderr)
        return 1
    before, began = state.pages, time.monotonic()
    if before and not state.done:
        print(f"going on after {before:,} badges")
    if not state.done:
        state = await _draw(arguments, template, folder, state)
    bulk.finish(folder, state, out if single else folder / "badges")
    took = time.monotonic() - began
    print(
        f"{state.pages:,} badges in {out}, {state.pages - before:,} of them now, in {took:,.0f} s"
    )
    listed = out.with_suffix(".csv") if single else folder / "badges.csv"
    if state.not_printed:
        print(f"{state.not_printed:,} cannot be printed; why is in {listed}")
    return 2 if state.not_printed else 0


async def _draw(
    arguments: argparse.Namespace, template: Template, folder: Path, state: State
) -> State:
    work = partial(bulk.draw_part, template.name, arguments.templates, folder, arguments.marks)
    wanted = query(arguments, PAGES_PER_PART)
    async with connected(arguments.enrol) as client:
        with progress("drawing") as bar:
            task = bar.add_task("", total=None, completed=state.pages + state.not_printed)

            async def chunks() -> AsyncIterator[tuple[PiledBadge, ...]]:
                rest = msgspec.structs.replace(wanted, after=state.after)
                async for page in sweep.pages(client, rest):
                    bar.update(task, total=page.total)
                    yield page.badges

            async for chunk, drawn in sweep.drawn(work, chunks(), first=len(state.parts) + 1):
                state = msgspec.structs.replace(state, parts=(*state.parts, drawn.part))
                bulk.save(folder, state)
                bar.advance(task, len(chunk))
    state = msgspec.structs.replace(state, done=True)
    bulk.save(folder, state)
    return state
