"""`gate spares`: badges signed ahead that are nobody's until the desk gives one by a scan."""

from typing import Any

from rich.console import Console
from rich.table import Table

from gate.client import Client
from gate.commands.remote import operate, plain


def show() -> int:
    async def act(client: Client, edition: str) -> int:
        found: list[dict[str, Any]] = await client.operate("GET", _path(edition))
        if not found:
            print("there is no spare badge that nobody has; gate spares add 50 --help")
            return 0
        table = Table("category", "events", "free")
        for each in found:
            table.add_row(plain(each["category"]), plain(each["events"]), f"{each['free']:,}")
        Console(highlight=False).print(table)
        return 0

    return operate(act)


def add(count: int, category: str, events: str) -> int:
    async def act(client: Client, edition: str) -> int:
        body = {"count": count, "category": category, "events": events}
        made = await client.operate("POST", _path(edition), body)
        print(
            f"{len(made):,} spare badges are signed; they open nothing until the desk gives them.\n"
            "All that are free are printed by: badge-printer bulk --out spares.pdf "
            f"--filter status=spare --filter category={category}"
        )
        return 0

    return operate(act)


def _path(edition: str) -> str:
    return f"/api/v1/editions/{edition}/spares"
