"""The desk's page in a real browser: find, correct, conflict, photo, print, hand out."""

import asyncio
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path

import msgspec
import pytest
from playwright.async_api import expect

import deploy.demo.browser
from badge_printer.render import Renderer
from badge_printer.template import load
from deploy.demo import scenes
from gate.access.wire import BadgeData
from gate.words.words import LANGUAGES
from tests.integration import people
from tests.integration.conftest import (  # noqa: F401 - the fixtures of a running server
    PASSWORD,
    cluster,
    database_url,
    open_folder,
    serve,
    server,
    settings,
)
from tests.integration.people import row
from tests.integration.test_photos import picture

FAKE_CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
ANA = "/api/v1/editions/{edition}/registrations/R-ANA1"
TICKETS = "/api/v1/editions/{edition}/tickets"
AXE = Path("deploy/npm/node_modules/axe-core/axe.min.js")


@pytest.fixture
async def desk(server):  # noqa: F811
    await server.import_rows(
        people.file(
            row("R-ANA1", given="Ana", family="Duval", organisation="Mission of Atlantis"),
            row("R-BEN2", given="Ben", family="Duvall", organisation="Elsewhere"),
            row("R-MIN1", "minister", "wsis; ministerial", given="Noor", family="Haddad"),
        )
    )
    return await server.staff("desk_lead", name="Amina")


