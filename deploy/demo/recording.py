"""What the demonstration's camera sees: badges a gate admits, and badges it must refuse."""

import asyncio
import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
from nacl.signing import SigningKey as PrivateKey

from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo import scenes
from gate.access.credential import sign
from gate.access.model import Credential, Holder, Kind
from gate.access.policy import Policy
from gate.access.wire import BadgeData
from gate.client import Client

DONE = "recorded.json"
DPI = 150.0
SEED = 11
Row = Mapping[str, str]


def _latin(row: Row) -> bool:
    return row["status"] == "approved" and not row["native name"]


WANTED: tuple[tuple[str, Callable[[Row], bool]], ...] = (
    ("whole week", lambda r: _latin(r) and r["events"] == "wsis; ai4g; dialogue"),
    ("native script", lambda r: r["status"] == "approved" and r["native name"] != ""
     and r["events"] == "ai4g"),
    ("dialogue only", lambda r: _latin(r) and r["events"] == "dialogue"),
    ("later days", lambda r: _latin(r) and r["events"] == "ai4g: 8-10"),
    ("minister", lambda r: r["status"] == "approved" and r["category"] == "minister"
     and "ministerial" in r["events"]),
    ("cancelled after printing", lambda r: _latin(r) and r["events"] == "wsis"),
    ("forged", lambda r: _latin(r) and r["events"] == "wsis; ai4g"),
)  # fmt: skip


async def record(
    folder: Path, people: Path, badges: Client, operator: Client, policy: Policy
) -> None:
    """Render a badge of each wanted kind there is, cancel one of them, and film them all."""
    with people.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = {name: row for name, fits in WANTED if (row := next(filter(fits, rows), None))}
    renderer = await asyncio.to_thread(Renderer, load())
    pictures = []
    for name, row in chosen.items():
        data = await badges.badge(row["code"])
        if name == "forged":
            data = _forged(data, policy)
        png = await asyncio.to_thread(renderer.png, data, DPI)
        pictures.append(scenes.picture(png))
    if "cancelled after printing" in chosen:
        await _cancel(operator, policy, chosen["cancelled after printing"])
    count = await asyncio.to_thread(scenes.film, pictures, folder, SEED)
    done = {"frames": count, "badge": next(iter(chosen.values()), rows[0])["code"]}
    (folder / DONE).write_text(json.dumps(done))


async def _cancel(operator: Client, policy: Policy, row: Row) -> None:
    """The registration system sends the person again, now cancelled."""
    raw = json.dumps([{**row, "status": "cancelled"}]).encode()
    async for _ in operator.import_file(policy.edition, "cancelled.json", raw, False):
        pass


def _forged(data: BadgeData, policy: Policy) -> BadgeData:
    """The same person's badge, under a key of the forger's own."""
    claims = Credential(
        kind=Kind.ATTENDEE,
        key_id=1,
        edition=policy.number,
        holder=Holder(data.holder),
        generation=data.generation,
        profile=1,
        issued_min=policy.minutes(policy.epoch),
        expires_h=policy.expires_h(),
    )
    return msgspec.structs.replace(data, text=sign(claims, PrivateKey(b"forger".ljust(32))))
