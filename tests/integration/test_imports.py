"""A registration file over the API: what goes in, what is said of the rest, what lanes are told."""

import io
import json

import pytest

from tests.integration import people
from tests.integration.people import CANARIES, row

IMPORTS = "/api/v1/editions/{edition}/imports"


async def told(lane, after=0):
    """The holder rows of the feed behind a position, and its head."""
    feed = (await lane.get(f"/api/v1/lane/feed?after={after}")).good()
    return [r["holder"] for r in feed["rows"] if "holder" in r], feed["head"]


async def badges(server):
    rows = await server.service.pool.fetch(
        "SELECT code, issue, text FROM badge JOIN registration USING (edition, holder)"
    )
    return {(r["code"], r["issue"]): r["text"] for r in rows}


async def test_good_rows_go_in_and_bad_rows_are_named_by_line_and_column(operator, server):
    report = await operator.report(
        people.file(
            row("R-GOOD1"),
            row("R-BAD1", category="wizard"),
            row("x", family=""),
            row("R-GOOD2", "minister", "wsis; ministerial"),
            row("R-BAD2", events="dialogue: 8"),
            row("R-GOOD1"),
        )
    )
    counted = {k: report[k] for k in ("added", "signed", "refused", "repeats", "rows")}
    assert counted == {"added": 2, "signed": 2, "refused": 3, "repeats": 1, "rows": 2}
    found = {(p["line"], p["column"]): p for p in report["problems"]}
    assert set(found) == {(3, "category"), (4, "code"), (4, "family"), (6, "events")}
    assert found[3, "category"]["value"] == "wizard"
    assert "there are: delegate" in found[3, "category"]["message"]
    assert "not on day 8" in found[6, "events"]["message"]
    assert (await operator.get("/api/v1/editions/{edition}/registrations/R-GOOD2")).status == 200
    assert (await operator.get("/api/v1/editions/{edition}/registrations/R-BAD1")).status == 404


async def test_a_dry_run_reports_the_same_and_stores_nothing(operator, server, database):
    text = people.file(row("R-ONE1"), row("R-TWO2", category="wizard"))
    dry = await operator.report(text, "file=people.csv&dry_run=1")
    for table in ("registration", "profile", "badge"):
        assert await database.fetchval(f"SELECT count(*) FROM {table}") == 0
    lane = await server.device("one")
    assert (await told(lane))[0] == []
    real = await operator.report(text)
    changing = {"dry_run", "seconds"}
    assert {k: v for k, v in dry.items() if k not in changing} == {
        k: v for k, v in real.items() if k not in changing
    }
    assert (dry["dry_run"], real["dry_run"]) == (True, False)


async def test_the_same_file_twice_changes_nothing(operator, server):
    text = people.file(*(row(f"R-{n:04}") for n in range(30)))
    lane = await server.device("one")
    await operator.report(text)
    before, (_, head) = await badges(server), await told(lane)
    again = await operator.report(text)
    assert (again["unchanged"], again["added"], again["updated"], again["signed"]) == (30, 0, 0, 0)
    assert await badges(server) == before
    assert (await told(lane))[1] == head


