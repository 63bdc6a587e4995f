"""A kiosk as it stands in the hall: its page in a browser, a camera that sees phones held up, and
a real printer program that jams, runs out of paper, and is pulled out of the wall."""

import signal

import numpy as np
import pytest
import qrcode
import zxingcpp
from PIL import Image
from playwright.async_api import TimeoutError, expect

from deploy.demo import programs
from deploy.demo.kiosk_pictures import SIZE
from gate.words.words import LANGUAGES, Words
from kiosk.debounce import QUIET_S
from tests import badges, chaos
from tests.integration.printing import ippeve
from tests.kiosk_arrivals import kiosk as kiosks
from tests.programs import Person, eventually, free_port

WHO = (*LANGUAGES, "jam", "empty", "plug", "first", "next", "killed", "away-1", "away-2")
PEOPLE = [Person(f"DAY-{each}") for each in WHO]
CANCELLED = Person("DAY-cancelled", status="cancelled")
HOSTILE = "https://example.org/%00?x=<script>alert(1)</script>"


@pytest.fixture(scope="module")
def claimed():
    return {}


@pytest.fixture
async def codes(program, claimed):
    if not claimed:
        await program.import_people(*PEOPLE, CANCELLED)
        claimed.update(await kiosks.claims(program))
    return {code.removeprefix("DAY-"): claim for code, claim in claimed.items()}


@pytest.fixture
async def page(browser):
    """The kiosk's own screen, on which nothing may be complained of."""
    page = await browser.new_page(viewport=SIZE, has_touch=True, reduced_motion="reduce")
    page.set_default_timeout(60_000)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    await page.close()
    assert wrong == []


