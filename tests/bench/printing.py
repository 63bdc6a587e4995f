"""A badge asked for at a kiosk, until its bytes are at the printer: server, station and an IPP
printer as real programs (`ippeveprinter`); and what a printer's own language costs."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from badge_printer.printers import raster, zpl
from tests import badges, programs
from tests.bench.measure import Line, line, timed
from tests.integration.printing import ippeve
from tests.integration.printing.station_program import Station, station

BADGES = 60
PAUSE_S = 0.2
"""Between two people at one kiosk; the printer is idle again."""


def measure() -> Iterator[Line]:
    with (
        tempfile.TemporaryDirectory() as folder,
        ippeve.bus(Path(folder) / "bus") as bus,
        ippeve.printer(Path(folder) / "ipp", bus) as printer,
        programs.running() as server,
    ):
        people = [programs.Person(f"BENCH-{number}") for number in range(BADGES + 1)]
        asyncio.run(server.import_people(*people))
        taken = asyncio.run(_asked(server, printer, Path(folder) / "station"))
    limit = sorted(taken)[int(0.95 * len(taken))] * 1e3
    yield line(
        "badge asked for -> bytes at the printer", taken, target="p95 <= 1 s",
        p99_max=1000.0, note=f"p95 {limit:.0f} ms, IPP, server and database on this machine",
    )  # fmt: skip
    yield from _languages()


async def _asked(server: programs.Server, printer: ippeve.IppEve, folder: Path) -> list[float]:
    await server.enrol_printer("bench-printer", folder)
    environ = {
        "GATE_PRINTER_SERVER_URL": server.url,
        "GATE_PRINTER_CLOCK": str(server.clock),
        "GATE_PRINTER_PRINTERS": f"desk={printer.url}",
    }
    async with station(folder, environ) as running:
        await _one(running, printer, "BENCH-0")  # warm: fonts and template are read once
        return [await _one(running, printer, f"BENCH-{n}") for n in range(1, BADGES + 1)]


async def _one(running: Station, printer: ippeve.IppEve, code: str) -> float:
    before, start = len(printer.printed()), time.perf_counter()
    status, answer = await running.ask("POST", "print", {"code": code})
    assert status == 201, answer
    while len(printer.printed()) == before:  # noqa: ASYNC110 - files tell nobody
        await asyncio.sleep(0.002)
    taken = time.perf_counter() - start
    await asyncio.sleep(PAUSE_S)
    return taken


def _languages() -> Iterator[Line]:
    for nominal, dpi in zpl.DPI.items():
        pdf = badges.renderer().pdf(badges.badge(), dpi)
        picture = raster.picture(pdf, dpi)
        drawn = timed(lambda pdf=pdf, dpi=dpi: raster.picture(pdf, dpi), 20, 2)
        yield line(f"page as pixels, {nominal} dpi", drawn)
        labels = timed(lambda p=picture: zpl.label(zpl.black_and_white(p)), 20, 2)
        yield line(f"pixels as ZPL, {nominal} dpi", labels)
        rasters = timed(lambda p=picture, dpi=dpi: raster.pwg(p, dpi, "x", True), 20, 2)
        yield line(f"pixels as PWG Raster in colour, {nominal} dpi", rasters)
