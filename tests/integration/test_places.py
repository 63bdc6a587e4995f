"""A full room stays within its limit when the server's database was restored from a backup.

The backups are real copies of a real database, taken before places were granted.
"""

import json
import shutil

import pytest

from tests.integration import people
from tests.integration.conftest import serving

PLACES = "/api/v1/editions/{edition}/places"
ROOM, DOOR = "high_level", "high_level_door"
MINISTERS = people.file(*(people.row(f"R-MIN-{n}", "minister", given=f"Ana {n}") for n in range(4)))


async def lease(lane, want=5):
    body = {"epoch": lane.epoch, "zone": ROOM, "want": want}
    return (await lane.post("/api/v1/lane/lease", body)).good()["granted"]


async def hello(lane, *granted):
    """`granted`: (epoch, zone, total) each."""
    return (await lane.post("/api/v1/lane/hello", {"epoch": lane.epoch, "granted": granted})).good()


async def places(server):
    told = (await (await server.operator()).get(PLACES)).good()
    return told, next(each for each in told["zones"] if each["zone"] == ROOM)


async def trust(server, without_unheard=False):
    body = {"without_unheard": without_unheard}
    return await (await server.operator()).post(f"{PLACES}/trust", body)


async def again(server, lane):
    """The same device at another start of the server."""
    return await server.api(token=lane.token, device=lane.device, epoch=lane.epoch)


def machine(settings, tmp_path):
    """A spare one: with the keys of the first, without its book."""
    spare = settings(data_dir=tmp_path / "spare")
    shutil.copytree(settings().data_dir / "keys", spare.data_dir / "keys")
    return spare


@pytest.fixture
async def venue(serve):
    """Two lanes at the room's door and four ministers; nothing granted yet."""
    async with serve() as server:
        assert (await server.import_rows(MINISTERS))["added"] == 4
        lanes = [await server.device(f"door-{n}", DOOR) for n in (1, 2)]
        badges = [await server.badge(f"R-MIN-{n}") for n in range(4)]
    return lanes, badges


async def test_an_ordinary_restart_grants_at_once(serve, venue):
    lanes, _ = venue
    async with serve() as server:
        assert await lease(await again(server, lanes[0])) == 5
    async with serve() as server:
        told, room = await places(server)
        assert not told["in_doubt"]
        assert room["at_lanes"] == 5
        assert await lease(await again(server, lanes[1])) == 5


async def test_where_the_machine_still_has_its_book_a_restored_database_knows_every_grant(
    serve, settings, venue, backup
):
    lanes, badges = venue
    before = await backup()
    async with serve() as server:
        door, other = [await again(server, lane) for lane in lanes]
        assert await lease(door) == 5
        assert (await other.scan(1, badges[0])).good()["admitted"], "the server let one in itself"
        _, room = await places(server)
        assert (room["inside"], room["at_lanes"]) == (1, 5)
        left = room["left"]
    async with serving(settings(), before) as server:
        told, room = await places(server)
        assert not told["in_doubt"]
        assert (room["inside"], room["at_lanes"], room["left"]) == (0, 6, left)
        # What the server itself lets in from now on takes one place each, as before.
        other = await again(server, lanes[1])
        assert (await other.scan(2, badges[1])).good()["admitted"]
        _, room = await places(server)
        assert (room["inside"], room["at_lanes"], room["left"]) == (1, 6, left - 1)
    async with serving(settings(), before) as server:
        _, room = await places(server)
        assert (room["inside"], room["at_lanes"], room["left"]) == (1, 6, left - 1)


async def test_on_a_spare_machine_nothing_is_granted_until_every_lane_was_heard(
    serve, settings, venue, backup, tmp_path
):
    lanes, badges = venue
    before = await backup()
    async with serve() as server:
        assert await lease(await again(server, lanes[0])) == 5
        _, room = await places(server)
        holds, left = room["capacity"], room["left"]
    spare = machine(settings, tmp_path)
    async with serving(spare, before) as server:
        door, other = [await again(server, lane) for lane in lanes]
        assert await lease(other) == 0
        assert (await other.scan(1, badges[0])).good()["decision"]["reason"] == "zone_full"
        assert (await hello(other))["short"] == [], "nobody is asked to give back what they have"
        told, room = await places(server)
        assert told["in_doubt"]
        assert told["unheard"] == ["door-1"]
        assert room["left"] == 0
        refused = await trust(server)
        assert (refused.status, refused.title) == (409, "Not every lane was heard")
        assert "door-1" in refused.json["detail"]
        assert (await (await server.operator()).get("/api/v1/editions/{edition}/counts")).good()[
            "places_in_doubt"
        ]
        await hello(door, (1, ROOM, 5))
    async with serving(spare, before) as server:  # the doubt outlives a restart, so does the word
        door, other = [await again(server, lane) for lane in lanes]
        await hello(other)
        await hello(door, (1, ROOM, 5))
        told, room = await places(server)
        assert (told["in_doubt"], told["unheard"]) == (True, [])
        assert room["at_lanes"] == 5
        assert (await trust(server)).status == 204
        told, room = await places(server)
        assert (told["in_doubt"], room["left"], room["at_lanes"]) == (False, left, holds - left)
        assert await lease(other) == 5
        assert await lease(door, 1) == 6, "all it ever had, and one more"


