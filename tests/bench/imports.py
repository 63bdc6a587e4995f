"""11,000 registrations from a file of the registration system, through the API, signed."""

import asyncio
import time
from collections.abc import Iterator

from tests.bench.crowd import people_csv
from tests.bench.measure import Line, line
from tests.bench.server import Server, running

TIMES = 2


def measure() -> Iterator[Line]:
    yield from asyncio.run(_measure())


async def _measure() -> list[Line]:
    raw = people_csv()
    first, again, dry = [], [], []
    for _ in range(TIMES):
        async with running() as server:
            first.append(await _import(server, raw, "added"))
            again.append(await _import(server, raw, "unchanged"))
            dry.append(await _import(server, raw, "unchanged", dry_run=True))
    note = "file sent -> report received; worst of the runs is p99"
    return [
        line("import and sign 11,000", first, unit="s", target="<= 5 s", p99_max=5, note=note),
        line("the same file again, unchanged", again, unit="s"),
        line("the same file, dry run", dry, unit="s"),
    ]


async def _import(server: Server, raw: bytes, expected: str, dry_run: bool = False) -> float:
    started = time.perf_counter()
    report = await server.import_people(raw, dry_run)
    seconds = time.perf_counter() - started
    if report[expected] != report["rows"] or report["rows"] < 11_000:
        raise SystemExit(f"expected 11,000 rows {expected}: {report}")
    return seconds
