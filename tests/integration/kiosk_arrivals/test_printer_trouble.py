"""A printer that fails: nobody is "already used", staff read why, killed kiosks print once."""

import asyncio
import signal

import pytest

from deploy.demo import programs
from gate.access.wire import TicketWhy
from kiosk.arrivals.state import Screen
from tests.integration.printing import ippeve
from tests.kiosk_arrivals import kiosk as kiosks
from tests.programs import Person, eventually, free_port

PEOPLE = [Person(f"TRB-{n:02}") for n in range(8)]


@pytest.fixture(scope="module")
def claimed():
    return {}


@pytest.fixture
async def codes(program, claimed):
    if not claimed:
        await program.import_people(*PEOPLE)
        claimed.update(await kiosks.claims(program))
    return claimed


async def staff(kiosk):
    await kiosk.tap("staff")
    await kiosk.shows(Screen.PIN)
    await kiosk.tap("pin", value=kiosks.PIN)
    return await kiosk.shows(Screen.STAFF)


async def test_a_printer_away_sends_to_the_desk_and_the_person_may_come_again(
    program, codes, tmp_path
):
    folder, out = tmp_path / "kiosk", tmp_path / "kiosk" / "out"
    async with kiosks.running(program, folder, "kiosk-away") as kiosk:
        await kiosk.shows(Screen.WELCOME)
        assert (await kiosk.show(codes["TRB-00"])).screen is Screen.CONFIRM
        out.rename(folder / "was")
        out.touch()  # a file where the folder was: the printer is not there any more
        await kiosk.tap("print")
        view = await kiosk.shows(Screen.DESK)
        assert view.say["hint"].startswith("Your badge is safe")
        (ticket,) = await eventually(lambda: kiosks.tickets(program, "kiosk-away"), "the ticket")
        assert (ticket["why"], ticket["code"]) == (TicketWhy.PRINTER, "TRB-00")
        await kiosk.tap("finish")
        await kiosk.shows(Screen.OUT_OF_ORDER)
        view = await staff(kiosk)
        assert view.staff.troubles == ("The printer does not answer",)
        await kiosk.tap("finish")
        out.unlink()
        await kiosk.shows(Screen.WELCOME)
        await kiosk.fresh()
        assert (await kiosk.collect(codes["TRB-00"])).screen is Screen.DONE
        assert len(kiosk.badges) == 1


async def test_staff_pause_test_and_reprint(program, codes, tmp_path):
    async with kiosks.running(program, tmp_path / "kiosk", "kiosk-staff") as kiosk:
        await kiosk.shows(Screen.WELCOME)
        await kiosk.collect(codes["TRB-01"])
        await kiosk.tap("finish")
        await kiosk.shows(Screen.WELCOME)
        await staff(kiosk)
        await kiosk.tap("test")
        await eventually(lambda: kiosk.view().staff.note, "the note")
        assert len(list((kiosk.folder / "out").glob("test-*.pdf"))) == 1
        assert len(await program.log("kiosk-staff")) <= 1, "a test page is no badge"
        await kiosk.tap("reprint")
        assert "desk B" in kiosk.view().staff.note
        await kiosk.tap("pause")
        await kiosk.tap("finish")
        await kiosk.shows(Screen.OUT_OF_ORDER)
        view = await staff(kiosk)
        assert view.staff.troubles == ("Paused by staff",)
        await kiosk.tap("resume")
        await kiosk.tap("finish")
        await kiosk.shows(Screen.WELCOME)


async def test_a_wrong_pin_opens_nothing_and_staff_acts_need_the_menu(program, codes, tmp_path):
    async with kiosks.running(program, tmp_path / "kiosk", "kiosk-pin") as kiosk:
        await kiosk.shows(Screen.WELCOME)
        await kiosk.tap("pause")
        await kiosk.tap("shut-down")
        await kiosk.tap("staff")
        for pin in ("", "0000", "9" * 64, "é"):
            await kiosk.tap("pin", value=pin)
        await eventually(lambda: kiosk.view().pin, "the refusal")
        assert kiosk.view().screen is Screen.PIN
        await kiosk.tap("finish")
        await kiosk.shows(Screen.WELCOME)


async def test_a_touch_for_an_earlier_person_is_not_heard(program, codes, tmp_path):
    async with kiosks.running(program, tmp_path / "kiosk", "kiosk-late") as kiosk:
        await kiosk.shows(Screen.WELCOME)
        await kiosk.show(codes["TRB-02"])
        await kiosk.tap("print", visit=kiosk.view().visit - 1)
        await asyncio.sleep(0.1)
        assert kiosk.view().screen is Screen.CONFIRM


async def test_a_kiosk_killed_while_it_prints_prints_that_badge_once(program, codes, tmp_path, bus):
    folder = tmp_path / "kiosk"
    await program.enrol_kiosk("kiosk-killed", folder)
    with ippeve.printer(tmp_path / "ipp", bus) as ipp:
        ipp.hold()
        port = free_port()
        environ = {
            "GATE_KIOSK_SERVER_URL": program.url, "GATE_KIOSK_DATA_DIR": str(folder),
            "GATE_KIOSK_SOURCE": "", "GATE_KIOSK_PAGE_PORT": str(port),
            "GATE_KIOSK_PRINTERS": f"front={ipp.url}", "GATE_KIOSK_CLOCK": str(program.clock),
        }  # fmt: skip

        def start():
            return programs.start("kiosk", ["kiosk", "arrivals"], environ, tmp_path / "logs")

        first = start()
        try:
            page = kiosks.Page(f"http://127.0.0.1:{port}")
            await page.shows("welcome")
            await page.scan(codes["TRB-03"])
            await page.shows("confirm")
            await page.tap("print")
            await page.shows("printing")
            await eventually(lambda: list((tmp_path / "ipp" / "spool").iterdir()), "at the printer")
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
        finally:
            programs.stop([first])
        second = start()
        try:
            ipp.release()
            await page.shows("welcome")

            async def reported():
                return len(await program.log("kiosk-killed")) == 1

            await eventually(reported, "the badge that came out, reported")
            await page.scan(codes["TRB-03"])
            await page.shows("not_found")
            assert len(ipp.printed()) == 1
        finally:
            programs.stop([second])
            await page.close()
