"""A guard compares: the server shows whose badge was presented, for that badge and no other."""

import base64

import msgspec
import pytest

from gate.access.badge_number import number
from gate.access.ledger import LogRecord
from gate.client import CallRefused, Client, ServerAway
from gate.server.devices import COMPARES_PER_MINUTE
from tests import venue
from tests.integration import people
from tests.integration.people import row
from tests.integration.test_photos import picture

COMPARE = "/api/v1/lane/compare"
PHOTO = "/api/v1/editions/{edition}/registrations/R-MIN1/photo"
MINISTER = row("R-MIN1", "minister", "wsis; ministerial", given="Ana", family="Sample")


@pytest.fixture
async def week(server):
    await server.import_rows(people.file(MINISTER, row("R-ANA1"), row("R-OFF1")))
    return server


async def test_the_badge_itself_asks_for_name_and_photo(week):
    desk, door = await week.staff("desk"), await week.device("door", "ministerial_door")
    text = await week.badge("R-MIN1")
    before = (await door.post(COMPARE, {"text": text})).good()
    assert before == {
        "name": "Ana Sample", "category": "Minister", "organisation": "Example Org",
        "country": "Atlantis", "photo": "",
    }  # fmt: skip
    assert (await desk.post(PHOTO, picture())).status == 204
    answer = await door.post(COMPARE, {"text": text})
    assert answer.headers["Cache-Control"] == "no-store"
    assert base64.b64decode(answer.good()["photo"]) == (await desk.get(PHOTO)).raw


async def test_every_look_at_a_person_is_on_record_by_badge_number_and_without_a_name(
    week, database
):
    door = await week.device("door", "ministerial_door")
    (await door.post(COMPARE, {"text": await week.badge("R-MIN1")})).good()
    holder = await database.fetchval("SELECT holder FROM registration WHERE code = 'R-MIN1'")
    told = await database.fetch("SELECT who, what, about FROM audit WHERE what LIKE 'compared%'")
    assert [tuple(each) for each in told] == [("device door", "compared a person", number(holder))]


async def test_without_the_badge_a_stolen_lane_sees_nobody(week):
    door = await week.device("door")
    text, holder = await week.badge("R-MIN1"), 0
    holder = await week.service.pool.fetchval("SELECT holder FROM registration LIMIT 1")
    forged = venue.badge(venue.FORGER, holder=holder)
    for odd in ("", "R-MIN1", str(holder), number(holder), forged, venue.tampered(text), text[:80]):
        answer = await door.post(COMPARE, {"text": odd})
        assert (answer.status, answer.title) == (404, "Nobody to compare"), odd
        assert b"Sample" not in answer.raw
    assert (await door.post(COMPARE, {"text": "x" * 5000})).status == 422


async def test_a_badge_that_is_cancelled_or_on_hold_shows_nobody(week):
    door, desk = await week.device("door"), await week.staff("desk")
    texts = [await week.badge(code) for code in ("R-OFF1", "R-ANA1")]
    assert [(await door.post(COMPARE, {"text": text})).status for text in texts] == [200, 200]
    await week.import_rows(people.file(row("R-OFF1", status="cancelled")))
    path = "/api/v1/editions/{edition}/registrations/R-ANA1"
    version = (await desk.get(path)).good()["version"]
    held = await desk.post(f"{path}/hold", {"version": version, "why": "security asked"})
    assert held.status == 200
    assert [(await door.post(COMPARE, {"text": text})).status for text in texts] == [404, 404]


async def test_a_mode_of_the_venue_opens_no_names(week):
    """In an emergency every text opens a door; still none but a badge shows a person."""
    door, chief = await week.device("door"), await week.staff("admin")
    text = await week.badge("R-ANA1")
    for mode in ("emergency_open", "frozen", "normal"):
        mode_set = await chief.post("/api/v1/editions/{edition}/mode", {"mode": mode})
        assert mode_set.status == 200
        assert (await door.post(COMPARE, {"text": "a poster"})).status == 404
        assert (await door.post(COMPARE, {"text": text})).status == 200


async def test_not_more_than_a_door_needs_and_nobody_else_has_to_wait(week):
    door, other = await week.device("door"), await week.device("other")
    text = await week.badge("R-ANA1")
    for _ in range(COMPARES_PER_MINUTE):
        assert (await door.post(COMPARE, {"text": "guess"})).status == 404
    answer = await door.post(COMPARE, {"text": text})
    assert (answer.status, answer.title) == (429, "Too many people compared")
    assert answer.headers["Retry-After"]
    assert (await other.post(COMPARE, {"text": text})).status == 200


async def test_a_lane_program_asks_the_same_in_types(week):
    door, text = await week.device("door"), await week.badge("R-ANA1")
    async with Client(week.url, door.token) as client:
        assert (await client.compare(text)).name == "Ana Sample"
        with pytest.raises(CallRefused, match="Nobody to compare"):
            await client.compare("a poster")
    async with Client("http://127.0.0.1:9", door.token) as nobody_there:
        with pytest.raises(ServerAway):
            await nobody_there.compare(text, wait_s=2.0)


async def test_what_was_shown_is_in_no_record_feed_or_snapshot(week):
    door = await week.device("door", "ministerial_door")
    text = await week.badge("R-MIN1")
    assert (await door.scan(1, text)).status == 200
    (await door.post(COMPARE, {"text": text})).good()
    snapshot = await door.get("/api/v1/lane/snapshot")
    feed = await door.get("/api/v1/lane/feed?after=0&moves_after=0")
    bodies = await week.service.pool.fetch("SELECT body FROM log")
    assert bodies
    stored = msgspec.json.encode([msgspec.json.decode(b["body"], type=LogRecord) for b in bodies])
    for told in (snapshot.raw, feed.raw, stored):
        assert b"Sample" not in told
        assert b"Example Org" not in told
