"""Commands that ask a running server: `gate import`, `enrol`, `revoke`, `admin-link`, `claims`.

They call the API as the operator, by the token in the server's data folder, readable only there.
"""

import asyncio
import csv
import io
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import qrcode
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from gate.access.wire import DeviceRole
from gate.client import CallRefused, Client, ServerAway
from gate.commands.configured import settings
from gate.settings import ServerSettings

PROBLEMS_SHOWN = 50


def operate(act: Callable[[Client, str], Awaitable[int]]) -> int:
    """Run `act(client, edition)` as the operator; errors become one line and status 1."""
    chosen = settings(ServerSettings)
    path = chosen.data_dir / "operator.token"
    try:
        token = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return _complain(f"no {path}: start the server once, here, or set GATE_SERVER_DATA_DIR")
    except OSError as error:
        return _complain(f"{path}: {error.strerror}")

    async def run() -> int:
        async with Client(chosen.url, token) as client:
            me = await client.operate("GET", "/api/v1/me")
            return await act(client, me["edition"])

    try:
        return asyncio.run(run())
    except (ServerAway, CallRefused, OSError) as error:
        return _complain(str(error))


def _complain(words: str) -> int:
    print(words, file=sys.stderr)
    return 1


def import_file(file: Path, dry_run: bool) -> int:
    """0 when every row was taken, 2 when some were not, 1 when the import did not happen."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        return _complain(f"{file}: {error.strerror}")

    async def act(client: Client, edition: str) -> int:
        report = await _with_progress(client, edition, file.name, raw, dry_run)
        show(report)
        return 2 if report["problems"] else 0

    return operate(act)


async def _with_progress(
    client: Client, edition: str, file: str, raw: bytes, dry_run: bool
) -> dict[str, Any]:
    report: dict[str, Any] | None = None
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.completed:>6,.0f} of {task.total:,.0f}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("sending", total=1)
        async for step in client.import_file(edition, file, raw, dry_run):
            report = step.get("report") or report
            bar.update(task, description=step["step"], completed=step.get("done", 0),
                       total=max(1, step.get("of", 1)))  # fmt: skip
    if report is None:
        raise ServerAway("the server broke off; nothing was stored, run the import again")
    return report


def show(report: dict[str, Any]) -> None:
    """The report as an operator reads it: what went in, and each row that did not."""
    out = Console(soft_wrap=True, highlight=False)
    kind = f"{report['encoding']}, separator {report['separator']}" if report["encoding"] else ""
    head = "Dry run, nothing stored. " if report["dry_run"] else ""
    out.print(plain(f"{head}{report['file']}" + (f" ({kind})" if kind else "")), markup=False)
    out.print(
        f"{report['added']:,} new, {report['updated']:,} changed, "
        f"{report['unchanged']:,} unchanged, {report['signed']:,} badges signed, "
        f"{report['refused']:,} rows refused, {report['repeats']:,} repeats; "
        f"{report['seconds']:.1f} s"
    )
    if report["unknown_columns"]:
        out.print(plain(f"columns not used: {', '.join(report['unknown_columns'])}"), markup=False)
    if not report["problems"]:
        return
    table = Table("line", "column", "value", "why")
    for problem in report["problems"][:PROBLEMS_SHOWN]:
        row = (
            str(problem["line"] or "file"),
            *(problem[k] for k in ("column", "value", "message")),
        )
        table.add_row(*(Text(plain(each)) for each in row))
    out.print(table)
    if len(report["problems"]) > PROBLEMS_SHOWN:
        out.print(f"... and {len(report['problems']) - PROBLEMS_SHOWN:,} more")


def plain(text: str) -> str:
    """What stood in somebody's file, with nothing in it that a terminal would obey."""
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)


def enrol(device: str, role: str, gate: str | None, direction: str) -> int:
    """Print a one-time code for a device; for a lane also the link and QR that set up a phone."""

    async def act(client: Client, edition: str) -> int:
        body = {"id": device, "role": role, "gate": gate, "direction": direction}
        made = await client.operate("POST", f"/api/v1/editions/{edition}/devices", body)
        print(f"{made['code']}  enrols {device} once, within {made['minutes']} minutes")
        if role == DeviceRole.LANE:
            link = f"{settings(ServerSettings).url}/scan#{made['code']}"
            print(f"\nOr let a phone be it: open {link}")
            print(in_blocks(link))
        return 0

    return operate(act)


def in_blocks(text: str) -> str:
    """A QR code of half blocks, light on dark as most terminals are."""
    code = qrcode.QRCode(border=2)
    code.add_data(text)
    out = io.StringIO()
    code.print_ascii(out, invert=True)
    return out.getvalue()


def revoke(device: str) -> int:
    """Cut a device off; it may enrol again by a new code."""

    async def act(client: Client, edition: str) -> int:
        path = f"/api/v1/editions/{edition}/devices/{quote(device, safe='')}/revoke"
        await client.operate("POST", path)
        print(f"{device} is cut off: its next call is refused, and it forgets everybody")
        return 0

    return operate(act)


def admin_link(roles: list[str]) -> int:
    """Print a one-time link that makes an account with these roles."""

    async def act(client: Client, edition: str) -> int:
        made = await client.operate("POST", "/api/v1/staff/links", {"roles": roles})
        print(made["url"])
        return 0

    return operate(act)


def mail_send(codes: list[str], again: bool, dry_run: bool) -> int:
    """Queue claim mails, or show one of those that would go."""

    async def act(client: Client, edition: str) -> int:
        body = {"codes": codes, "again": again, "dry_run": dry_run}
        told = await client.operate("POST", f"/api/v1/editions/{edition}/mails", body)
        if told["sample"]:
            print(f"{told['sample']}\n---")
        print(
            f"{told['queued']:,} {'would be queued' if dry_run else 'queued'}; "
            f"{told['had_one']:,} have had one, {told['without_address']:,} have no address, "
            f"{told['not_approved']:,} are not approved"
        )
        return 0

    return operate(act)


def mail_status() -> int:
    """0 when every mail was sent or waits, 2 when some were not."""

    async def act(client: Client, edition: str) -> int:
        told = await client.operate("GET", f"/api/v1/editions/{edition}/mails")
        print(", ".join(f"{n:,} {state}" for state, n in told["states"].items()) or "no mails yet")
        for each in told["troubles"]:
            print(f"{each['code']}  {each['state']}  after {each['tries']} tries: {each['why']}")
        return 2 if {"failed", "bounced"} & set(told["states"]) else 0

    return operate(act)


def claims() -> int:
    """Print every registration's claim code as CSV: the mailing makes `claim` a QR code."""

    async def act(client: Client, edition: str) -> int:
        rows = await client.operate("GET", f"/api/v1/editions/{edition}/claims")
        out = csv.DictWriter(sys.stdout, ("code", "email", "language", "claim", "shown"))
        out.writeheader()
        out.writerows(rows)
        return 0

    return operate(act)
