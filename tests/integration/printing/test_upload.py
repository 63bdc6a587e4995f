"""The log of printed badges and the real server: handed in exactly once, whatever happens."""

import asyncio
import contextlib

import pytest

from badge_printer import upload
from badge_printer.book import Book
from badge_printer.queue import Accepted, Finished, Take
from badge_printer.store import StationStore
from badge_printer.upload import Upload
from gate.access.ledger import LogRecord, RecordKind
from gate.access.model import Reason
from gate.client import Client
from tests.integration.printing.desk import until
from tests.integration.printing.samples import badge


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(upload, "BACKOFF_S", (0.05, 0.2))
    monkeypatch.setattr(upload, "HELLO_S", 0.2)


@pytest.fixture
async def enrolled(server, tmp_path, request):
    return await server.enrol_printer(f"log-{abs(hash(request.node.name)) % 10**8}", tmp_path)


@pytest.fixture
def store(tmp_path):
    opened = StationStore(tmp_path / "station.sqlite")
    yield opened
    opened.close()


@pytest.fixture
async def book(store, enrolled):
    return Book(store, enrolled, ("a",), lambda: 1_783_400_000_000)


def print_some(book, count):
    for number in range(1, count + 1):
        job = book.add(f"key-{number}", "a", badge(holder=number))
        for event in (Take(), Accepted("7"), Finished()):
            book.apply(job.id, event)


@contextlib.asynccontextmanager
async def uploading(store, book, enrolled, url):
    async with Client(url, enrolled.token) as client:
        uploader = Upload(store, book, client, enrolled)
        running = asyncio.create_task(uploader.run())
        try:
            yield uploader
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_printed_badges_wait_for_the_server_and_are_handed_in_once(
    server, store, book, enrolled
):
    print_some(book, 3)
    async with uploading(store, book, enrolled, "http://127.0.0.1:9") as uploader:
        await until(lambda: "does not answer" in uploader.problem)
        assert uploader.waiting == 3
    async with uploading(store, book, enrolled, server.url) as uploader:
        await until(lambda: (uploader.waiting, uploader.problem) == (0, ""))
        store.set_acked(enrolled.epoch, 0)  # as if the answers had been lost
        await until(lambda: store.acked(enrolled.epoch) == 3)
        assert uploader.problem == ""  # the same record again is no second record
        print_some_more = book.add("key-9", "a", badge(holder=9))
        for event in (Take(), Accepted("7"), Finished()):
            book.apply(print_some_more.id, event)
        await until(lambda: store.acked(enrolled.epoch) == 4)
    assert await server.log(enrolled.device) == store.batch(enrolled.epoch, 0, 9)


async def test_a_printers_token_cannot_make_anybody_appear_inside(server, store, book, enrolled):
    forged = LogRecord(
        device=enrolled.device,
        epoch=enrolled.epoch,
        number=1,
        kind=RecordKind.SCAN,
        at_ms=1_783_400_000_000,
        gate="north_1",
        zone="hall_1",
        reason=Reason.ADMITTED,
        holder=1,
    )
    store.save(book.add("k", "a", badge()), forged)
    async with uploading(store, book, enrolled, server.url) as uploader:
        await until(lambda: "set 1 records aside" in uploader.problem)
        assert uploader.waiting == 0  # kept there, and nothing behind it is held up
    assert await server.log(enrolled.device) == []


async def test_a_station_cut_off_says_so_and_keeps_its_records(server, store, book, enrolled):
    await server.revoke(enrolled.device)
    print_some(book, 1)
    async with uploading(store, book, enrolled, server.url) as uploader:
        await until(lambda: "cut off" in uploader.problem)
        assert uploader.waiting == 1
