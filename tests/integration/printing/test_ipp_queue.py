"""The station's queue with a real IPP printer: faults, cancelling, waiting, and losing power."""

import asyncio
import re
from dataclasses import replace

import pytest
from yarl import URL

from badge_printer import spooler
from badge_printer.printers.ipp import IppPrinter
from badge_printer.printers.ipp_http import Http
from badge_printer.printers.printer import Condition, Page
from badge_printer.queue import Move, NotPossible, Settle, State, Take, after
from badge_printer.store import StationStore
from gate.access.ledger import RecordKind
from gate.client import ServerAway
from tests.integration.printing import ippeve
from tests.integration.printing.desk import QUICK, desk, until
from tests.integration.printing.samples import badge

PRINTING = (State.SENT, State.PRINTING)


def other_program(printer):
    """Somebody else who prints on the same printer."""
    return IppPrinter(Http(URL(printer.url)), 105.0, 148.0)


def page(renderer, **changes):
    return Page(105.0, 148.0, lambda dpi: renderer.pdf(badge(**changes), dpi))


async def test_a_badge_is_printed_once_and_written_in_the_log(tmp_path, renderer, ipp):
    told = []

    async def tell(job):
        told.append((job.id, job.state))

    async with desk(tmp_path, renderer, f"a={ipp.url}", tell=tell) as d:
        d.book.set_stock("a", 21)
        job = await d.becomes(d.add(), State.PRINTED)
        (document,) = ipp.printed()
        assert document.startswith(b"%PDF")
        (record,) = d.records()
        assert record.kind is RecordKind.PRINTED
        assert (record.holder, record.generation, record.number) == (0xC0FFEE, 1, 1)
        assert d.book.desks()["a"].stock == 20
        await until(lambda: told == [(job.id, State.PRINTED)])
        await d.shows(Condition.PAPER_LOW)  # by our own count: 20 sheets is the usual warning
        with pytest.raises(KeyError):
            d.book.badge(job)  # the name and the signed text are not kept


@pytest.mark.parametrize(
    ("reason", "condition"),
    [
        ("media-empty", Condition.PAPER_OUT),
        ("media-jam", Condition.JAM),
        ("cover-open", Condition.COVER_OPEN),
        ("marker-supply-empty", Condition.SUPPLY_OUT),
    ],
)
async def test_a_fault_in_the_middle_of_a_badge_is_named_and_when_mended_it_comes_out_once(
    tmp_path, renderer, ipp, reason, condition
):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        ipp.fault(reason)
        job, waiting = d.add(), d.add(holder=2)
        await d.shows(condition)
        assert d.book.job(job.id).state in PRINTING
        assert d.book.job(waiting.id).state is State.QUEUED
        assert ipp.printed() == []
        ipp.mend()
        await d.becomes(job, State.PRINTED)
        await d.becomes(waiting, State.PRINTED)
        assert len(ipp.printed()) == 2
        await d.shows()


async def test_low_paper_is_a_warning_and_printing_goes_on(tmp_path, renderer, ipp):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        ipp.fault("media-low")
        job = d.add()
        await d.shows(Condition.PAPER_LOW)
        assert not d.spooler.views()[0].troubles
        ipp.mend()
        await d.becomes(job, State.PRINTED)


async def test_while_one_badge_prints_the_next_waits_here_where_it_can_be_moved(
    tmp_path, renderer, ipp
):
    async with desk(tmp_path, renderer, f"a={ipp.url}", f"b=folder:{tmp_path}/b") as d:
        ipp.hold()
        first, second, third = d.add(), d.add(holder=2), d.add(holder=3)
        await d.becomes(first, State.PRINTING)
        with pytest.raises(NotPossible, match="cancel it first"):
            d.book.apply(first.id, Move("b"))
        d.book.apply(third.id, Move("b"))
        await d.becomes(third, State.PRINTED)
        assert d.book.job(second.id).state is State.QUEUED
        ipp.release()
        await d.becomes(second, State.PRINTED)
        assert len(ipp.printed()) == 2
        assert len(list((tmp_path / "b").glob("*.pdf"))) == 1


async def test_a_printer_busy_with_somebody_elses_page_is_asked_again(tmp_path, renderer, ipp):
    other = other_program(ipp)
    ipp.hold()
    await other.send("somebody", await other.prepare(page(renderer, holder=9)))
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        job = d.add()
        await until(lambda: "0x0507" in d.book.job(job.id).why)
        ipp.release()
        await d.becomes(job, State.PRINTED)
        assert len(ipp.printed()) == 2
    await other.close()


async def test_a_badge_waits_for_a_printer_that_is_off(tmp_path, renderer, bus, ipp):
    ipp.pull_the_plug()
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        job = d.add()
        await d.shows(Condition.OFFLINE)
        assert d.book.job(job.id).state is State.QUEUED
        with ippeve.printer(tmp_path / "ipp", bus, port=ipp.port) as again:
            await d.becomes(job, State.PRINTED)
            assert len(again.printed()) == 1


