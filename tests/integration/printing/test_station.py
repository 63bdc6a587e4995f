"""The print station as it runs at a desk: real programs, real server, real IPP printer."""

import asyncio
import time
from collections import Counter

import aiohttp
import msgspec
import numpy as np
import zxingcpp

from badge_printer.printers import raster
from gate.access.ledger import RecordKind
from tests.integration.printing import ippeve, samples
from tests.integration.printing.conftest import CODES
from tests.programs import EDITION, eventually


async def becomes(desk, code, *states):
    deadline = time.monotonic() + 60
    while (job := (await desk.jobs()).get(code)) is None or job["state"] not in states:
        assert time.monotonic() < deadline, job
        await asyncio.sleep(0.03)
    return job


async def test_a_kiosk_prints_a_badge_and_the_server_learns_of_it(desk, server, ipp):
    status, job = await desk.ask(
        "POST", "print", {"code": "WSIS-1", "printer": "desk", "key": "k1"}
    )
    assert (status, job["state"], job["who"]) == (201, "queued", "Given Family WSIS-1")
    await becomes(desk, "WSIS-1", "printed")
    assert len(ipp.printed()) == 1
    (record,) = await eventually(lambda: server.log(desk.device), "the server has the record")
    assert (record.kind, record.holder, record.generation) == (RecordKind.PRINTED, job["holder"], 1)
    async with server.operator() as operator:
        devices = await operator.operate("GET", f"/api/v1/editions/{EDITION}/devices")
    (seen,) = (each for each in devices if each["id"] == desk.device)
    assert seen["silent_s"] is not None  # operations see that the station lives


async def test_whoever_holds_the_badges_data_can_print_it_without_the_server(desk, ipp):
    given = msgspec.to_builtins(samples.badge())
    ask = {"code": given["code"], "badge": given, "printer": "desk"}
    status, _ = await desk.ask("POST", "print", ask)
    assert status == 201
    await becomes(desk, given["code"], "printed")
    assert text_of(ipp.printed()[0]) == given["text"]
    status, _ = await desk.ask("POST", "print", ask | {"code": "WSIS-1"})
    assert status == 422


async def test_asking_twice_with_one_key_prints_once(desk, ipp):
    body = {"code": "WSIS-2", "printer": "desk", "key": "same"}
    answers = await asyncio.gather(*(desk.ask("POST", "print", body) for _ in range(4)))
    assert {job["id"] for _, job in answers} == {1}
    await becomes(desk, "WSIS-2", "printed")
    assert len(ipp.printed()) == 1


async def test_the_same_badge_is_not_printed_a_second_time_by_accident(desk):
    ask = {"code": "WSIS-3", "printer": "file"}
    await desk.ask("POST", "print", ask)
    await becomes(desk, "WSIS-3", "printed")
    status, problem = await desk.ask("POST", "print", ask)
    assert (status, problem["title"], problem["job"]["state"]) == (
        409,
        "Not printed again",
        "printed",
    )
    status, _ = await desk.ask("POST", "print", ask | {"again": True})
    assert status == 201


async def test_without_a_printer_named_the_least_busy_one_that_works_is_taken(desk, ipp):
    ipp.hold()
    await desk.ask("POST", "print", {"code": "WSIS-1", "printer": "desk"})
    _, job = await desk.ask("POST", "print", {"code": "WSIS-2"})
    assert job["printer"] == "file"
    await desk.ask("POST", "printers/file/pause", {})
    _, job = await desk.ask("POST", "print", {"code": "WSIS-3"})
    assert job["printer"] == "desk"
    ipp.release()


async def test_killed_in_the_middle_of_a_badge_it_neither_loses_nor_repeats_it(desk, ipp):
    """Killed while the printer holds one badge and the next ones wait here."""
    ipp.hold()
    for code in CODES[:4]:
        await desk.ask("POST", "print", {"code": code, "printer": "desk"})
    await becomes(desk, CODES[0], "printing")
    desk.kill()
    ipp.release()  # the first comes out while nobody listens
    await desk.start()
    for code in CODES[:4]:
        await becomes(desk, code, "printed")
    assert sorted(Counter(map(text_of, ipp.printed())).values()) == [1, 1, 1, 1]


