"""A badge on its holder's own phone, in a real browser: what it shows and says of itself."""

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import expect

from gate.words.words import LANGUAGES
from tests.e2e.test_desk_page import AXE, opened, signed_in
from tests.integration import people
from tests.integration.conftest import (  # noqa: F401 - the fixtures of a running server
    cluster,
    database_url,
    open_folder,
    serve,
    settings,
)
from tests.integration.people import row
from tests.integration.test_digital import ANA, phones  # noqa: F401


@pytest.fixture
async def week(phones):  # noqa: F811
    async with phones() as server:
        await server.import_rows(people.file(row("R-ANA1", given="Ana", family="Duval")))
        yield server


def link(server, code="R-ANA1", language="en"):
    claim = server.service.claims.of(code)
    return f"{server.url}/badge?edition={server.service.policy.edition}&lang={language}#{claim}"


@pytest.fixture
async def page(browser):
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await page.close()
    assert errors == []


def read(picture: bytes, path) -> str:
    path.write_bytes(picture)
    with Image.open(path) as opened:
        [code] = zxingcpp.read_barcodes(np.array(opened.convert("L")))
    return code.text


async def test_the_phone_shows_a_badge_a_lane_reads_and_says_when_it_is_active(
    week, page, tmp_path
):
    lane, desk = await week.device("door"), await week.staff("desk")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(link(week))
    await expect(page.locator("#state")).to_have_text("Not active yet")
    await expect(page.locator("#hint")).to_contain_text("go to a kiosk")
    await expect(page.locator("h1")).to_have_text("Ana Duval")
    text = read(await page.screenshot(), tmp_path / "phone.png")
    assert (await lane.scan(1, text)).good()["decision"]["reason"] == "not_collected"
    (await desk.post(f"{ANA}/digital", {})).good()
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
    await expect(page.locator("#state")).to_have_text("This is your badge")
    text = read(await page.screenshot(), tmp_path / "phone.png")
    assert (await lane.scan(2, text)).good()["admitted"]
    claim = week.service.claims.of("R-ANA1")
    assert not any(claim in url for url in asked), "the code stands in no address that is sent"


async def test_the_desk_moves_a_badge_to_the_phone_and_back_to_paper(week, browser):
    await week.staff("desk_lead", name="Amina")
    await week.device("hall-printer", None, "printer")
    async with signed_in(week, browser) as page:
        await opened(page)
        await page.locator("[data-act=digital]").click()
        await expect(page.locator("#dialog")).to_contain_text("A printed badge stops working")
        await page.locator("#dialog .act").click()
        await expect(page.locator(".who dl")).to_contain_text("print 2 · on the phone")
        await expect(page.locator("[data-act=digital]")).to_have_count(0)
        await expect(page.locator(".history li").first).to_contain_text("activated")
        await page.keyboard.press("p")
        await expect(page.locator("#dialog [name=reason]").last).to_have_value("paper")
        await expect(page.locator("#dialog")).to_contain_text("when the printed one comes out")
        await page.locator("#dialog .act").click()
        await page.locator("[data-act=cameOut]").click()
        await expect(page.locator(".who dl")).to_contain_text("print 3 · printed")


async def test_printed_at_home_it_is_one_page_that_reads(week, page, tmp_path):
    await page.goto(link(week))
    await expect(page.locator("#badge")).to_be_visible()
    pdf = await page.pdf(prefer_css_page_size=True)
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 1
        picture = document[0].render(scale=200 / 72).to_pil()
    picture.save(tmp_path / "page.png")
    assert read((tmp_path / "page.png").read_bytes(), tmp_path / "again.png").startswith("P1")


async def test_the_pdf_is_downloaded_and_of_trouble_the_page_says_what_to_do(
    week, page, tmp_path, monkeypatch
):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(link(week, language="es"))
    async with page.expect_download() as coming:
        await page.locator("#save").click()
    download = await coming.value
    assert download.suggested_filename == f"badge-{week.service.policy.edition}.pdf"
    await download.save_as(tmp_path / "badge.pdf")
    with pypdfium2.PdfDocument(tmp_path / "badge.pdf") as document:
        picture = document[0].render(scale=150 / 72).to_pil()
        said = " ".join(document[0].get_textpage().get_text_range().split())
    picture.save(tmp_path / "page.png")
    assert read((tmp_path / "page.png").read_bytes(), tmp_path / "again.png").startswith("P1")
    assert "no abre nada hasta que lo active" in said, "in the language of the page"
    claim = week.service.claims.of("R-ANA1")
    assert not any(claim in url for url in asked), "the code stands in no address"
    monkeypatch.setattr(week.service.claims.drawn, "limit", 0)
    await page.goto(link(week))
    await page.reload()
    await page.locator("#save").click()
    await expect(page.locator("#trouble")).to_contain_text("Too many tries")
    await page.context.set_offline(True)
    await page.locator("#save").click()
    await expect(page.locator("#trouble")).to_contain_text("Print this page instead")
    await expect(page.locator("#save")).to_be_enabled()


async def test_a_wrong_link_says_what_to_do_and_a_lost_network_keeps_the_badge(week, page):
    await page.goto(link(week)[:-1])
    await expect(page.locator("#state")).to_contain_text("no badge with this link")
    await expect(page.locator("#badge")).to_be_hidden()
    await page.goto(f"{link(week)}")
    await page.reload()
    await expect(page.locator("#badge")).to_be_visible()
    await page.context.set_offline(True)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
    await expect(page.locator("#hint")).to_contain_text("No connection")
    await expect(page.locator("#badge")).to_be_visible()
    await page.context.set_offline(False)
    await page.locator("#again").click()
    await expect(page.locator("#hint")).to_contain_text("go to a kiosk")


async def test_in_every_language_it_fits_says_everything_and_is_accessible(week, page):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `deploy/dev setup test`")
    for language in LANGUAGES:
        await page.goto(link(week, language=language))
        await page.reload()
        await expect(page.locator("#badge")).to_be_visible()
        assert "phone-" not in await page.locator("body").inner_text(), "a message without words"
        overflow = await page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, language
        await page.evaluate(AXE.read_text())
        found = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        assert [each["id"] for each in found["violations"]] == []