CHANGES = {
    "a corrected name": ({"family": "Other"}, False, False),
    "another delegation": ({"organisation": "Elsewhere"}, False, True),
    "one more event": ({"events": "wsis; ai4g; dialogue"}, True, True),
    "fewer days": ({"events": "wsis: 6; ai4g"}, True, True),
    "another category": ({"category": "speaker"}, True, True),
    "cancelled": ({"status": "cancelled"}, False, True),
    "cancelled, with other events": ({"status": "cancelled", "events": "wsis"}, False, True),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_a_changed_row_is_signed_anew_only_where_the_badge_would_say_else(
    name, operator, server
):
    change, signed_anew, lanes_told = CHANGES[name]
    lane = await server.device("one")
    await operator.report(people.file(row("R-ONE1"), row("R-TWO2")))
    before, (_, head) = await badges(server), await told(lane)
    report = await operator.report(people.file(row("R-ONE1", **change), row("R-TWO2")))
    assert (report["updated"], report["unchanged"]) == (1, 1)
    assert report["signed"] == int(signed_anew)
    after = await badges(server)
    assert before.items() <= after.items(), "a signature once made is kept"
    assert set(after) - set(before) == ({("R-ONE1", 2)} if signed_anew else set())
    rows, _ = await told(lane, head)
    assert len(rows) == int(lanes_told)
    if lanes_told:
        assert rows[0][3] == change.get("status", "approved")


async def test_an_approval_signs_the_badge_and_a_cancellation_taken_back_does_not(operator):
    async def signed(status):
        return (await operator.report(people.file(row("R-ONE1", status=status))))["signed"]

    assert [await signed(s) for s in ("pending", "approved", "cancelled", "approved")] == [
        0,
        1,
        0,
        0,
    ]


async def test_a_badge_signed_before_opens_what_the_record_says_now(operator, server):
    await operator.report(people.file(row("R-ONE1", events="wsis")))
    old, lane = await server.badge("R-ONE1"), await server.device("one", "plenary_east")
    await operator.report(people.file(row("R-ONE1", events="dialogue")))
    answer = (await lane.scan(1, old)).good()["decision"]
    assert (answer["reason"], answer["events"]) == ("wrong_event", ["dialogue"])


async def test_progress_is_told_line_by_line(operator):
    steps = await operator.import_rows(people.file(*(row(f"R-{n:05}") for n in range(1500))))
    assert [s["step"] for s in steps] == [
        "reading", "signing", "signing", "signing", "storing", "done"
    ]  # fmt: skip
    assert [s["done"] for s in steps if s["step"] == "signing" and "done" in s] == [500, 1000]
    assert steps[-1]["report"]["signed"] == 1500


FILES = {
    "nothing": (b"", "the file is empty"),
    "no header": (b"just words", "no column 'code'"),
    "a missing column": (b"code,family,category\n", "no column 'events'"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x81", ""),
    "half of UTF-16": (b"\xff\xfea", "utf-16"),
    "broken JSON": (b'[{"code": "R-1"', "not JSON"),
    "a nest of JSON": (b"[" * 20_000, "not JSON"),
    "a list of numbers": (b"[1, 2]", "not an object"),
    "an open quote": (people.HEADER.encode() + b'\nR-1,"' + b"x" * 200_000, ""),
    "a NUL": (people.file(row("R-1234", family="a\0b")).encode(), "U+0000"),
    "a line that turns": (people.file(row("R-1234", family="a\u202eb")).encode(), "U+202E"),
    "half a character": (
        json.dumps([{"code": "R-1234", "family": "\ud800", "category": "delegate",
                     "events": "wsis", "\udfff": 1}]).encode(), "U+D800"),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
async def test_a_hostile_file_is_reported_in_words_and_stores_nothing(name, operator, database):
    raw, words = FILES[name]
    last = (await operator.import_rows(raw))[-1]
    assert "problem" not in last, last
    report = last["report"]
    assert report["problems"]
    assert words in " ".join(p["message"] for p in report["problems"])
    assert await database.fetchval("SELECT count(*) FROM registration") == 0


@pytest.mark.parametrize("named", ["a%00b", "..%2f..%2fetc", "%ff", "x" * 300])
async def test_a_hostile_file_name_stores_nothing_or_is_just_a_name(named, operator, database):
    answer = await operator.post(f"{IMPORTS}?file={named}", people.file(row("R-ONE1")).encode())
    stored = await database.fetchval("SELECT count(*) FROM registration")
    if answer.status == 200:
        assert (json.loads(answer.raw.splitlines()[-1])["step"], stored) == ("done", 1)
    else:
        assert (answer.status, stored) == (422, 0)


async def test_a_file_larger_than_allowed_is_refused_before_it_is_read(serve, database):
    async with serve(import_bytes_max=100_000) as server:
        operator = await server.operator()
        answer = await operator.post(IMPORTS, b"x" * 100_001)
        assert (answer.status, answer.title) == (413, "Too large")

        async def endless():
            for _ in range(100):
                yield b"x" * 10_000

        url = server.url + IMPORTS.replace("{edition}", operator.edition)
        async with operator.session.post(url, data=endless()) as refused:
            assert refused.status == 413
        assert (await operator.report(people.file(row("R-ONE1"))))["added"] == 1


async def test_a_body_larger_than_any_of_its_route_is_refused(server):
    lane, operator = await server.device("one"), await server.operator()
    for api, path, size in (
        (operator, "/api/v1/staff", 65 * 1024),
        (lane, "/api/v1/lane/log", 2 * 1024 * 1024 + 1),
        (lane, "/api/v1/scans", 65 * 1024),
    ):
        answer = await api.post(path, io.BytesIO(b" " * size))
        assert (answer.status, answer.title) == (413, "Too large")


async def test_names_stand_only_where_names_belong(server, database, caplog):
    """Not in QR, log, feed, snapshot, counts, description, nor in what the server writes down."""
    with caplog.at_level("DEBUG"):
        operator, desk = await server.operator(), await server.staff("desk")
        await operator.report(people.file(people.canary(), row("R-ONE1")))
        lane = await server.device("door", "high_level_door")
        station = await server.device("station", None, "printer")
        badge = await server.badge("R-CANARY")
        assert (await lane.scan(1, badge)).good()["admitted"]
        (await lane.scan(2, badge)).good()
        answers = [
            await lane.get("/api/v1/lane/snapshot"),
            await lane.get("/api/v1/lane/feed?after=0"),
            await operator.get("/openapi.json"),
            await operator.get("/api/v1/editions/{edition}/counts"),
            await operator.get("/api/v1/editions/{edition}/recount"),
        ]
        found = await desk.get("/api/v1/editions/{edition}/registrations?find=brambleforth")
        assert [p["name"] for p in found.good()] == ["Quillonette Brambleforth"], (
            "the desk does find her"
        )
        drawn = await station.get("/api/v1/printer/badges/R-CANARY")
        assert drawn.good()["given"] == "Quillonette", "the printer does draw her"
        await database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    texts = [a.raw.decode() for a in answers] + [caplog.text, badge]
    for table in ("log", "quarantine", "feed", "badge", "profile", "audit", "device"):
        texts += [str(r) for r in await database.fetch(f"SELECT * FROM {table}")]
        texts += [
            bytes(r["body"]).decode() for r in await database.fetch(f"SELECT * FROM {table}")
            if "body" in r
        ]  # fmt: skip
    assert len(texts) > 10
    for word in (*CANARIES, "R-CANARY"):
        assert not [t[:2000] for t in texts if word.casefold() in t.casefold()], word
