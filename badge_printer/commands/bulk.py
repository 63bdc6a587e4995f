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
from gate.access.wire import BadgeOrder, BadgeStatus, PiledBadge

ORDERS = """Pages stand in the order of --order: `hall` (the hall the holder enters first, in the
policy's order), `letter` (of the family name, accents aside; A to Z, then other scripts),
`delegation` (organisation), each then by family name; or `code`. The list beside the badges says
which page is whose. A job that was stopped goes on where it was when the command is repeated.

When the boxes stand where they are handed out, repeat the command with --mark: the server then
knows that each badge was made and where it waits, kiosks print none of them, and the desk reads
where it is and hands it out."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("bulk", help="badges for a print shop", epilog=ORDERS)
    which_badges(parser, BadgeOrder.LETTER)
    parser.add_argument(
        "--out", type=Path, required=True, help="a folder of small files, or one file.pdf"
    )
    parser.add_argument("--marks", action="store_true", help="with bleed, and marks where to cut")
    parser.add_argument(
        "--mark", nargs="?", const="{pile}", default="", metavar="PLACE",
        help='these badges are made and wait: "Box {pile}, desk 3"; without a text, by their piles',
    )  # fmt: skip
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
        _check_places(arguments)
    except CannotResume as error:
        print(error, file=sys.stderr)
        return 1
    before, began = state.pages, time.monotonic()
    if before and not state.done:
        print(f"going on after {before:,} badges")
    if not state.done:
        state = await _draw(arguments, template, folder, state)
    bulk.finish(folder, state, out if single else folder / "badges")
    listed = out.with_suffix(".csv") if single else folder / "badges.csv"
    _say(state, before, out, time.monotonic() - began, listed)
    if arguments.mark:
        try:
            state = await _mark(arguments, folder, state, listed)
        except CannotResume as error:
            print(error, file=sys.stderr)
            return 1
    return 2 if state.not_printed or state.void else 0


def _check_places(arguments: argparse.Namespace) -> None:
    if arguments.mark and ("status", BadgeStatus.SPARE) in arguments.filter:
        raise CannotResume("--mark: spares are nobody's; each is given by a scan at the desk")
    if "{pile}" in arguments.mark and arguments.order is BadgeOrder.CODE:
        raise CannotResume("--mark: the order of codes has no piles; name the place")


def _say(state: State, before: int, out: Path, took_s: float, listed: Path) -> None:
    now = state.pages - before
    print(f"{state.pages:,} badges in {out}, {now:,} of them now, in {took_s:,.0f} s")
    if state.not_printed:
        print(f"{state.not_printed:,} cannot be printed; why is in {listed}")


async def _mark(arguments: argparse.Namespace, folder: Path, state: State, listed: Path) -> State:
    """Tell the server where the badges wait, a part at a time; goes on where it was stopped."""
    if not state.lot:
        state = msgspec.structs.replace(state, lot=bulk.lot_name(arguments.out))
        bulk.save(folder, state)
    async with connected(arguments.enrol) as client:
        with progress("marking") as bar:
            task = bar.add_task("", total=len(state.parts), completed=state.marked)
            for part in state.parts[state.marked :]:
                badges = bulk.waiting(folder, part, arguments.mark)
                void: tuple[str, ...] = ()
                if badges:
                    answer = await client.pre_printed([each.badge for each in badges], state.lot)
                    void = tuple(badges[place].code for place in answer.void)
                state = msgspec.structs.replace(
                    state, marked=state.marked + 1, void=(*state.void, *void)
                )
                bulk.save(folder, state)
                bar.advance(task)
    print(f"{state.pages - len(state.void):,} badges are marked as waiting: lot {state.lot}")
    if state.void:
        path = listed.with_name(f"{listed.stem}-void.csv")
        bulk.write_void(folder, state, path)
        print(f"{len(state.void):,} open nothing any more: take them out; see {path}")
    return state


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
