"""The whole log of a real server, replayed out of its database; a row that was touched is named."""

import msgspec

from gate.access.ledger import LogRecord
from gate.access.model import Direction
from gate.access.replay import Outcome
from gate.commands.replay import said
from gate.edge import enrolment
from gate.server.replaying import replayed
from tests import lanes, venue
from tests.integration import people
from tests.programs import eventually

TOUCH = "UPDATE log SET body = $2 WHERE seq = $1"


async def replays(database, edition) -> list[tuple[int, LogRecord, object]]:
    told = []
    found = [each async for each in replayed(database, edition, lambda *step: told.append(step))]
    assert {what for what, *_ in told} == {"feed", "reading", "deciding"}
    assert all(done <= of for _, done, of in told)
    return found


async def lane_of(server, name, folder):
    body = {"id": name, "role": "lane", "gate": "west_3", "direction": "entry"}
    operator = await server.operator()
    made = (await operator.post("/api/v1/editions/{edition}/devices", body)).good()
    await enrolment.enrol(server.url, made["code"], folder)


async def test_every_decision_of_a_morning_comes_out_again(serve, database, tmp_path):
    moment = venue.at("07-08 09:01")
    async with serve() as server:
        await server.import_rows(people.file(people.row("R-ONE"), people.row("R-TWO")))
        badges = [await server.badge(code) for code in ("R-ONE", "R-TWO")]
        phone = await server.device("phone", "high_level_door")
        for number in (1, 2, 3):
            (await phone.scan(number, badges[number % 2])).good()
        await lane_of(server, "west-3-a", tmp_path)
        async with lanes.live(tmp_path, server.url) as lane:
            await eventually(lambda: lane.lane.cursor is not None, "it has its snapshot")
            for text in (*badges, "a poster", *badges):
                assert (await lane.scan(text, moment)).record is not None
            await eventually(lambda: lane.lane.outbox.waiting == 0, "all is sent")
            await server.device("lost")
            path = "/api/v1/editions/{edition}/devices/lost/revoke"
            assert (await (await server.operator()).post(path)).status < 300
            new = server.service.appender.intake.timeline
            await eventually(lambda: lane.lane.timeline == new, "it was told anew")
            lane.lane.direction = Direction.EXIT
            await lane.scan(badges[0], moment)
            await eventually(lambda: lane.lane.outbox.waiting == 0, "all is sent")
        edition = server.service.policy.edition
        found = await replays(database, edition)
        assert len(found) == 9
        assert {each.outcome for *_, each in found} == {Outcome.DERIVED}, found

        seq, record, _ = found[3]
        touched = msgspec.structs.replace(record, reason="blocked")
        await database.execute(TOUCH, seq, msgspec.json.encode(touched))
        (again,) = (each for each in await replays(database, edition) if each[0] == seq)
        assert again[2].outcome is Outcome.DIFFERS
        words = said(*again)
        assert words.startswith(f"west-3-a epoch 1 number 1 (log {seq}): stored blocked by rule ")
        assert "replay gives admitted" in words and words.endswith("(differs: reason)")
        touched = msgspec.structs.replace(record, policy=99)
        await database.execute(TOUCH, seq, msgspec.json.encode(touched))
        (again,) = (each for each in await replays(database, edition) if each[0] == seq)
        assert said(*again).endswith("; there is no policy version 99")
