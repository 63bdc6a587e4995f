import asyncio

import pytest

from tests import badges, programs
from tests.integration.printing import station_program

CODES = [f"WSIS-{number}" for number in range(1, 9)]


@pytest.fixture(scope="session")
def renderer():
    return badges.renderer()


@pytest.fixture(scope="session")
def server():
    """The real service with a few people, all approved."""
    with programs.running() as server:
        asyncio.run(server.import_people(*map(programs.Person, CODES)))
        yield server


@pytest.fixture
async def desk(tmp_path, server, ipp, request):
    """A station with one real printer and a folder, enrolled as its own device."""
    device = f"printer-{abs(hash(request.node.name)) % 10**8}"
    await server.enrol_printer(device, tmp_path / "station")
    environ = {
        "GATE_PRINTER_SERVER_URL": server.url,
        "GATE_PRINTER_CLOCK": str(server.clock),
        "GATE_PRINTER_PRINTERS": f"desk={ipp.url};file=folder:{tmp_path}/badges",
    }
    async with station_program.station(tmp_path / "station", environ) as running:
        running.device = device
        yield running
