"""The station's queue with a label printer on TCP port 9100."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from badge_printer.printers import zebra
from badge_printer.printers.printer import AnswerLost, Condition, Document, PrinterAway
from badge_printer.printers.zebra import ZebraPrinter
from badge_printer.queue import Settle, State
from tests.integration.printing.desk import desk, until
from tests.integration.printing.label_printer import as_seen_by_us, label_printer

PRINTING = (State.SENT, State.PRINTING)


@asynccontextmanager
async def at_work(tmp_path, renderer, **state):
    """A label printer and a desk that uses it."""
    async with (
        label_printer(**state) as labels,
        desk(tmp_path, renderer, more={"a": as_seen_by_us(labels)}) as d,
    ):
        yield labels, d


async def test_a_label_is_printed_once(tmp_path, renderer):
    async with at_work(tmp_path, renderer) as (labels, d):
        await d.becomes(d.add(), State.PRINTED)
        await d.becomes(d.add(holder=2), State.PRINTED)
        assert len(labels.printed) == 2


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        ("paper_out", Condition.PAPER_OUT),
        ("head_open", Condition.COVER_OPEN),
        ("ribbon_out", Condition.SUPPLY_OUT),
        ("paused", Condition.PAUSED),
    ],
)
async def test_a_fault_is_named_and_nothing_is_sent_until_it_is_mended(
    tmp_path, renderer, fault, condition
):
    async with at_work(tmp_path, renderer) as (labels, d):
        setattr(labels, fault, True)
        await d.shows(condition)
        job = d.add()
        await d.shows(condition)
        assert d.book.job(job.id).state is State.QUEUED
        assert labels.waiting == []
        setattr(labels, fault, False)
        await d.becomes(job, State.PRINTED)
        await d.shows()


async def test_paper_that_ends_in_the_middle_keeps_the_label_in_the_printer(tmp_path, renderer):
    async with label_printer() as labels:
        ours = as_seen_by_us(labels)
        send = ours.send

        async def send_and_run_out(name, document):
            labels.paper_out = True
            return await send(name, document)

        ours.send = send_and_run_out
        async with desk(tmp_path, renderer, more={"a": ours}) as d:
            job = d.add()
            await d.shows(Condition.PAPER_OUT)
            assert d.book.job(job.id).state in PRINTING
            labels.paper_out = False
            await d.becomes(job, State.PRINTED)
        assert len(labels.printed) == 1


async def test_a_cancelled_label_is_cancelled_at_the_printer_and_asked_about(tmp_path, renderer):
    async with at_work(tmp_path, renderer) as (labels, d):
        labels.work = lambda: None  # it holds what it gets
        job = await d.becomes(d.add(), State.PRINTING)
        assert d.spooler.cancel(job.id).state is State.IN_DOUBT
        await until(lambda: labels.cancelled == 1)
        assert d.book.apply(job.id, Settle(came_out=False)).state is State.FAILED


async def test_one_label_at_a_time_is_at_the_printer(tmp_path, renderer):
    async with at_work(tmp_path, renderer) as (labels, d):
        work, labels.work = labels.work, lambda: None
        first, second = d.add(), d.add(holder=2)
        await d.becomes(first, State.PRINTING)
        await d.spooler._feeders["a"]._step()
        assert (d.book.job(second.id).state, len(labels.waiting)) == (State.QUEUED, 1)
        labels.work = work
        await d.becomes(second, State.PRINTED)


async def test_a_label_cancelled_while_it_was_being_sent_is_cancelled_at_the_printer(
    tmp_path, renderer
):
    async with label_printer() as labels:
        labels.work = lambda: None
        ours = as_seen_by_us(labels)
        send, sending, go = ours.send, asyncio.Event(), asyncio.Event()

        async def send_slowly(name, document):
            sending.set()
            await go.wait()
            return await send(name, document)

        ours.send = send_slowly
        async with desk(tmp_path, renderer, more={"a": ours}) as d:
            job = d.add()
            await sending.wait()
            assert d.spooler.cancel(job.id).state is State.IN_DOUBT
            go.set()
            await until(lambda: labels.cancelled == 1)


async def test_a_printer_that_looks_idle_because_it_has_not_begun_is_not_done(tmp_path, renderer):
    async with label_printer(slow_s=0.3) as labels:
        ours = as_seen_by_us(labels, settle_s=0.6)
        async with desk(tmp_path, renderer, more={"a": ours}) as d:
            await d.becomes(d.add(), State.PRINTED)
            assert len(labels.printed) == 1


async def test_after_a_restart_nobody_knows_about_a_label_so_a_person_is_asked(tmp_path, renderer):
    async with label_printer() as labels:
        labels.work = lambda: None
        async with desk(tmp_path, renderer, more={"a": as_seen_by_us(labels)}) as d:
            job = await d.becomes(d.add(), State.PRINTING)
        async with desk(tmp_path, renderer, more={"a": as_seen_by_us(labels)}) as d:
            await d.becomes(job, State.IN_DOUBT)
        assert len(labels.waiting) == 1  # the one it had; it was not sent again


async def test_a_printer_that_is_not_there_or_says_nothing_is_not_reached(
    tmp_path, renderer, monkeypatch
):
    monkeypatch.setattr(zebra, "ANSWER_S", 0.2)
    async with at_work(tmp_path, renderer, mute=True) as (labels, d):
        job = d.add()
        await until(lambda: "does not answer" in d.spooler.views()[0].words)
        assert d.conditions() == (Condition.OFFLINE,)
        assert d.book.job(job.id).state is State.QUEUED
        labels.mute = False
        await d.becomes(job, State.PRINTED)


async def test_a_printer_that_does_not_take_the_bytes_leaves_them_in_doubt(monkeypatch):
    monkeypatch.setattr(zebra, "SEND_S", 0.2)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        printer = ZebraPrinter("127.0.0.1", deaf.getsockname()[1], 203)
        with pytest.raises(AnswerLost):
            await printer.send("badge-1", Document("application/zpl", bytes(32_000_000), 203.2))


async def test_nobody_at_the_address(tmp_path):
    async with label_printer() as labels:
        ours = as_seen_by_us(labels)
        await labels.stop()
        with pytest.raises(PrinterAway, match="not reached"):
            await ours.status()


async def test_few_dots_for_the_code_are_said_before_the_first_badge_and_it_prints_all_the_same(
    tmp_path, renderer
):
    async with label_printer(dots_per_mm=8) as labels:
        ours = as_seen_by_us(labels, dpi=0)  # asked from the printer
        async with desk(tmp_path, renderer, more={"a": ours}) as d:
            await d.shows(Condition.COARSE)
            [view] = d.spooler.views()
            assert (view.fit.dpi, view.fit.dots, view.troubles) == (203.2, 9, ())
            assert "9 dots, 10 are wanted: use a printer of 214 dpi" in view.words
            await d.becomes(d.add(), State.PRINTED)


async def test_a_printer_that_never_says_its_resolution_tells_what_to_write_in_its_address(
    tmp_path, renderer
):
    async with label_printer(dumb=True) as labels:
        ours = as_seen_by_us(labels, dpi=0)
        async with desk(tmp_path, renderer, more={"a": ours}) as d:
            await until(lambda: "?dpi=203" in d.spooler.views()[0].words, d.spooler.views)
            assert d.spooler.views()[0].troubles == (Condition.OFFLINE,)
