"""`gate keys`, `add-key`, `revoke-key`, `withdraw-key`: the keys that sign badges."""

import asyncio
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from gate.client import Client
from gate.commands.remote import operate

HEARD_S, LOOK_S = 4.0, 0.25
"""Lanes that are online hear of a key within a second."""
NAMED_MAX = 10


def show() -> int:
    async def act(client: Client, edition: str) -> int:
        table = Table("key", "status", "trusted for badges issued", "badges", "")
        for each in await _keys(client, edition):
            since, until = (each[k][:16].replace("T", " ") for k in ("not_before", "not_after"))
            signs = "signs" if each["signs"] else ""
            row = (str(each["key_id"]), each["status"], f"{since} to {until}")
            table.add_row(*row, f"{each['badges']:,}", signs)
        Console(highlight=False).print(table)
        return 0

    return operate(act)


async def _keys(client: Client, edition: str) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = await client.operate("GET", f"/api/v1/editions/{edition}/keys")
    return keys


def add() -> int:
    """Make a key, and say which lanes do not know it yet."""

    async def act(client: Client, edition: str) -> int:
        made = await client.operate("POST", f"/api/v1/editions/{edition}/keys")
        print(f"key {made['key_id']} signs from now on; badges of the older keys stay good")
        print(f"Back up data_dir/keys now: it holds {edition}-{made['key_id']}.key")
        await _say_who_heard(client, edition)
        return 0

    return operate(act)


def revoke(key: int) -> int:
    """Trust a stolen signing key only for badges that the record names exactly."""

    async def act(client: Client, edition: str) -> int:
        await client.operate("POST", f"/api/v1/editions/{edition}/keys/{key}/revoke")
        print(f"key {key} is revoked: badges made up with it open nothing, everybody keeps theirs")
        signs = next(each["key_id"] for each in await _keys(client, edition) if each["signs"])
        print(f"key {signs} signs; back up data_dir/keys now")
        await _say_who_heard(client, edition)
        return 0

    return operate(act)


def withdraw(key: int, dry_run: bool, yes: bool) -> int:
    """0 when it was withdrawn, or with `dry_run` could be; 1 when it was not."""

    async def act(client: Client, edition: str) -> int:
        keys = {each["key_id"]: each for each in await _keys(client, edition)}
        if key not in keys:
            print(f"no key {key}; there are: {', '.join(map(str, keys))}", file=sys.stderr)
            return 1
        if keys[key]["signs"]:
            print(f"key {key} signs; make another one first: gate add-key", file=sys.stderr)
            return 1
        badges = keys[key]["badges"]
        print(
            f"{badges:,} badges stand on key {key}: where they are on paper they would open "
            "nothing any more. Who has one gets another at a desk; what is printed from then on "
            "comes with the key that signs"
        )
        if dry_run:
            return 0
        if not yes and not _agrees(key):
            print("nothing was withdrawn", file=sys.stderr)
            return 1
        path = f"/api/v1/editions/{edition}/keys/{key}/withdraw"
        told = await client.operate("POST", path, {"badges": badges})
        print(
            f"key {key} is withdrawn: {told['stopped']:,} badges open nothing any more, "
            f"{told['signed_anew']:,} people were signed anew for their next print"
        )
        await _say_who_heard(client, edition)
        return 0

    return operate(act)


def _agrees(key: int) -> bool:
    if not sys.stdin.isatty():
        print("say --yes, or run it in a terminal to be asked", file=sys.stderr)
        return False
    return input(f"Type {key} to withdraw it: ").strip() == str(key)


async def _say_who_heard(client: Client, edition: str) -> None:
    """Which of the lanes the server hears know it; others learn it when they are back."""
    for _ in range(int(HEARD_S / LOOK_S)):
        reach = await client.operate("GET", f"/api/v1/editions/{edition}/reach")
        if not reach["behind"]:
            break
        await asyncio.sleep(LOOK_S)
    behind = ", ".join(reach["behind"][:NAMED_MAX])
    print(
        f"{reach['reached']} of {reach['lanes']} lanes that are online have heard"
        + (f"; not yet: {behind}" if behind else "")
    )
