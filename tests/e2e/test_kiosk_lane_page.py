"""The lane's page in a real browser: green only while it lasts, nothing when silent."""

import io
import json
from pathlib import Path

import msgspec
import pytest
from PIL import Image
from playwright.async_api import expect

from kiosk.comparing import Person
from kiosk.light import Colour, Light
from tests.integration.test_kiosk_page import Lane, view
from tests.programs import eventually

AXE = Path("deploy/npm/node_modules/axe-core/axe.min.js")


def _photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (48, 64), "#8fb3c9").save(out, "JPEG")
    return out.getvalue()


PHOTO = _photo()
GREEN = Light(Colour.GREEN, 1, "Welcome", "WSIS Forum", "admitted", ("Escort required",), 3.0)
"""As short as a light may be that a busy machine must see before it goes out."""
LASTING = msgspec.structs.replace(GREEN, seconds=600.0)
RED = Light(
    Colour.RED, 2, "Stop", "Dialogue: valid 6-7 July", "wrong_day", seconds=600.0, help="Desk"
)


@pytest.fixture
async def opened(browser):
    """(lane, page) with the page open; no error may have been on its console."""
    lane = Lane()
    await lane.start()
    page = await browser.new_page(viewport={"width": 1280, "height": 720})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(lane.url)
    await page.wait_for_selector("body[data-colour=ready]")
    yield lane, page
    await page.close()
    await lane.stop()
    assert errors == []


async def shows(lane, page, light, **more):
    lane.shows = msgspec.structs.replace(view(light), **more)
    lane.page.changed()
    await page.wait_for_selector(f"body[data-colour={light.colour}]")


async def test_the_light_is_said_by_shape_word_and_colour(opened):
    lane, page = opened
    await shows(lane, page, LASTING)
    assert await page.inner_text("#title") == "Welcome"
    assert await page.inner_text("#words") == "WSIS Forum"
    assert await page.inner_text("#attention") == "Escort required"
    assert await page.is_visible("svg.green")
    green = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await shows(lane, page, RED)
    assert await page.inner_text("#help") == "Desk"
    assert await page.is_visible("svg.red")
    assert not await page.is_visible("svg.green")
    assert green != await page.evaluate("getComputedStyle(document.body).backgroundImage")


async def test_green_goes_out_though_the_lane_says_nothing_more(opened, monkeypatch):
    lane, page = opened
    monkeypatch.setattr("kiosk.page.BEAT_S", 60.0)
    # Out before the page calls the lane lost.
    await shows(lane, page, msgspec.structs.replace(GREEN, seconds=2.2))
    await page.wait_for_selector("body[data-colour=ready]", timeout=30_000)
    for place in ("#title", "#words", "#attention", "#help"):
        assert await page.inner_text(place) == ""


async def test_a_light_that_went_out_is_not_lit_again_by_a_lane_that_hangs(opened):
    lane, page = opened
    await shows(lane, page, GREEN)
    await page.wait_for_selector("body[data-colour=ready]", timeout=30_000)
    lane.shows = msgspec.structs.replace(view(GREEN), time="09:00:59")
    lane.page.changed()
    await expect(page.locator("#time")).to_have_text("09:00:59")
    assert await page.get_attribute("body", "data-colour") == "ready"
    assert await page.inner_text("#title") == ""
    await shows(lane, page, msgspec.structs.replace(GREEN, number=2))


async def test_a_page_whose_lane_is_silent_says_that_it_is_lost(opened):
    lane, page = opened
    await shows(lane, page, GREEN)
    await page.evaluate(
        """() => {
          window.colours = [];
          new MutationObserver(() => colours.push(document.body.dataset.colour))
            .observe(document.body, { attributes: true, attributeFilter: ["data-colour"] });
        }"""
    )
    await lane.runner.cleanup()
    await page.wait_for_selector("#lost:not([hidden])", timeout=30_000)
    await page.wait_for_timeout(1000 * GREEN.seconds)  # the light's own time ends meanwhile
    colours = await page.evaluate("colours")
    assert set(colours[colours.index("starting") :]) == {"starting"}, "no light, not even ready"
    assert await page.inner_text("#title") == ""


async def test_whoever_must_be_compared_is_asked_for_and_shown_while_the_light_lasts(opened):
    lane, page = opened
    look = Light(Colour.CHECK, 5, "Check", "Compare the person with the photo", "second_look",
                 seconds=600.0, help="Desk", compare="Asking for the photo")  # fmt: skip
    lane.people[5] = Person("Ana Sample", "Minister · Atlantis", PHOTO, "Photo of Ana Sample")
    await shows(lane, page, look)
    picture = page.locator("#person img:not([hidden])")
    await expect(picture).to_be_visible()
    assert await picture.get_attribute("alt") == "Photo of Ana Sample"
    assert await picture.evaluate("(each) => each.decode().then(() => each.naturalWidth)") == 48
    assert (await page.inner_text("#person figcaption")).split("\n") == [
        "Ana Sample", "Minister · Atlantis",
    ]  # fmt: skip
    assert await axe(page) == []
    await shows(lane, page, RED)
    assert await page.is_hidden("#person")
    assert "Ana Sample" not in await page.content()
    assert "base64" not in await page.inner_html("#person")


