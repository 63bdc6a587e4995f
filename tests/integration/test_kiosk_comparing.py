"""A camera lane asks whose badge it refused: with a server, without one, and never for another."""

import asyncio
import base64
import json
import re

import aiohttp
import cv2
import numpy
import pytest
from msgspec.structs import replace

from gate.access.wire import DeviceRole, Enrolled
from gate.client import Client
from gate.server.devices import COMPARES_PER_MINUTE
from gate.words.words import Words
from kiosk.comparing import Comparing
from tests import venue
from tests.integration import people
from tests.integration.people import row
from tests.integration.test_photos import picture
from tests.kiosk_lane import lane

DOOR = "high_level_door"
RED = "\033[41;97m RED"
GREEN = "\033[42;97m GREEN"
OFFLINE = "Photo not available offline: compare the name on the badge"
INSIDE = venue.badge(holder=lane.MINISTER, profile=lane.HIGH_LEVEL)


@pytest.fixture
def nothing_in_view(tmp_path):
    """A camera that sees no badge: they come by hand scanner."""
    folder = tmp_path / "frames"
    folder.mkdir()
    cv2.imwrite(str(folder / "empty.png"), numpy.full((240, 320, 3), 128, numpy.uint8))
    return str(folder)


class Door:
    """The page of a lane at work."""

    def __init__(self, here, session):
        self.here, self.session = here, session

    async def post(self, path, body):
        own = {"Origin": self.here.url}
        async with self.session.post(self.here.url + path, data=body, headers=own) as answer:
            raw = await answer.read()
            return answer.status, json.loads(raw) if raw.startswith(b"{") else raw.decode()

    async def show(self, text, *words):
        await self.post("/scan", text)
        await self.here.said(*words)
        return self.here.entrance.view().light

    async def whose(self, number):
        return await self.post("/person", json.dumps({"number": number}))


async def test_without_a_network_the_guard_is_told_to_compare_the_name_on_the_badge(
    tmp_path, nothing_in_view, monkeypatch
):
    monkeypatch.setattr("kiosk.debounce.QUIET_S", 0.0)
    lane.synced(tmp_path)
    chosen = lane.settings(tmp_path, source=nothing_in_view)
    async with (
        lane.running(chosen, replace(lane.ENROLLED, gate=DOOR)) as here,
        aiohttp.ClientSession() as session,
    ):
        door = Door(here, session)
        light = await door.show(INSIDE, GREEN)
        assert await door.whose(light.number) == (404, "nobody is compared now\n"), "let in"
        light = await door.show(INSIDE, RED, "inside")
        assert light.seconds == 15.0
        assert light.compare == OFFLINE, "nobody waits for what cannot come"
        status, person = await door.whose(light.number)
        assert (status, person["name"], person["photo"]) == (200, "", "")
        assert person["note"] == OFFLINE
        await door.show("a poster", RED, "not a badge")
        assert (await door.whose(light.number))[0] == 404, "another is shown by now"
        assert (await door.whose(light.number + 1))[0] == 404, "and a poster is nobody's"
        assert (await door.post("/person", "{"))[0] == 400


async def test_with_the_server_name_and_photo_come_to_the_page_and_stay_nowhere(
    server, tmp_path, nothing_in_view, monkeypatch
):
    monkeypatch.setattr("kiosk.debounce.QUIET_S", 0.0)
    await server.import_rows(people.file(row("R-MIN1", "minister", given="Ana", family="Sample")))
    desk = await server.staff("desk")
    path = "/api/v1/editions/{edition}/registrations/R-MIN1/photo"
    assert (await desk.post(path, picture())).status == 204
    device, text = await server.device("door", DOOR), await server.badge("R-MIN1")
    enrolled = Enrolled("door", 1, device.token, DeviceRole.LANE, device.edition, DOOR)
    chosen = lane.settings(tmp_path, source=nothing_in_view, server_url=server.url)
    async with lane.running(chosen, enrolled) as here, aiohttp.ClientSession() as session:
        door = Door(here, session)
        await lane.until(lambda: any(re.match("[1-9]", f) for f in here.entrance.view().facts))
        await door.show(text, GREEN)
        light = await door.show(text, RED, "inside")
        assert light.compare == "Asking for the photo"
        status, person = await door.whose(light.number)
        assert (status, person["name"]) == (200, "Ana Sample")
        assert person["about"] == "Minister · Example Org · Atlantis"
        assert (person["alt"], person["note"]) == ("Photo of Ana Sample", "")
        assert base64.b64decode(person["photo"]) == (await desk.get(path)).raw
        assert "Sample" not in " ".join(here.lines)
        await asyncio.sleep(0)
    for each in tmp_path.rglob("*"):
        if each.is_file() and "server" not in each.parts:
            assert b"Sample" not in each.read_bytes(), each


async def test_whatever_the_server_answers_the_guard_reads_words(server):
    device, words = await server.device("door", DOOR), Words("fr")
    async with Client(server.url, device.token) as client:
        person = await Comparing(client, words).person("a poster")
        assert person.note == words.say("lane-photo-none")
    async with Client("http://127.0.0.1:9") as client:
        person = await Comparing(client, words).person("a poster")
        assert person.note == words.say("lane-photo-offline")


async def test_whoever_is_asked_for_too_often_is_not_said_to_be_offline(server):
    device, words = await server.device("door", DOOR), Words("fr")
    async with Client(server.url, device.token) as client:
        comparing = Comparing(client, words)
        for _ in range(COMPARES_PER_MINUTE):
            assert (await comparing.person("a poster")).note == words.say("lane-photo-none")
        assert (await comparing.person("a poster")).note == words.say("lane-photo-too-often")
