"""The kiosk's page in a real browser: a badge in each language, every screen by the rules of
accessibility, and nothing left of anybody."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.async_api import expect

from deploy.demo.kiosk_pictures import SIZE, showing, states, view
from gate.words.words import LANGUAGES, RIGHT_TO_LEFT, Words
from kiosk.arrivals.state import Screen, State
from tests.kiosk_arrivals import kiosk as kiosks
from tests.programs import Person, eventually

AXE = Path(__file__).parents[2] / "deploy/npm/node_modules/axe-core/axe.min.js"
AXE_RUN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((each) => each.id + ": " + each.nodes.map((n) => n.html).join(" "));
}"""
WATCH_SETTLING = """() => {
  const main = document.querySelector("main");
  new MutationObserver(() => { window.settled ||= main.classList.contains("settling"); })
    .observe(main, { attributes: true });
}"""
PEOPLE = [Person(f"E2E-{each}") for each in (*LANGUAGES, "typed", "camera")]
TOUCH_PX = 100


@pytest.fixture(scope="module")
def claimed():
    return {}


@pytest.fixture
async def codes(program, claimed):
    if not claimed:
        await program.import_people(*PEOPLE)
        claimed.update(await kiosks.claims(program))
    return claimed


@pytest.fixture
async def shown(browser):
    """(what is shown, page) on the kiosk's own screen; no error may have been on its console."""
    async with showing() as it:
        page = await browser.new_page(viewport=SIZE, reduced_motion="reduce", bypass_csp=True)
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(it.url)
        await page.wait_for_selector("body[data-visit]")
        yield it, page
        await page.close()
        assert errors == []


async def see(it, page, what):
    now = it.show(what)
    await page.wait_for_selector(f"body[data-visit='{now.visit}']")
    return now


# --- a badge, in each language


async def test_people_of_six_languages_collect_their_badges_by_touch(
    program, codes, browser, tmp_path
):
    async with kiosks.running(program, tmp_path / "kiosk", "kiosk-e2e") as kiosk:
        page = await browser.new_page(viewport=SIZE, has_touch=True)
        console = []
        page.on("console", lambda said: console.append(said.text))
        await page.goto(kiosk.url)
        for language in LANGUAGES:
            words = Words(language)
            await page.tap(f"#languages [lang={language}]")
            await page.wait_for_selector(f"html[lang={language}]")
            assert await page.inner_text("main h2") == words.say("kiosk-scan-title")
            direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
            assert await page.get_attribute("html", "dir") == direction
            await kiosk.settle()
            await page.keyboard.type(codes[f"E2E-{language}"])  # as a scanner that is a keyboard
            await page.keyboard.press("Enter")
            await page.wait_for_selector("[data-screen=confirm]")
            assert await page.inner_text(".who b") == "Given F."
            assert await page.get_attribute("html", "lang") == language
            await page.tap("[data-act=print]")
            await page.wait_for_selector("[data-screen=done]")
            assert await page.inner_text("main h2") == words.say("kiosk-done-title")
            await page.tap("[data-act=finish]")
            await page.wait_for_selector("[data-screen=welcome]")
            await assert_nothing_left(page)
        assert len(kiosk.badges) == len(LANGUAGES)
        assert console == [], "the page keeps to its own policy"
        await page.close()


async def test_whoever_holds_up_a_phone_sees_themselves_and_nobody_afterwards(
    program, codes, browser, tmp_path
):
    hall = np.full((720, 1280, 3), 90, np.uint8)
    frames = tmp_path / "frames"
    frames.mkdir()
    for number, x in enumerate((None, 100, 500, 900)):
        picture = hall.copy()
        if x is not None:
            picture[150:650, x : x + 280] = 240
        cv2.imwrite(str(frames / f"{number}.png"), picture)
    async with kiosks.running(
        program, tmp_path / "kiosk", "kiosk-preview", source=str(frames)
    ) as kiosk:
        page = await browser.new_page(viewport=SIZE)
        console = []
        page.on("console", lambda said: console.append(said.text))
        await page.goto(kiosk.url)
        live = page.locator("#live")
        await expect(live).to_be_visible()
        assert await live.evaluate("each => [each.naturalWidth, each.alt]") == [480, ""]
        assert await page.locator(".camera").get_attribute("aria-hidden") == "true"
        await expect(page.locator(".camera .phone")).to_be_hidden()
        seen = await page.request.get(f"{kiosk.url}/preview.jpg")
        assert (seen.status, seen.headers["cache-control"]) == (200, "no-store")
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        other = await page.request.get(f"{kiosk.url}/preview.jpg", headers=elsewhere)
        assert other.status == 403
        # On the next screen a name is shown: the camera is not looked at, and nothing was kept.
        await kiosk.settle()
        await kiosk.show(codes["E2E-camera"])
        await page.wait_for_selector("[data-screen=confirm]")
        await expect(live).to_have_count(0)
        assert (await page.request.get(f"{kiosk.url}/preview.jpg")).status == 204
        assert console == []
        await page.close()