@asynccontextmanager
async def signed_in(server, browser):  # noqa: F811
    """The page, signed in by the form; whatever the page itself did wrong fails the test."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{server.url}/desk")
    await page.wait_for_url("**/sign-in*")
    await page.fill("[name=name]", "Amina")
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk*")
    await expect(page.locator("#me")).to_have_text("Amina")
    await expect(page.locator("#find")).to_be_focused()
    yield page
    await page.close()
    assert errors == []


@pytest.fixture(scope="module")
async def chromium(playwright):
    """With a camera that shows a test picture."""
    started = await deploy.demo.browser.chromium(playwright, *FAKE_CAMERA)
    yield started
    await started.close()


@pytest.fixture
async def page(server, desk, browser):  # noqa: F811
    async with signed_in(server, browser) as page:
        yield page


async def opened(page, words="duval"):
    await page.fill("#find", words)
    await expect(page.locator(".found").first).to_be_visible()
    await page.press("#find", "Enter")
    await expect(page.locator("#person .who h2")).to_be_visible()


async def test_what_is_typed_or_scanned_before_the_page_has_begun_is_found_all_the_same(
    page,
    server,  # noqa: F811
):
    held = asyncio.Event()

    async def late(route):
        await held.wait()
        await route.continue_()

    badge = await server.badge("R-ANA1")
    for text, heading in (("haddad", "Noor Haddad"), (badge, "Ana Duval")):
        held.clear()
        await page.route("**/api/v1/me", late)
        await page.reload()
        await expect(page.locator("#find")).to_be_focused()
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
        held.set()
        await expect(page.locator(".who h2")).to_have_text(heading)


async def test_who_types_fast_opens_whom_they_typed_and_not_the_first_of_an_older_list(page):
    await opened(page, "duval")
    await expect(page.locator(".who h2")).to_have_text("Ana Duval")

    async def late(route):
        await asyncio.sleep(1)
        await route.continue_()

    await page.route("**/registrations?find=*", late)
    await page.fill("#find", "haddad")
    await page.press("#find", "Enter")
    await expect(page.locator(".who h2")).to_have_text("Noor Haddad")
    await page.fill("#find", "nobody of this name")
    await page.press("#find", "Enter")
    await expect(page.locator("#found-words")).to_contain_text("Nobody")
    await expect(page.locator(".who h2")).to_have_text("Noor Haddad")


async def test_by_keyboard_alone_a_person_is_found_corrected_and_the_correction_undone(page):
    await page.keyboard.type("dúv")
    await expect(page.locator(".found")).to_have_count(2)
    assert "R-ANA1" not in await page.locator("#found").inner_text()
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#found-1")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.locator(".who h2")).to_have_text("Ana Duval")
    await page.keyboard.press("e")
    await page.fill("#dialog [name=family]", "Du Val")
    await page.fill("#dialog [name=why]", "passport")
    await page.keyboard.press("Enter")
    await expect(page.locator(".who h2")).to_have_text("Ana Du Val")
    await expect(page.locator(".history li").first).to_contain_text("passport")
    await page.keyboard.press("u")
    await expect(page.locator(".who h2")).to_have_text("Ana Duval")
    await page.keyboard.press("Escape")
    await expect(page.locator("#find")).to_be_focused()


async def test_too_few_letters_and_nobody_found_are_said(page):
    await page.keyboard.type("du")
    await expect(page.locator("#found-words")).to_have_text("Three letters or more, please")
    await page.fill("#find", "xyzzyx")
    await expect(page.locator("#found-words")).to_contain_text("Nobody is found")


async def test_an_edit_that_comes_too_late_shows_both_sides_and_keeps_what_is_ticked(page, desk):
    await opened(page)
    await page.keyboard.press("e")
    await page.fill("#dialog [name=family]", "Mine")
    await page.fill("#dialog [name=country]", "My Country")
    other = {"version": 1, "correction": {"family": "Theirs", "organisation": "Their Org"}}
    (await desk.post(f"{ANA}/correct", other)).good()
    await page.locator("#dialog .act").click()
    both = page.locator("#dialog table.both")
    await expect(both).to_contain_text("Theirs")
    await expect(both).to_contain_text("Mine")
    await expect(both.locator("input[value=family]")).not_to_be_checked()
    await expect(both.locator("input[value=country]")).to_be_checked()
    await page.locator("#dialog .act").click()
    await expect(page.locator("#said")).to_have_text("Saved")
    now = (await desk.get(ANA)).good()
    assert (now["family"], now["country"], now["organisation"]) == (
        "Theirs", "My Country", "Their Org",
    )  # fmt: skip


async def test_a_photo_from_the_camera_and_one_from_a_file_are_cropped_and_shown(page, desk):
    await opened(page)
    await page.keyboard.press("f")
    video = page.locator("#dialog video")
    await expect(video).to_have_js_property("readyState", 4)
    await page.locator("#dialog .choices button").first.click()
    await page.locator("#dialog canvas").press("+")
    await page.locator("#dialog .act").click()
    await expect(page.locator("img.portrait")).to_have_js_property("naturalWidth", 480)
    await page.keyboard.press("f")
    file = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": picture(1000, 400)}
    await page.set_input_files("#photo-file", file)
    await expect(page.locator("#dialog canvas")).to_be_visible()
    await page.locator("#dialog .act").click()
    await expect(page.locator(".history > li")).to_have_count(2)
    acts = [each["act"] for each in (await desk.get(ANA)).good()["history"]]
    assert acts == ["photo", "photo"]


async def test_a_badge_is_printed_said_to_be_out_and_handed_to_the_focal_point(
    page, desk, server  # noqa: F811
):  # fmt: skip
    station = await server.device("hall-printer", None, "printer")
    await page.reload()
    await opened(page)
    await page.keyboard.press("p")
    await page.locator("#dialog .act").click()
    await expect(page.locator("[data-act=cameOut]")).to_be_visible()
    [order] = (await station.get("/api/v1/printer/reprints")).good()
    (await station.post(f"/api/v1/printer/reprints/{order['id']}/done")).good()
    await expect(page.locator("[data-act=cameOut]")).to_have_count(0)
    await page.keyboard.press("h")
    await page.locator("#dialog [value=focal_point]").check()
    await page.fill("#dialog [name=by_name]", "Mission of Atlantis")
    await page.keyboard.press("Enter")
    await expect(page.locator(".who dl")).to_contain_text("Mission of Atlantis")
    await page.keyboard.press("p")
    await expect(page.locator("#dialog")).to_contain_text("stops working when the new one")
    await page.locator("#dialog [value=lost]").check()
    await page.locator("#dialog [value='']").check()
    await page.locator("#dialog .act").click()
    await page.locator("[data-act=notOut]").click()
    await expect(page.locator("#person")).to_contain_text("nothing came out")
    assert (await desk.get(ANA)).good()["generation"] == 1


async def test_a_scanner_that_types_opens_the_person_and_says_what_badge_it_is(page, server):  # noqa: F811
    await page.fill("#find", await server.badge("R-ANA1"))
    await page.press("#find", "Enter")
    await expect(page.locator(".who h2")).to_have_text("Ana Duval")
    await expect(page.locator("#said")).to_contain_text("in force")
    await page.fill("#find", "P1 nonsense")
    await page.press("#find", "Enter")
    await expect(page.locator("#problem")).to_contain_text("not a badge")


async def test_a_badge_held_before_the_camera_opens_its_person(
    server, desk, tmp_path, playwright  # noqa: F811
):  # fmt: skip
    station = await server.device("hall-printer", None, "printer")
    data = (await station.get("/api/v1/printer/badges/R-ANA1")).raw
    badge = msgspec.json.decode(data, type=BadgeData)

    def film() -> Path:
        pictures = [scenes.picture(Renderer(load()).png(badge, 150.0))]
        scenes.film(pictures, tmp_path / "frames", seed=5, shown=30, empty=5)
        frames = sorted((tmp_path / "frames").glob("*.jpg"))
        (tmp_path / "film.mjpeg").write_bytes(b"".join(each.read_bytes() for each in frames))
        return tmp_path / "film.mjpeg"

    camera = f"--use-file-for-fake-video-capture={await asyncio.to_thread(film)}"
    browser = await deploy.demo.browser.chromium(playwright, *FAKE_CAMERA, camera)
    async with signed_in(server, browser) as page:
        await page.locator("#scan").click()
        await expect(page.locator(".who h2")).to_have_text("Ana Duval")
        await expect(page.locator("#said")).to_contain_text("in force")
    await browser.close()


async def test_a_walk_in_is_registered_and_a_hold_shows_its_reason(page):
    await page.locator("#walk-in").click()
    await page.fill("#dialog [name=given]", "Omar")
    await page.fill("#dialog [name=family]", "Khoury")
    await page.locator("#dialog .act").click()
    await expect(page.locator("#dialog .problem")).to_contain_text("at least one day")
    await page.locator("#dialog [value='wsis 2026-07-08']").check()
    await page.locator("#dialog .act").click()
    await expect(page.locator(".who h2")).to_have_text("Omar Khoury")
    await page.locator("[data-act=hold]").click()
    await page.fill("#dialog [name=why]", "security asked")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hold")).to_contain_text("security asked")
    await page.locator("[data-act=release]").click()
    await page.fill("#dialog [name=why]", "cleared")
    await page.keyboard.press("Enter")
    await expect(page.locator(".hold")).to_have_count(0)


async def test_a_walk_in_whose_answer_is_lost_is_sent_again_and_is_one_person(page, desk):
    lost = []

    async def lose(route):
        """The server takes it; the answer does not arrive."""
        if route.request.method != "POST":
            return await route.continue_()
        lost.append(route.request.post_data_json)
        if len(lost) < 4:
            await route.fetch()
        await route.abort()

    await page.route("**/registrations", lose)
    await page.locator("#walk-in").click()
    await page.fill("#dialog [name=family]", "Khoury")
    await page.locator("#dialog [value='wsis 2026-07-08']").check()
    await page.locator("#dialog .act").click()
    await expect(page.locator("#problem")).to_contain_text("did not answer")
    assert len({each["key"] for each in lost}) == 1
    await page.unroute("**/registrations")
    await page.locator("#walk-in").click()
    await expect(page.locator("#dialog [name=family]")).to_have_value("Khoury")
    await expect(page.locator("#dialog [value='wsis 2026-07-08']")).to_be_checked()
    await page.locator("#dialog .act").click()
    await expect(page.locator(".who h2")).to_have_text("Khoury")
    found = (await desk.get("/api/v1/editions/{edition}/registrations?find=khoury")).good()
    assert len(found) == 1
    await page.locator("#walk-in").click()
    await expect(page.locator("#dialog [name=family]")).to_have_value("")


# --- whom kiosks sent


@pytest.fixture
async def sent(server):  # noqa: F811
    """A kiosk of the hall gives a number to somebody; `code` when it knows who."""
    kiosk = await server.device("kiosk-west", None, "kiosk")

    async def send(number, why="printer", code=None, at="07-08 08:50"):
        holder = code and await server.service.pool.fetchval(
            "SELECT holder FROM registration WHERE code = $1", code
        )
        body = {"number": number, "at_ms": people.at_ms(at), "why": why, "holder": holder}
        (await kiosk.post("/api/v1/kiosk/tickets", body)).good()

    return send


async def test_whom_a_kiosk_sent_appears_is_opened_by_key_helped_and_taken_back(page, sent):
    await expect(page.locator("#tickets-none")).to_have_text("Nobody is waiting.")
    await sent("A14", "printer", "R-ANA1")
    await sent("A15", "not_found", at="07-08 08:55")
    waiting = page.locator("#tickets .ticket:not(.closed)")
    await expect(waiting).to_have_count(2)
    await expect(waiting.first).to_contain_text("A14")
    await expect(waiting.first).to_contain_text("Ana Duval")
    await expect(waiting.first).to_contain_text("The badge did not come out")
    await expect(waiting.first).to_contain_text("kiosk-west · 8 Jul, 08:50")
    await expect(waiting.last).to_contain_text("Person not known")
    await expect(waiting.last.locator("button")).to_have_count(1)
    await expect(page.locator("#tickets-count")).to_have_text("2 waiting")
    await page.locator("#find").blur()
    await page.keyboard.press("t")
    await page.keyboard.press("Enter")
    await expect(page.locator(".who h2")).to_have_text("Ana Duval")
    await expect(waiting.first).to_have_attribute("aria-current", "true")
    await page.keyboard.press("d")
    await expect(page.locator("#said")).to_have_text("Helped")
    await expect(waiting).to_have_count(1)
    await expect(page.locator("[data-act=ticketDone]")).to_have_count(0)
    await page.locator("#tickets .closed button").click()
    await expect(waiting.first).to_contain_text("A14")
    await expect(page.locator("[data-act=ticketDone]")).to_be_visible()


async def test_a_number_another_desk_has_closed_goes_and_is_said_when_pressed(page, sent, desk):
    await sent("A14")
    await expect(page.locator(".ticket")).to_have_count(1)
    [ticket] = (await desk.get(TICKETS)).good()
    await page.route("**/tickets?*", lambda route: route.abort())  # this page hears it late
    (await desk.post(f"{TICKETS}/{ticket['id']}/close")).good()
    await page.locator(".ticket button").click()
    await page.unroute("**/tickets?*")
    await expect(page.locator(".ticket:not(.closed)")).to_have_count(0)
    await expect(page.locator(".ticket.closed")).to_contain_text("Amina")


async def test_what_others_typed_is_shown_and_never_run(page, desk):
    nasty = "<img src=x onerror=alert(1)>"
    (await desk.post(f"{ANA}/notes", {"version": 1, "notes": nasty})).good()
    await opened(page)
    await expect(page.locator(".notes")).to_have_text(nasty)
    await expect(page.locator("#person img")).to_have_count(0)


async def test_every_language_fits_and_says_everything(page, server, sent):  # noqa: F811
    await sent("A14", "not_found", "R-ANA1")
    await sent("A15", "staff")
    for language, width in product(LANGUAGES, (1440, 420)):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(f"{server.url}/desk?lang={language}&width={width}#R-ANA1")
        await expect(page.locator(".who h2")).to_be_visible()
        await expect(page.locator(".ticket")).to_have_count(2)
        assert "desk-" not in await page.locator("body").inner_text(), "a message without words"
        overflow = await page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, (language, width)
        badge = page.locator(".who dd bdi").first
        assert await badge.evaluate("each => getComputedStyle(each).unicodeBidi") == "isolate"
        assert await page.locator(".who h2").evaluate(
            "each => { const r = document.createRange(); r.selectNodeContents(each);"
            " const [a, b] = [r.getBoundingClientRect(), each.getBoundingClientRect()];"
            " return document.dir === 'rtl' ? b.right - a.right < 2 : a.left - b.left < 2; }"
        ), "a name stands where its language begins"


async def test_the_page_is_accessible(page, sent):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: run `deploy/dev setup test`")
    await sent("A14", "collected", "R-ANA1")
    await sent("A15", "wrong")
    await page.locator(".ticket .plain").last.click()
    await expect(page.locator(".ticket.closed")).to_be_visible()
    await opened(page)
    for key in ("", "e", "p"):
        if key:
            await page.keyboard.press(key)
            await expect(page.locator("#dialog")).to_be_visible()
        await page.evaluate(AXE.read_text())
        found = await page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        assert [
            (each["id"], [n["html"][:120] for n in each["nodes"]]) for each in found["violations"]
        ] == []
        if key:
            await page.keyboard.press("Escape")