async def test_a_printer_that_lost_its_power_with_a_badge_in_it_leaves_a_question(
    tmp_path, renderer, bus, ipp
):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        ipp.hold()
        job = d.add()
        await d.becomes(job, State.PRINTING)
        ipp.pull_the_plug()
        await d.shows(Condition.OFFLINE)
        assert d.book.job(job.id).state is State.PRINTING
        ipp.release()
        with ippeve.printer(tmp_path / "ipp", bus, port=ipp.port) as again:
            job = await d.becomes(job, State.IN_DOUBT)
            assert d.records() == []
            d.book.apply(job.id, Settle(came_out=False, again=True))
            await d.becomes(job, State.PRINTED)
            assert len(again.printed()) == 1
            assert len(d.records()) == 1


async def test_a_printer_that_counts_anew_after_its_power_cut_is_not_believed_about_another_job(
    tmp_path, renderer, bus, ipp
):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        ipp.hold()
        job = await d.becomes(d.add(), State.PRINTING)
    ipp.pull_the_plug()
    ipp.release()
    with ippeve.printer(tmp_path / "ipp", bus, port=ipp.port) as again:
        other = other_program(again)
        number = await other.send("somebody", await other.prepare(page(renderer, holder=9)))
        assert number == job.printer_job
        await other.close()
        async with desk(tmp_path, renderer, f"a={again.url}") as d:
            job = await d.becomes(job, State.IN_DOUBT)
            assert job.why == "its number is another job's now"


async def test_a_printer_that_names_no_trouble_and_does_not_move_has_stalled(
    tmp_path, renderer, ipp
):
    async with desk(tmp_path, renderer, f"a={ipp.url}", times=replace(QUICK, stall_s=0.4)) as d:
        ipp.hold()
        job = d.add()
        await d.shows(Condition.STALLED)
        assert d.book.job(job.id).state is State.PRINTING
        ipp.release()
        await d.becomes(job, State.PRINTED)
        await d.shows()


async def test_a_badge_cancelled_at_the_printer_still_comes_out_so_a_person_is_asked(
    tmp_path, renderer, ipp
):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        ipp.hold()
        job = d.add()
        await d.becomes(job, State.PRINTING)
        assert d.spooler.cancel(job.id).state is State.IN_DOUBT
        ipp.release()
        await until(lambda: len(ipp.printed()) == 1)  # as real printers do
        assert d.records() == []
        d.book.apply(job.id, Settle(came_out=True))
        assert [record.rule for record in d.records()] == ["person says it came out"]


async def test_a_cancelled_badge_that_did_not_come_out_ends_and_lets_the_next_one_print(
    tmp_path, renderer, ipp
):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        ipp.hold()
        first, second = d.add(), d.add(holder=2)
        await d.becomes(first, State.PRINTING)
        d.spooler.cancel(first.id)
        ended = d.book.apply(first.id, Settle(came_out=False))
        assert (ended.state, ended.why) == (State.FAILED, "cancelled")
        ipp.release()
        await d.becomes(second, State.PRINTED)
        assert [record.holder for record in d.records()] == [2]


async def test_nobody_waits_for_a_badge_of_yesterday(tmp_path, renderer, ipp, monkeypatch):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        d.book.pause("a", True)
        job = d.add()
        monkeypatch.setattr(d.book, "now_ms", lambda: job.made_at_ms + 13 * 3_600_000)
        d.book.pause("a", False)
        assert (await d.becomes(job, State.FAILED)).why == "too_old"
        assert ipp.printed() == []


async def test_the_end_of_a_badge_is_told_until_it_was_heard_also_after_a_restart(
    tmp_path, renderer, ipp, monkeypatch
):
    monkeypatch.setattr(spooler, "TELL_RETRY_S", 0.05)
    told, deaf = [], True

    async def tell(job):
        told.append((job.id, job.state))
        if deaf:
            raise ServerAway("nobody hears")

    async with desk(tmp_path, renderer, f"a={ipp.url}", tell=tell) as d:
        job = await d.becomes(d.add(), State.PRINTED)
        await until(lambda: len(told) > 2)
    told.clear()
    deaf = False
    async with desk(tmp_path, renderer, f"a={ipp.url}", tell=tell) as d:
        await until(lambda: d.store.untold(9) == [])
    assert told == [(job.id, State.PRINTED)]


async def test_a_waiting_badge_is_cancelled_without_a_question(tmp_path, renderer, ipp):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        d.book.pause("a", True)
        job = d.add()
        assert d.spooler.cancel(job.id).state is State.FAILED
        d.book.pause("a", False)
        await d.becomes(d.add(holder=2), State.PRINTED)
        assert len(ipp.printed()) == 1