async def test_killed_at_any_moment_no_badge_comes_out_twice_and_none_is_lost(desk, ipp):
    ipp.slow()
    for code in CODES[:6]:
        await desk.ask("POST", "print", {"code": code, "printer": "desk"})
    for moment_s in (0.05, 0.3, 0.6):
        await asyncio.sleep(moment_s)
        desk.kill()
        await desk.start()
    for code in CODES[:6]:
        await becomes(desk, code, "printed", "in_doubt")
    jobs = [job for code, job in (await desk.jobs()).items()]
    printed = sum(job["state"] == "printed" for job in jobs)
    came_out = Counter(map(text_of, ipp.printed()))
    assert set(came_out.values()) == {1}
    assert printed <= len(came_out) <= len(jobs) == 6


def text_of(pdf):
    picture = raster.picture(pdf, 150).convert("L")
    (found,) = zxingcpp.read_barcodes(np.asarray(picture))
    return found.text


async def test_killed_and_the_printer_switched_off_too_a_person_is_asked(desk, ipp, bus, tmp_path):
    ipp.hold()
    await desk.ask("POST", "print", {"code": "WSIS-5", "printer": "desk"})
    await becomes(desk, "WSIS-5", "printing")
    desk.kill()
    ipp.pull_the_plug()
    ipp.release()
    with ippeve.printer(tmp_path / "ipp", bus, port=ipp.port):
        await desk.start()
        job = await becomes(desk, "WSIS-5", "in_doubt")
        status, _ = await desk.ask("POST", f"jobs/{job['id']}/move", {"printer": "file"})
        assert status == 409
        answer = {"came_out": False, "again": True, "printer": "file"}
        status, job = await desk.ask("POST", f"jobs/{job['id']}/settle", answer)
        assert (status, job["printer"]) == (200, "file")
        await becomes(desk, "WSIS-5", "printed")


WRONG = (
    ("print", {"code": "NOBODY-1"}, 404, "no approved registration"),
    ("print", {"code": "../etc"}, 422, "code"),
    ("print", {"code": "WSIS-1", "printer": "none"}, 404, "there is no printer 'none'"),
    ("print", [], 422, "object"),
    ("jobs/99/cancel", {}, 404, "there is no job 99"),
    ("jobs/99/move", {"printer": "desk"}, 404, "there is no job 99"),
    ("printers/none/pause", {}, 404, "there is no printer 'none'"),
    ("printers/desk/stock", {"stock": -1}, 422, "stock"),
)


async def test_what_is_wrong_is_said_and_without_the_links_key_there_is_nothing(desk):
    for path, body, status, words in WRONG:
        found, problem = await desk.ask("POST", path, body)
        assert (found, words in problem["detail"]) == (status, True), (path, problem)
    async with aiohttp.ClientSession() as session:
        for path in ("", "jobs", "printers", "events", "badges/WSIS-1.pdf"):
            async with session.get(f"http://127.0.0.1:{desk.port}/guess/{path}") as answer:
                assert answer.status == 404
        form = {"code": "WSIS-1"}
        async with session.post(f"{desk.url}/print", data=form) as answer:
            assert answer.status == 415  # another site's form cannot print
        async with session.get(f"{desk.url}/") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "unsafe" not in policy


async def test_the_paper_count_is_kept_over_a_restart(desk):
    await desk.ask("POST", "printers/file/stock", {"stock": 3})
    await desk.ask("POST", "print", {"code": "WSIS-7", "printer": "file"})
    await becomes(desk, "WSIS-7", "printed")
    desk.kill()
    await desk.start()
    _, printers = await desk.ask("GET", "printers")
    shown = next(each for each in printers if each["name"] == "file")
    assert (shown["stock"], shown["warnings"], shown["troubles"]) == (2, ["paper_low"], [])
