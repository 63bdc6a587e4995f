"""From the desk's button to paper: a station fetches the order, prints it, and says so."""

import asyncio

import pytest

from badge_printer.orders import Orders, answering
from badge_printer.render import Renderer
from badge_printer.template import load
from gate.client import Client
from tests.integration import people
from tests.integration.calls import eventually
from tests.integration.people import row
from tests.integration.printing import desk as station_parts

ANA = "/api/v1/editions/{edition}/registrations/R-ANA1"


@pytest.fixture
async def week(server):
    await server.import_rows(people.file(row("R-ANA1", given="Ana", family="Duval")))
    return server


async def test_what_the_desk_orders_comes_out_once_and_is_in_force(week, tmp_path):
    desk = await week.staff("desk")
    device = await week.device("hall-printer", None, "printer")
    async with (
        Client(week.url, device.token) as client,
        station_parts.desk(
            tmp_path, Renderer(load("a6")), f"a=folder:{tmp_path}/out", tell=answering(client)
        ) as station,
    ):
        running = asyncio.create_task(Orders(client, station.spooler).run())
        for reason, generation in (("first", 1), ("lost", 2)):
            body = {"reason": reason, "printer": "hall-printer"}
            (await desk.post(f"{ANA}/reprints", body)).good()

            async def in_force(generation=generation):
                return generation in (await desk.get(ANA)).good()["printed"]

            await eventually(in_force)
            assert (await desk.get(ANA)).good()["generation"] == generation
        assert len(station.book.ended()) == 2, "each order is printed once"
        running.cancel()