async def test_a_person_who_cannot_be_shown_is_words_and_an_empty_picture(opened):
    lane, page = opened
    again = Light(Colour.RED, 6, "Stop", "Already inside: entered at North 1", "already_inside",
                  seconds=600.0, help="Desk", compare="Asking for the photo")  # fmt: skip
    await shows(lane, page, again)
    await expect(page.locator("#person em")).to_have_text("Asking for the photo")
    offline = "Photo not available offline: compare the name on the badge"
    lane.people[7] = Person(note=offline)
    await shows(lane, page, msgspec.structs.replace(again, number=7))
    await expect(page.locator("#person em")).to_have_text(offline)
    assert await page.is_visible("#person svg")
    assert await axe(page) == []
    await lane.runner.cleanup()
    await page.wait_for_selector("#lost:not([hidden])", timeout=30_000)
    assert await page.is_hidden("#person")


async def test_an_override_shows_whom_it_would_let_in(opened):
    lane, page = opened
    acts = (("override", "Supervisor override"),)
    words = {"photo-asked": "Asking for the photo", "why": "Reason", "pin": "PIN", "do": "Do it",
             "cancel": "Cancel", "supervisor": "Supervisor", "or-badge": "or own badge",
             "roll-call": "Roll-call"}  # fmt: skip
    lane.people[2] = Person("Ana Sample", "Delegate · Atlantis", PHOTO, "Photo of Ana Sample")
    await shows(lane, page, RED, acts=acts, reasons=("protocol",), words=words)
    await page.keyboard.press("F9")
    await page.wait_for_selector("#whose img:not([hidden])")
    assert await page.inner_text("#whose b") == "Ana Sample"
    assert await axe(page) == []
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#whose[hidden]", state="attached")
    assert "Ana Sample" not in await page.content()


async def axe(page):
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then((r) => JSON.stringify(r.violations))")
    return [f"{v['id']}: {[n['html'] for n in v['nodes']]}" for v in json.loads(found)]


async def test_arabic_reads_from_right_to_left(opened):
    lane, page = opened
    await shows(lane, page, RED, language="ar", right_to_left=True)
    assert await page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    shape = await page.locator(".shape").bounding_box()
    words = await page.locator(".say").bounding_box()
    assert shape["x"] > words["x"]


async def test_words_are_words_and_never_markup(opened):
    lane, page = opened
    nasty = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    await shows(
        lane, page, Light(Colour.RED, 3, nasty, nasty, "x", (nasty,), 600.0, nasty), gate=nasty
    )
    for place in ("#title", "#words", "#help", "#attention", "#gate"):
        assert await page.inner_text(place) == nasty
    assert await page.locator("main img:not([hidden]), main script, header img").count() == 0


async def test_a_keyboard_scanner_types_a_badge_and_enter(opened):
    lane, page = opened
    for text in ("P1ABC $%*+-./:", "P1SECOND"):
        await page.keyboard.type(text)
        await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await eventually(lambda: len(lane.typed) == 2, "both were heard")
    assert lane.typed == ["P1ABC $%*+-./:", "P1SECOND"]


async def test_the_longest_words_stay_on_the_screen_and_cover_nothing(opened):
    lane, page = opened
    words = "AI for Good opens on Tuesday 7 July at 08:30; Dialogue: valid 6-7 July 2026"
    light = Light(Colour.RED, 4, "Already inside", words, "x", ("Escort", "Medical"), 600.0, "Desk")
    await shows(lane, page, light, camera="Camera lost: use the hand scanner")
    for width, height in ((1280, 720), (1024, 600), (1920, 1080), (800, 1280), (390, 844)):
        await page.set_viewport_size({"width": width, "height": height})
        below = 0
        for place in ("header", "#title", "#words", "#attention", "#help", "#camera"):
            box = await page.locator(place).bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width + 1, (width, place)
            assert box["y"] >= below - 1, (width, place)
            below = box["y"] + box["height"]
        assert below <= height + 1


async def test_several_badges_are_asked_for_one_at_a_time_and_the_one_that_counts_is_marked(opened):
    lane, page = opened
    hint = "Several badges in view: please hold up one at a time"
    filled = """[...document.querySelectorAll("#several i")].map(
        (each) => getComputedStyle(each).backgroundColor !== "rgba(0, 0, 0, 0)")"""
    places = {"left": 0, "middle": 1, "right": 2, "": None}
    for turned in (False, True):
        for place, box in places.items():
            await shows(lane, page, RED, several=hint, place=place, right_to_left=turned)
            await page.wait_for_selector(f"#several[data-place='{place}']:not([hidden])")
            assert hint in await page.inner_text("#several")
            assert await page.evaluate(filled) == [each == box for each in range(3)]
            xs = [
                (await each.bounding_box())["x"] for each in await page.locator("#several i").all()
            ]
            assert xs == sorted(xs), "left is left in every script"
    words = await page.locator("#help").bounding_box()
    bar = await page.locator("#several").bounding_box()
    assert words["y"] + words["height"] <= bar["y"]
    assert bar["y"] + bar["height"] <= 720
    await shows(lane, page, RED)
    await page.wait_for_selector("#several", state="hidden")