async def test_name_and_mail_are_typed_on_the_screen(program, codes, browser, tmp_path):
    async with kiosks.running(program, tmp_path / "kiosk", "kiosk-e2e-name") as kiosk:
        page = await browser.new_page(viewport=SIZE, has_touch=True)
        await page.goto(kiosk.url)
        await page.tap("[data-act=no-code]")
        await page.wait_for_selector("#keyboard button")
        await page.tap("#keyboard button:text-is('f')")
        await page.tap("#keyboard button:text-is('x')")
        await page.tap("#keyboard button:text-is('⌫')")
        await press(page, "amilye2e-typed")
        await page.tap(f"#keyboard button:text-is('{Words('en').say('kiosk-key-next')}')")
        await press(page, "e2e-typed@example.org")
        assert await page.input_value("#family") == "familye2e-typed"
        await page.tap("[type=submit]")
        await page.wait_for_selector("[data-screen=confirm]")
        assert await page.inner_text(".who b") == "Given F."
        await page.tap("[data-act=again]")
        await page.wait_for_selector("[data-screen=welcome]")
        await assert_nothing_left(page)
        await page.close()


async def press(page, text):
    """Key after key, in one go."""
    await page.evaluate(
        """(text) => { for (const char of text)
          [...document.querySelectorAll("#keyboard button")]
            .find((key) => key.textContent === char).click(); }""",
        text,
    )


async def assert_nothing_left(page):
    kept = await page.evaluate(
        """async () => JSON.stringify({
          local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
          databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
          inputs: document.querySelectorAll("input").length })"""
    )
    nothing = {"local": 0, "session": 0, "cookie": "", "databases": 0, "caches": 0, "inputs": 0}
    assert json.loads(kept) == nothing
    for word in ("Given", "Family", "example.org", "E2E"):
        assert word not in await page.content()


# --- every screen

MEASURED = """(least) => [...document.querySelectorAll("button, input")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !document.querySelector("dialog[open]") || each.closest("dialog"))
  .map((each) => [each.textContent, each.getBoundingClientRect()])
  .filter(([, box]) => box.width < least - .5 || box.height < least - .5 || box.left < -.5 ||
                       box.right > innerWidth + .5)
  .map(([text, box]) => `${text} ${box.width}x${box.height} at ${box.left}`)"""
MORE_WORK = ("en", "ar")
"""Each direction of writing tries the eased screens too; the others share their shapes."""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_screen_can_be_used_by_everybody(shown, language):
    """axe-core finds nothing, targets are as large as a thumb, and nothing lies outside."""
    it, page = shown
    await page.add_script_tag(path=AXE)
    for name, state in states(language):
        if state.ease and language not in MORE_WORK:
            continue
        await see(it, page, view(state))
        assert await page.evaluate(AXE_RUN) == [], name
        assert await page.evaluate(MEASURED, TOUCH_PX) == [], name
        size = await page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
        )
        assert size[0] <= SIZE["width"], name
        assert size[1] <= SIZE["height"], name


@pytest.mark.parametrize("size", [(1280, 720), (768, 1024)])
async def test_on_smaller_screens_a_touch_target_still_has_44_pixels(shown, size):
    it, page = shown
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    for name, state in states("ru"):
        if name in ("welcome", "name", "confirm", "pin", "staff", "idle"):
            await see(it, page, view(state))
            assert await page.evaluate(MEASURED, 44) == [], name


# --- without touch, and when things go wrong


async def test_by_keyboard_alone(shown):
    it, page = shown
    await see(it, page, view(dict(states("en"))["confirm"]))
    assert await page.evaluate("document.activeElement.textContent") == "Is this right?"
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await eventually(lambda: [act for act in it.acts if act.act == "print"], "the press")


async def test_the_warning_asks_and_any_answer_is_heard(shown):
    it, page = shown
    await see(it, page, view(dict(states("en"))["idle"]))
    assert await page.evaluate("document.querySelector('#idle').matches(':modal')")
    assert "12 seconds" in await page.inner_text("#idle")
    await page.keyboard.press("Escape")
    await eventually(lambda: [act for act in it.acts if act.act == "touched"], "the answer")
    await see(it, page, view(State(visit=1, language="en")))
    assert not await page.is_visible("#idle")


async def test_a_page_without_its_program_says_so_and_forgets(shown):
    it, page = shown
    await see(it, page, view(dict(states("fr"))["confirm"]))
    it.page.closing = True
    it.page.changed()
    await page.wait_for_selector("[data-screen=lost]", timeout=30_000)
    assert await page.is_visible("#lost")
    assert Words("fr").say("kiosk-lost") in await page.inner_text("#lost")
    assert await page.inner_text("main") == ""
    it.page.closing = False
    await page.wait_for_selector("[data-screen=confirm]", timeout=30_000)


async def test_a_second_touch_does_not_press_what_came_under_the_finger(shown):
    it, page = shown
    await page.wait_for_selector("main:not(.settling)")
    await page.evaluate(WATCH_SETTLING)  # it lasts for less than a busy machine may take to look
    now = it.show(view(dict(states("en"))["confirm"]))
    await page.wait_for_selector(f"body[data-visit='{now.visit}']")
    await page.wait_for_function("window.settled === true")
    assert now.screen is Screen.CONFIRM
