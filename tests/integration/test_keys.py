"""Signing keys: a stolen one is revoked, a new one added, an old one withdrawn; who opens what."""

from dataclasses import replace

import pytest
from nacl.signing import SigningKey as PrivateKey

from gate.access import credential
from gate.access.model import Holder
from tests import venue
from tests.integration import people

KEYS = "/api/v1/editions/{edition}/keys"


@pytest.fixture
async def ana(server):
    """Somebody with a badge of the first key."""
    await server.import_rows(people.file(people.row("R-ANA")))
    return await server.badge("R-ANA")


async def keys(operator):
    """(number, status, badges, whether it signs) of each."""
    found = (await operator.get(KEYS)).good()
    return [(k["key_id"], k["status"], k["badges"], k["signs"]) for k in found]


def claims(server, text):
    known = server.service.appender.known
    return credential.verify(text, server.service.policy.number, known.keys)


async def reason(lane, number, text):
    return (await lane.scan(number, text)).good()["decision"]["reason"]


async def test_only_badges_that_the_record_names_open_after_a_key_was_stolen(serve):
    async with serve() as server:
        operator, lane = await server.operator(), await server.device("one", "west_3")
        await server.import_rows(f"{people.HEADER}\n{people.row('R-ANA')}\n")
        ana = await server.badge("R-ANA")
        good = claims(server, ana)
        thief = PrivateKey(server.service.halves.seeds()[1][0])
        later = server.service.policy.minutes(venue.at("07-08 09:30"))
        forged = [
            credential.sign(replace(good, **changes), thief)
            for changes in ({"generation": 2}, {"holder": Holder(99), "issued_min": later})
        ]
        assert await keys(operator) == [(1, "active", 1, True)]
        assert (await operator.post(f"{KEYS}/1/revoke")).status == 204
        assert (await operator.post(f"{KEYS}/9/revoke")).status == 404
        assert (await operator.post(f"{KEYS}/x/revoke")).status == 404
        said = [(await lane.scan(n, text)).good() for n, text in enumerate((ana, *forged), 1)]
        assert [each["admitted"] for each in said] == [True, False, False]
        assert said[1]["decision"]["reason"] == said[2]["decision"]["reason"] == "key_not_valid"
        # The thief's key signs nothing any more; whoever comes next gets a badge of a new one.
        assert await keys(operator) == [(1, "revoked", 1, False), (2, "active", 0, True)]
    async with serve() as again:
        operator = await again.operator()
        assert await keys(operator) == [(1, "revoked", 1, False), (2, "active", 0, True)]
        lane = await again.device("two")
        assert await reason(lane, 1, forged[0]) == "key_not_valid"


async def test_a_new_key_signs_from_now_on_and_badges_of_the_old_one_stay_good(server, ana):
    operator, lane = await server.operator(), await server.device("one")
    made = (await operator.post(KEYS)).good()
    assert (made["key_id"], made["status"], made["signs"]) == (2, "active", True)
    await server.import_rows(people.file(people.row("R-BEN", given="Ben")))
    ben = await server.badge("R-BEN")
    assert (claims(server, ana).key_id, claims(server, ben).key_id) == (1, 2)
    assert await keys(operator) == [(1, "active", 1, False), (2, "active", 1, True)]
    assert [await reason(lane, n, t) for n, t in enumerate((ana, ben), 1)] == ["admitted"] * 2


async def test_a_new_key_still_signs_after_a_restart(serve):
    async with serve() as server:
        (await (await server.operator()).post(KEYS)).good()
    async with serve() as server:
        await server.import_rows(people.file(people.row("R-BEN")))
        assert claims(server, await server.badge("R-BEN")).key_id == 2


async def test_a_withdrawn_keys_badges_open_nothing_and_what_is_printed_next_is_good(server, ana):
    operator, lane = await server.operator(), await server.device("one")
    station = await server.device("station", None, "printer")
    await operator.post(KEYS)
    changes = server.service.pool
    before = await changes.fetchval("SELECT change FROM registration")
    told = (await operator.post(f"{KEYS}/1/withdraw", {"badges": 1})).good()
    assert told == {"stopped": 1, "signed_anew": 1}
    assert await reason(lane, 1, ana) == "key_not_valid"
    printed = (await station.get("/api/v1/printer/badges/R-ANA")).good()
    assert claims(server, printed["text"]).key_id == 2
    assert claims(server, printed["text"]).generation == 1, "the record did not change"
    assert await reason(lane, 2, printed["text"]) == "admitted"
    assert await changes.fetchval("SELECT change FROM registration") > before, "kiosks ask again"
    assert (await operator.post(f"{KEYS}/1/revoke")).title == "Withdrawn already"


async def test_a_re_print_under_way_is_signed_anew_too(server, ana):
    operator, lane = await server.operator(), await server.device("one")
    desk = await server.staff("desk")
    station = await server.device("station", None, "printer")
    body = {"reason": "lost", "printer": "station"}
    path = "/api/v1/editions/{edition}/registrations/R-ANA/reprints"
    order = (await desk.post(path, body)).good()
    await operator.post(KEYS)
    assert (await operator.post(f"{KEYS}/1/withdraw", {"badges": 1})).good()["signed_anew"] == 2
    (job,) = (await station.get("/api/v1/printer/reprints")).good()
    assert job["id"] == order["id"]
    assert claims(server, job["badge"]["text"]).key_id == 2
    assert await reason(lane, 1, ana) == "key_not_valid"


async def test_no_badge_stops_opening_unforeseen(server, ana):
    operator = await server.operator()
    assert (await operator.post(f"{KEYS}/1/withdraw", {"badges": 1})).title == "This key signs"
    await operator.post(KEYS)
    refused = await operator.post(f"{KEYS}/1/withdraw", {"badges": 0})
    assert refused.title == "Not as many badges"
    assert "1 badges stand on key 1, not 0" in refused.json["detail"]
    assert (await operator.post(f"{KEYS}/7/withdraw", {"badges": 0})).status == 404
    assert await keys(operator) == [(1, "active", 1, False), (2, "active", 0, True)]


async def test_a_machine_without_the_private_half_makes_another_key_and_loses_no_badge(
    serve, tmp_path
):
    async with serve() as server:
        await server.import_rows(people.file(people.row("R-ANA")))
        ana = await server.badge("R-ANA")
    async with serve(data_dir=tmp_path / "spare") as server:
        assert await keys(await server.operator()) == [
            (1, "active", 1, False), (2, "active", 0, True),
        ]  # fmt: skip
        assert await reason(await server.device("one"), 1, ana) == "admitted"
