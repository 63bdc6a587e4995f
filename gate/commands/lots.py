"""`gate lots`: the print shop's deliveries, and taking one back that was spoilt."""

import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from gate.client import Client
from gate.commands.remote import operate, plain


def show() -> int:
    async def act(client: Client, edition: str) -> int:
        found = await _lots(client, edition)
        if not found:
            print("no badges were marked yet: badge-printer bulk ... --mark PLACE")
            return 0
        columns = ("badges", "handed out", "replaced", "taken back", "waiting")
        table = Table("lot", "marked (UTC)", "by", *columns)
        for each in found.values():
            at = datetime.fromtimestamp(each["at_ms"] / 1000, UTC)
            counts = (f"{each[name.replace(' ', '_')]:,}" for name in columns)
            table.add_row(
                plain(each["lot"]), f"{at:%Y-%m-%d %H:%M}", plain(each["device"]), *counts
            )
        Console(highlight=False).print(table)
        return 0

    return operate(act)


def take_back(name: str, why: str, dry_run: bool, yes: bool) -> int:
    """0 when it was taken back, or with `dry_run` could be; 1 when it was not."""

    async def act(client: Client, edition: str) -> int:
        found = await _lots(client, edition)
        lot = found.get(name)
        if lot is None:
            known = ", ".join(map(plain, found)) or "none"
            print(f"no lot {plain(name)}; there are: {known}", file=sys.stderr)
            return 1
        print(
            f"{lot['waiting']:,} badges of lot {name} wait: they would open nothing any more, and "
            "kiosks and desks print new ones. Left as they are: "
            f"{lot['handed_out']:,} handed out, {lot['replaced']:,} replaced"
        )
        if dry_run or not lot["waiting"]:
            return 0
        if not yes and not _agrees(name):
            print("nothing was taken back", file=sys.stderr)
            return 1
        taken = await _all(client, edition, lot, why)
        print(f"{taken:,} badges of lot {name} are taken back: destroy what is in the boxes")
        return 0

    return operate(act)


async def _lots(client: Client, edition: str) -> dict[str, dict[str, Any]]:
    rows = await client.operate("GET", f"/api/v1/editions/{edition}/lots")
    return {each["lot"]: each for each in rows}


async def _all(client: Client, edition: str, lot: dict[str, Any], why: str) -> int:
    """In parts, each stored before the next is asked for."""
    path = f"/api/v1/editions/{edition}/lots/{quote(lot['lot'], safe='')}/take-back"
    columns = (TextColumn("taking back"), BarColumn(), TextColumn("{task.completed:,.0f}"))
    taken: int = 0
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=lot["waiting"])
        while True:
            told = await client.operate("POST", path, {"why": why})
            taken += int(told["badges"])
            bar.update(task, completed=taken)
            if not told["waiting"] or not told["badges"]:
                return taken


def _agrees(name: str) -> bool:
    if not sys.stdin.isatty():
        print("say --yes, or run it in a terminal to be asked", file=sys.stderr)
        return False
    return input(f"Type {name} to take it back: ").strip() == name