class Camera:
    """A folder of frames: what is held up now."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.sees()

    def sees(self, text=""):
        view = Image.new("RGB", (1280, 720), "#777")
        if text:
            phone = qrcode.make(text, box_size=7).get_image().convert("RGB")
            view.paste(phone, ((1280 - phone.width) // 2, (720 - phone.height) // 2))
        view.save(self.folder / "frame.part", "PNG")
        (self.folder / "frame.part").rename(self.folder / "frame.png")


@pytest.fixture
def camera(tmp_path):
    return Camera(tmp_path / "frames")


async def screen(page, name):
    await page.wait_for_selector(f"body[data-screen={name}]")
    await expect(page.locator("main.settling")).to_have_count(0)


async def shows_again(page, camera, code, name):
    """A code the kiosk read before: held up anew, as often as a person would, until it is read."""
    for _ in range(20):
        camera.sees()
        await page.wait_for_timeout(2 * 1000 * QUIET_S)
        camera.sees(code)
        try:
            await page.wait_for_selector(f"body[data-screen={name}]", timeout=3000)
            return
        except TimeoutError:
            continue
    await screen(page, name)


async def press(page, act):
    await page.tap(f"main [data-act={act}]")


def codes_of(printer):
    """What is on the paper, sheet by sheet."""
    return [
        [each.text for each in zxingcpp.read_barcodes(np.asarray(badges.rasterised(sheet, 300)))]
        for sheet in printer.printed()
    ]


async def test_one_after_the_other_is_served_in_six_languages(
    program, codes, ipp, camera, page, tmp_path
):
    folder = tmp_path / "kiosk"
    async with kiosks.running(
        program, folder, "day-happy", source=str(camera.folder), printer=ipp.url
    ) as kiosk:
        await page.goto(kiosk.url)
        for language in LANGUAGES:
            words = Words(language)
            await screen(page, "welcome")
            await page.tap(f"#languages [lang={language}]")
            await expect(page.locator("main h2")).to_have_text(words.say("kiosk-scan-title"))
            camera.sees(codes[language])
            await screen(page, "confirm")
            await press(page, "print")
            await screen(page, "done")
            await expect(page.locator("main h2")).to_have_text(words.say("kiosk-done-title"))
            # The phone is still held there: whoever was served is not told "collected already".
            await press(page, "finish")
        await screen(page, "welcome")
        assert codes_of(ipp) == [[await program.badge(f"DAY-{each}")] for each in LANGUAGES]


async def test_whoever_is_next_may_hold_up_the_phone_while_the_badge_before_comes_out(
    program, codes, ipp, camera, page, tmp_path
):
    async with kiosks.running(
        program, tmp_path / "kiosk", "day-next", source=str(camera.folder), printer=ipp.url
    ) as kiosk:
        await page.goto(kiosk.url)
        await screen(page, "welcome")
        await kiosk.fresh()  # somebody was here before
        camera.sees(codes["first"])
        await screen(page, "confirm")
        ipp.hold()
        await press(page, "print")
        await screen(page, "printing")
        camera.sees(codes["next"])
        ipp.release()
        await screen(page, "confirm")
        assert len(ipp.printed()) == 1
        assert kiosk.arrivals.view().visit > 1


@pytest.mark.parametrize(
    ("who", "reason"), [("jam", "media-jam-error"), ("empty", "media-empty-error")]
)
async def test_a_printer_in_trouble_sends_to_the_desk_and_serves_again_once_mended(
    program, codes, ipp, camera, page, tmp_path, who, reason
):
    words = Words("en")
    async with kiosks.running(
        program, tmp_path / "kiosk", f"day-{who}", source=str(camera.folder), printer=ipp.url
    ) as kiosk:
        await page.goto(kiosk.url)
        await screen(page, "welcome")
        camera.sees(codes[who])
        await screen(page, "confirm")
        camera.sees()
        ipp.fault(reason)
        await press(page, "print")
        await screen(page, "desk")
        await expect(page.locator("#ticket")).not_to_be_empty()
        await expect(page.locator("main")).to_contain_text("Your badge is safe")
        await press(page, "finish")
        await screen(page, "out_of_order")
        await expect(page.locator("main")).not_to_contain_text("jam")
        await page.tap("[data-act=staff]")
        await screen(page, "pin")
        await page.fill("#pin-field", kiosks.PIN)
        await page.press("#pin-field", "Enter")
        await screen(page, "staff")
        said = {"jam": "kiosk-trouble-jam", "empty": "kiosk-trouble-paper-out"}[who]
        await expect(page.locator("#troubles")).to_have_text(words.say(said))
        ipp.mend()
        await press(page, "finish")
        await screen(page, "welcome")
        await eventually(lambda: len(ipp.printed()) == 1, "the badge that was in the printer")
        await shows_again(page, camera, codes[who], "not_found")
        assert codes_of(ipp) == [[await program.badge(f"DAY-{who}")]], "once, and never a second"


async def test_a_printer_pulled_out_of_the_wall(program, codes, bus, camera, page, tmp_path):
    with ippeve.printer(tmp_path / "ipp", bus) as ipp:
        port = ipp.port
        async with kiosks.running(
            program, tmp_path / "kiosk", "day-plug", source=str(camera.folder), printer=ipp.url
        ) as kiosk:
            await page.goto(kiosk.url)
            await screen(page, "welcome")
            camera.sees(codes["plug"])
            await screen(page, "confirm")
            camera.sees()
            ipp.pull_the_plug()
            await press(page, "print")
            await screen(page, "desk")
            await expect(page.locator("main")).to_contain_text("Your badge is safe")
            await press(page, "finish")
            await screen(page, "out_of_order")
            with ippeve.printer(tmp_path / "ipp-2", bus, port=port) as again:
                await screen(page, "welcome")
                await shows_again(page, camera, codes["plug"], "confirm")
                await press(page, "print")
                await screen(page, "done")
                assert codes_of(again) == [[await program.badge("DAY-plug")]]


async def test_the_program_killed_while_it_prints_says_so_and_the_badge_comes_out_once(
    program, codes, ipp, camera, page, tmp_path
):
    folder = tmp_path / "kiosk"
    await program.enrol_kiosk("day-killed", folder)
    ipp.hold()
    environ = {
        "GATE_KIOSK_SERVER_URL": program.url, "GATE_KIOSK_DATA_DIR": str(folder),
        "GATE_KIOSK_SOURCE": str(camera.folder), "GATE_KIOSK_PAGE_PORT": str(free_port()),
        "GATE_KIOSK_PRINTERS": f"front={ipp.url}", "GATE_KIOSK_CLOCK": str(program.clock),
    }  # fmt: skip
    url = f"http://127.0.0.1:{environ['GATE_KIOSK_PAGE_PORT']}"

    def start():
        return programs.start("kiosk", ["kiosk", "arrivals"], environ, tmp_path / "logs")

    at_page = kiosks.Page(url)
    first = start()
    try:
        await at_page.shows("welcome")
        await page.goto(url)
        camera.sees(codes["killed"])
        await screen(page, "confirm")
        camera.sees()
        await press(page, "print")
        await screen(page, "printing")
        await eventually(lambda: list((tmp_path / "ipp" / "spool").iterdir()), "at the printer")
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
        await screen(page, "lost")
    finally:
        programs.stop([first])
    second = start()
    try:
        ipp.release()
        await screen(page, "welcome")
        await eventually(lambda: len(ipp.printed()) == 1, "the badge")

        async def reported():
            return len(await program.log("day-killed")) == 1

        await eventually(reported, "the badge that came out, reported")
        camera.sees(codes["killed"])
        await screen(page, "not_found")
        assert codes_of(ipp) == [[await program.badge("DAY-killed")]]
    finally:
        programs.stop([second])
        await at_page.close()


async def test_with_the_server_away_badges_come_out_once_and_nobody_else_is_let_through(
    program, codes, ipp, camera, page, tmp_path
):
    async with (
        chaos.between(program.host, program.port) as network,
        kiosks.running(
            program, tmp_path / "kiosk", "day-away", network.url, str(camera.folder), ipp.url
        ) as kiosk,
    ):
        await page.goto(kiosk.url)
        await screen(page, "welcome")
        network.cut()
        for who in ("away-1", "away-2"):
            camera.sees(codes[who])
            await screen(page, "confirm")
            await press(page, "print")
            await screen(page, "done")
            await press(page, "finish")
            await screen(page, "welcome")
        refused = []
        badge = await program.badge("DAY-ar")
        for text in (HOSTILE, badge, codes["away-1"], codes["cancelled"]):
            camera.sees(text)
            await screen(page, "not_found")
            refused.append(await page.inner_text("main"))
            await press(page, "again")
            await screen(page, "welcome")
        assert len(set(refused)) == 1, "one answer for whatever is the matter"
        assert len(ipp.printed()) == 2
        network.heal()

        async def reported():
            return len(await program.log("day-away")) == 2

        await eventually(reported, "both badges, later")
        printed = [[await program.badge(f"DAY-{each}")] for each in ("away-1", "away-2")]
        assert codes_of(ipp) == printed
