"""The operator's page in a real browser: what the desk sees, and every act by keyboard."""

import os
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from badge_printer.page_words import page_words
from gate.words.words import LANGUAGES, Words

AXE = Path("deploy/npm/node_modules/axe-core/axe.min.js")
FAULTS = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((each) => `${each.id}: ${each.nodes[0].html}`);
}"""


@pytest.fixture
async def page(desk, browser):
    async with opened(desk, browser) as page:
        yield page


@asynccontextmanager
async def opened(desk, browser):
    """The page, with a complaint about anything the browser complains of."""
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    await page.goto(f"{desk.url}/?lang=en")
    await expect(page.get_by_role("heading", name="desk", exact=True)).to_be_visible()
    yield page
    # Refused requests are answers, not faults of the page.
    assert [each for each in complaints if "Failed to load resource" not in each] == []


def card(page, name):
    return page.locator(".printer").filter(has=page.get_by_role("heading", name=name, exact=True))


async def test_a_badge_is_printed_by_keyboard_and_its_way_is_shown_in_words(page, desk, ipp):
    ipp.hold()
    await page.keyboard.press("Tab")
    await page.keyboard.type("WSIS-1")
    await page.keyboard.press("Tab")
    await page.keyboard.type("desk")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#jobs .job")).to_contain_text("Given Family WSIS-1")
    await expect(page.locator("#jobs .state")).to_have_text("Printing")
    ipp.release()
    await expect(page.locator("#ended .state")).to_have_text("Printed")
    await expect(page.locator("#no-jobs")).to_be_visible()
    assert len(ipp.printed()) == 1


async def test_a_jam_is_named_and_after_a_cancel_the_question_decides(page, desk, ipp):
    ipp.fault("media-jam")
    for code in ("WSIS-2", "WSIS-3"):
        await desk.ask("POST", "print", {"code": code, "printer": "desk"})
    await expect(card(page, "desk").locator(".conditions")).to_have_text("Paper jam")
    waiting = page.locator("#jobs .job").filter(has_text="WSIS-3")
    await waiting.get_by_role("button", name="Move").press("Enter")
    await expect(page.locator("#ended .job")).to_contain_text("file")
    await page.get_by_role("button", name="Cancel the badge").press("Enter")
    question = page.locator("#questions li")
    await expect(question).to_contain_text("Given Family WSIS-2")
    where = question.get_by_label("Printer to print it again on")
    await expect(where).to_have_value("file")  # the other one has jammed
    await expect(page).to_have_title("(1?) Print station")
    await where.select_option("desk")
    await desk.ask("POST", "printers/file/pause", {})
    await expect(card(page, "file")).to_contain_text("Paused here")
    await expect(where).to_have_value("desk")  # a choice stays a choice when the page changes
    await desk.ask("POST", "printers/file/resume", {})
    await where.select_option("file")
    await question.get_by_role("button", name="No, print it again").press("Enter")
    await expect(page.locator("#ended .job")).to_have_count(2)
    await expect(page.locator("#asking")).to_be_hidden()
    ipp.mend()


async def test_paper_is_counted_pausing_is_shown_and_focus_stays(page, desk):
    await page.get_by_role("button", name="Paper in file").press("Enter")
    await page.keyboard.type("12")
    await page.keyboard.press("Enter")
    await expect(card(page, "file")).to_contain_text("12 sheets left")
    await expect(card(page, "file").locator(".conditions")).to_have_text("Paper is low")
    await page.get_by_role("button", name="Pause file").press("Enter")
    await expect(card(page, "file").locator(".conditions")).to_contain_text("Paused here")
    await expect(page.get_by_role("button", name="Resume file")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Pause file")).to_be_focused()


async def test_a_mistyped_code_is_answered_in_words_and_a_station_that_dies_is_seen(page, desk):
    await page.get_by_label("Registration code").fill("NOBODY-7")
    await page.get_by_label("Registration code").press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("no approved registration")
    await page.goto(f"{desk.url}/?lang=ru")
    await page.locator("#code").fill("NOBODY-7")
    await expect(page.locator("#print button")).to_be_enabled()
    await page.locator("#code").press("Enter")
    await expect(page.get_by_role("alert")).to_have_text(Words("ru").say("station-problem-nobody"))
    await page.goto(f"{desk.url}/?lang=en")
    await expect(page.locator("#link")).to_contain_text("Live")
    desk.kill()
    await expect(page.locator("#link")).to_contain_text("does not answer")
    await desk.start()
    await expect(page.locator("#link")).to_contain_text("Live")


async def test_a_page_opened_while_its_station_starts_waits_for_it(desk, browser):
    tries = []

    async def starting(route):
        tries.append(route.request.url)
        await (route.abort() if len(tries) < 3 else route.continue_())

    context = await browser.new_context()
    await context.route("**/words/en.json", starting)
    page = await context.new_page()
    await page.goto(f"{desk.url}/?lang=en")
    await expect(page.locator("#link")).to_contain_text("Live")
    assert len(tries) == 3


async def test_the_page_speaks_six_languages_in_their_direction_and_axe_finds_nothing(
    desk, ipp, browser
):
    ipp.fault("media-jam")
    await desk.ask("POST", "print", {"code": "WSIS-4", "printer": "desk"})
    await desk.ask("POST", "printers/file/stock", {"stock": 3})
    async with opened(desk, browser) as page:
        for language in LANGUAGES:
            await page.locator("#language").select_option(language)
            await speaks(page, language)
        await page.locator("#language").select_option("ar")
        await speaks(page, "ar")
        title, choice = page.get_by_role("heading", level=1), page.locator("#language")
        right, left = [await each.bounding_box() for each in (title, choice)]
        assert right["x"] > left["x"], "it is read from the right"
    ipp.mend()


async def speaks(page, language):
    words = page_words(language)
    root = page.locator("html")
    await expect(root).to_have_attribute("lang", language)
    await expect(root).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    jam = words.messages["station-condition-jam"]
    await expect(card(page, "desk").locator(".conditions")).to_have_text(jam)
    left = Words(language).say("station-sheets", {"n": 3})
    await expect(card(page, "file")).to_contain_text(left)
    await expect(page).to_have_title(words.messages["station-title"])
    assert "{" not in await page.locator("body").inner_text()
    await page.evaluate(AXE.read_text("utf-8"))
    assert await page.evaluate(FAULTS) == []
    if folder := os.environ.get("PICTURES"):
        await page.screenshot(path=f"{folder}/station-{language}.png")