async def test_a_paused_printer_gets_nothing_until_resumed(tmp_path, renderer, ipp):
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        d.book.pause("a", True)
        job = d.add()
        await d.shows()
        await asyncio.sleep(0.2)
        assert d.book.job(job.id).state is State.QUEUED
        d.book.pause("a", False)
        await d.becomes(job, State.PRINTED)


async def test_a_print_the_printer_gave_up_is_a_question(tmp_path, renderer, ipp):
    (ipp.folder / "fail").touch()
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        job = await d.becomes(d.add(), State.IN_DOUBT)
        assert job.why.startswith("stopped: ")


async def test_a_badge_on_its_way_when_the_station_died_is_found_at_the_printer_by_its_name(
    tmp_path, renderer, ipp
):
    async with desk(tmp_path, renderer, "a=ipp://127.0.0.1:9/off") as d:
        job = d.add()
    store = StationStore(tmp_path / "station.sqlite")
    taken = replace_state(store, job.id)
    store.close()
    other = other_program(ipp)
    await other.send(taken.name, await other.prepare(page(renderer)))  # it arrived; nobody noted it
    await other.close()
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        await d.becomes(job, State.PRINTED)
        assert len(ipp.printed()) == 1


async def test_a_badge_on_its_way_that_no_printer_knows_is_a_question_and_not_sent_again(
    tmp_path, renderer, ipp
):
    async with desk(tmp_path, renderer, "a=ipp://127.0.0.1:9/off") as d:
        job = d.add()
    store = StationStore(tmp_path / "station.sqlite")
    replace_state(store, job.id)
    store.close()
    async with desk(tmp_path, renderer, f"a={ipp.url}") as d:
        await d.becomes(job, State.IN_DOUBT)
        assert ipp.printed() == []


def replace_state(store, number):
    """As a crash leaves it between "about to be sent" and the printer's answer."""
    taken = after(store.job(number), Take(), 1)
    store.save(taken)
    return taken


async def test_a_badge_larger_than_the_printers_paper_is_refused_with_words(
    tmp_path, renderer, bus
):
    with ippeve.printer(tmp_path / "cards", bus, paper="om_card_54x86mm") as cards:
        async with desk(tmp_path, renderer, f"a={cards.url}", f"b=folder:{tmp_path}/b") as d:
            await d.shows(Condition.UNSUITABLE, Condition.WRONG_PAPER)
            assert "no paper of 105 x 148 mm" in d.spooler.views()[0].words
            job = d.add()
            d.book.apply(job.id, Move("b"))
            await d.becomes(job, State.PRINTED)


async def test_an_encrypted_printer_is_trusted_by_its_own_certificate_only(tmp_path, renderer, ipp):
    url = ipp.url.replace("ipp://", "ipps://")
    async with desk(tmp_path, renderer, f"a={url}") as d:
        await until(lambda: "not trusted" in d.spooler.views()[0].words)
        words = d.spooler.views()[0].words
        sha256 = re.search("sha256=([0-9a-f]{64}) ", words)[1]
    async with desk(tmp_path, renderer, f"a={url}?sha256={'0' * 64}") as d:
        await until(lambda: "another certificate" in d.spooler.views()[0].words)
        assert sha256 in d.spooler.views()[0].words
    async with desk(tmp_path, renderer, f"a={url}?sha256={sha256}") as d:
        await d.becomes(d.add(), State.PRINTED)
    assert len(ipp.printed()) == 1


async def test_a_printer_of_an_older_ipp_is_spoken_to_in_its_own(tmp_path, renderer, bus):
    with ippeve.printer(tmp_path / "old", bus, version="1.1") as old:
        async with desk(tmp_path, renderer, f"a={old.url}") as d:
            await d.becomes(d.add(), State.PRINTED)
        assert len(old.printed()) == 1


async def test_a_printer_too_coarse_for_the_code_is_refused_before_the_first_badge(
    tmp_path, renderer, bus
):
    with ippeve.printer(tmp_path / "ipp", bus, dpi=93) as printer:
        async with desk(tmp_path, renderer, f"a={printer.url}", f"b=folder:{tmp_path}/b") as d:
            await until(lambda: d.spooler.views()[0].fit, d.spooler.views)
            coarse, folder = d.spooler.views()
            assert Condition.UNSUITABLE in coarse.troubles
            assert "a module of the QR code is 4 dots, 10 are wanted" in coarse.words
            assert folder.troubles == ()
            assert folder.fit.good
            assert d.spooler.choose() == "b", "whoever comes is served at the other one"
            job = d.add()
            await until(lambda: d.book.job(job.id).printer == "a", d.spooler.views)
            assert printer.printed() == []
