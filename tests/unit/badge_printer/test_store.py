"""The station's file: what is durable in it, what is wiped, and files it will not touch."""

import sqlite3

import msgspec
import pytest

from badge_printer import store
from badge_printer.book import Book
from badge_printer.queue import Accepted, Cancel, Finished, State, Take
from badge_printer.store import StationStore, StoreUnusable
from tests.integration.printing.samples import IDENTITY, badge

STATEMENTS = {
    name: text
    for name, text in vars(store).items()
    if name.isupper() and isinstance(text, str) and name != "SCHEMA"
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_each_statement_fits_the_schema(opened, name):
    marks = STATEMENTS[name].count("?")
    opened._db.execute(f"EXPLAIN {STATEMENTS[name]}", (None,) * marks)


async def test_a_printed_badge_its_record_and_the_paper_are_one(opened, book):
    book.set_stock("a", 1)
    job = book.add("k", "a", badge())
    for event in (Take(), Accepted("7")):
        book.apply(job.id, event)
    opened._db.execute(
        "CREATE TRIGGER full BEFORE INSERT ON log BEGIN SELECT raise(ABORT, 'full'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        book.apply(job.id, Finished())
    assert book.job(job.id).state is State.SENT
    assert (book.desks()["a"].stock, opened.untold(9)) == (1, [])
    opened._db.execute("DROP TRIGGER full")
    book.apply(job.id, Finished())
    assert (book.desks()["a"].stock, [each.id for each in opened.untold(9)]) == (0, [job.id])
    assert [record.number for record in opened.batch(1, 0, 9)] == [1]


async def test_the_names_of_people_leave_with_their_jobs(tmp_path, opened, book):
    job = book.add("k", "a", badge())
    name = badge().family.encode()
    assert name in (tmp_path / "station.sqlite-wal").read_bytes()
    book.apply(job.id, Cancel())
    opened.forget_names(1_001)
    opened._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert name not in (tmp_path / "station.sqlite").read_bytes()
    assert (tmp_path / "station.sqlite").stat().st_mode & 0o077 == 0


def test_a_file_that_is_no_database_or_a_newer_one_is_left_alone(tmp_path):
    path = tmp_path / "station.sqlite"
    path.write_bytes(b"not a database, but long enough to be looked at" * 20)
    with pytest.raises(StoreUnusable, match="Move it away"):
        StationStore(path)
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreUnusable, match="newer version"):
        StationStore(path)


def test_two_stations_never_share_a_queue(tmp_path, opened, monkeypatch):
    monkeypatch.setattr(store, "BUSY_S", 0.05)
    with pytest.raises(StoreUnusable, match="another program has it open"):
        StationStore(tmp_path / "station.sqlite")


async def test_a_store_stays_with_its_device(opened, book):
    other = msgspec.structs.replace(IDENTITY, device="printer-2")
    with pytest.raises(StoreUnusable, match="belongs to printer and keeps its records"):
        Book(opened, other, ("a",), lambda: 1)