async def test_a_book_that_was_begun_anew_learns_what_the_database_knows(
    settings, venue, backup, tmp_path
):
    lanes, _ = venue
    spare = machine(settings, tmp_path)
    before = await backup()
    async with serving(spare, before) as server:
        for lane in lanes:
            await hello(await again(server, lane))
        assert (await trust(server)).status == 204
        door = await again(server, lanes[0])
        assert await lease(door) == 5
    # A book of a spare machine holds nothing of before; an older backup yet would know no more.
    book = next(spare.data_dir.glob("*-rights.json"))
    page = json.loads(book.read_text()) | {"granted": []}
    book.write_text(json.dumps(page))
    async with serving(spare, before) as server:
        assert (await places(server))[1]["at_lanes"] == 5
    assert json.loads(book.read_text())["granted"] == [["door-1", 1, ROOM, 5]]


async def test_a_lane_that_is_gone_for_good_is_left_out_on_an_operators_word(
    settings, venue, backup, tmp_path
):
    lanes, _ = venue
    async with serving(machine(settings, tmp_path), await backup()) as server:
        door = await again(server, lanes[0])
        await hello(door)
        assert (await trust(server)).status == 409
        assert (await trust(server, without_unheard=True)).status == 204
        assert await lease(door) == 5


async def test_a_lane_that_was_granted_more_than_the_server_knows_proves_a_restore(serve, venue):
    lanes, _ = venue
    async with serve() as server:
        door, other = [await again(server, lane) for lane in lanes]
        assert await lease(door) == 5
        await hello(door, (1, ROOM, 5))
        assert not (await places(server))[0]["in_doubt"]
        await hello(door, (1, ROOM, 7), (1, "nowhere", 9), (4, ROOM, 9))
        told, room = await places(server)
        assert told["in_doubt"]
        assert room["at_lanes"] == 7, "a zone or an epoch there never was says nothing"
        assert await lease(other) == 0
        await hello(other)
        assert (await trust(server)).status == 204
        assert await lease(other) == 5


async def test_an_operator_who_restored_the_whole_machine_says_so(serve, venue):
    lanes, _ = venue
    async with serve() as server:
        door, other = [await again(server, lane) for lane in lanes]
        await hello(door)
        await hello(other)
        assert (await (await server.operator()).post(f"{PLACES}/doubt")).status == 204
        told, _ = await places(server)
        assert told["unheard"] == ["door-1", "door-2"], "whom it heard before says nothing now"
        assert await lease(door) == 0


async def free(server, lane, off_for_good=True):
    body = {"lane": lane, "off_for_good": off_for_good}
    return await (await server.operator()).post(f"{PLACES}/free", body)


async def test_places_of_a_lane_that_was_cut_off_stay_taken_until_an_operator_says_it_is_off(
    serve, venue
):
    """Nobody can call it: until it hears of that it lets in as many as it may."""
    lanes, _ = venue
    async with serve() as server:
        door, other = [await again(server, lane) for lane in lanes]
        assert await lease(door) == 5
        assert await lease(other) == 5
        free_before = (await places(server))[1]["left"]
        refused = await free(server, "door-1")
        assert (refused.status, "revoke it first" in refused.json["detail"]) == (404, True)
        operator = await server.operator()
        await operator.post("/api/v1/editions/{edition}/devices/door-1/revoke")
        told, room = await places(server)
        assert told["cut_off"] == [{"lane": "door-1", "revoked": True, "zone": ROOM, "places": 5}]
        assert (room["at_lanes"], room["left"]) == (10, free_before)
        refused = await free(server, "door-1", off_for_good=False)
        assert (refused.status, "the 5 places it holds" in refused.json["detail"]) == (409, True)
        assert (await free(server, "door-1")).good() == {"places": 5}
        assert (await free(server, "door-1")).title == "Nothing to free", "once"
    async with serve() as server:
        told, room = await places(server)
        assert (told["cut_off"], told["in_doubt"]) == ([], False)
        assert (room["at_lanes"], room["left"]) == (5, free_before + 5)
        anew = await server.device("door-1", DOOR)
        await hello(anew, (1, ROOM, 5))
        assert not (await places(server))[0]["in_doubt"], "it tells what everybody knows"


async def test_places_of_an_earlier_enrolment_are_named_until_the_lane_returns_them(serve, venue):
    lanes, _ = venue
    async with serve() as server:
        assert await lease(await again(server, lanes[0])) == 5
        anew = await server.device("door-1", DOOR)
        assert await lease(anew) == 5
        (held,) = (await places(server))[0]["cut_off"]
        assert (held["lane"], held["revoked"], held["places"]) == ("door-1", False, 5)
        returned = anew.record(1, people.at_ms("07-08 08:59"), zone=ROOM, epoch=1, kind="returned",
                               gate=None, holder=None, reason="zone_full", rights=5)  # fmt: skip
        assert (await anew.upload(1, returned, epoch=1)).good() == {
            "acked_through": 1, "quarantined": 0,
        }  # fmt: skip
        told, room = await places(server)
        assert (told["cut_off"], room["at_lanes"]) == ([], 5)


async def test_no_lane_takes_another_ones_places_away(serve, venue):
    lanes, _ = venue
    async with serve() as server:
        door, other = [await again(server, lane) for lane in lanes]
        assert await lease(door) == 5
        odd = other.record(1, people.at_ms("07-08 08:59"), zone=ROOM, kind="freed", gate=None,
                           rights=5, why="door-1 1", reason="zone_full")  # fmt: skip
        assert (await other.upload(1, odd)).good()["quarantined"] == 1
        assert (await places(server))[1]["at_lanes"] == 5
