"""The book of jobs: what may be asked of it, and news that comes too late."""

import pytest

from badge_printer.book import AlreadyThere, NoSuchPrinter, QueueFull
from badge_printer.queue import Accepted, Cancel, Finished, Move, Settle, State, Take
from tests.integration.printing.samples import badge


async def test_the_same_badge_waits_only_once(book):
    first = book.add("k", "a", badge())
    assert book.add("k", "b", badge()) == first
    with pytest.raises(AlreadyThere, match=r"is already here \(queued\): job 1 on a"):
        book.add("other", "a", badge(), again=True)
    book.apply(first.id, Cancel())
    assert book.add("third", "a", badge()).state is State.QUEUED
    assert book.add("fourth", "a", badge(generation=2)).state is State.QUEUED


async def test_the_queue_has_an_end(book, monkeypatch):
    monkeypatch.setattr("badge_printer.book.OPEN_MAX", 1)
    book.add("k", "a", badge())
    with pytest.raises(QueueFull):
        book.add("l", "a", badge(holder=2))


async def test_printers_that_are_not_there_are_refused_by_name(book):
    job = book.add("k", "a", badge())
    for act in (
        lambda: book.add("l", "c", badge(holder=2)),
        lambda: book.apply(job.id, Move("c")),
        lambda: book.apply(job.id, Settle(came_out=False, again=True, printer="c")),
        lambda: book.pause("c", True),
        lambda: book.set_stock("c", 1),
    ):
        with pytest.raises(NoSuchPrinter, match="there is no printer 'c'"):
            act()


async def test_news_of_an_earlier_attempt_changes_nothing(book):
    first = book.apply(book.add("k", "a", badge()).id, Take())
    book.apply(first.id, Cancel())
    book.apply(first.id, Settle(came_out=False, again=True))
    second = book.apply(first.id, Take())
    assert not book.news(first, Accepted("7"))
    assert book.job(first.id) == second
    assert book.news(second, Accepted("8"))
    assert not book.news(first, Finished())
    assert book.news(second, Finished())


async def test_a_badge_moved_away_is_not_sent_by_the_printer_it_left(book):
    job = book.add("k", "a", badge())
    moved = book.apply(job.id, Move("b"))
    assert not book.news(job, Take())
    assert book.news(moved, Take())


async def test_whoever_waits_for_a_change_is_told(book):
    changed = book.changed
    book.add("k", "a", badge())
    assert changed.is_set()
    assert not book.changed.is_set()
