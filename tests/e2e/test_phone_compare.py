"""A guard compares, on the phone: name and photo beside the light, for as long as it lasts."""

import io

import aiohttp
import pytest
from PIL import Image, ImageDraw

from gate.server.devices import COMPARES_PER_MINUTE
from tests import programs
from tests.e2e.phone_acts import LANGUAGES, supervisor, trouble
from tests.e2e.phones import Phone, badges, phone
from tests.programs import EDITION, Person, Server

DOOR = "ministerial_door"
OFFLINE = "Photo not available offline: compare the name on the badge"


def portrait() -> bytes:
    image = Image.new("RGB", (480, 640), "#8fb3c9")
    draw = ImageDraw.Draw(image)
    draw.ellipse((150, 130, 330, 370), fill="#e0b48f")
    draw.rounded_rectangle((60, 400, 420, 700), 120, fill="#23395b")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


async def take_photo(server: Server, code: str) -> None:
    """As the desk does."""
    token = (server.data / "operator.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    url = f"{server.url}/api/v1/editions/{EDITION}/registrations/{code}/photo"
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, data=portrait()) as answer,
    ):
        assert answer.status == 204, await answer.text()


async def told(guard: Phone, place: str = "#person") -> dict:
    """What the figure shows once the server has answered."""
    await guard.page.wait_for_function(
        "(place) => !['', 'Asking for the photo'].includes("
        "document.querySelector(`${place} figcaption`).innerText.trim())", arg=place
    )  # fmt: skip
    texts = [await guard.page.inner_text(f"{place} {each}") for each in ("b", "span", "em")]
    seen = await guard.page.eval_on_selector(
        f"{place} img", "(each) => !each.hidden && each.decode().then(() => each.naturalWidth)"
    )
    return dict(zip(("name", "about", "note"), texts, strict=True)) | {"photo": bool(seen)}


async def test_a_second_look_shows_whom_to_compare_and_nothing_stays(thursday: Server, browser):
    (good,) = await badges(thursday, Person("PH-WHO-1", "ministerial", "minister"))
    await take_photo(thursday, "PH-WHO-1")
    async with phone(browser, thursday, DOOR, granted_at_most=9) as guard:
        await guard.granted()
        assert await guard.scan(good) == "check"
        await guard.page.wait_for_selector("#person img:not([hidden])")
        assert await told(guard) == {
            "name": "Given Family PH-WHO-1",
            "about": "Example Ministry · Switzerland", "note": "", "photo": True,
        }  # fmt: skip
        assert await guard.page.get_attribute("#person img", "alt") == (
            "Photo of Given Family PH-WHO-1"
        )
        assert await trouble(guard) == []
        await guard.page.keyboard.press("Escape")
        await guard.ready()
        assert "PH-WHO-1" not in await guard.page.content(), "gone with the light"
        assert "base64" not in await guard.page.inner_html("#person")
        assert await kept_on_the_phone(guard) == [], "and in no store of the phone"
        assert guard.said == []


async def kept_on_the_phone(guard: Phone) -> list[str]:
    """Where the name is still found: IndexedDB, caches, local storage."""
    return await guard.page.evaluate("""async () => {
      const found = [], has = (text) => /PH-WHO-1|Example Ministry/.test(text);
      const opened = (request) => new Promise((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      });
      const db = await opened(indexedDB.open("gate-scanner"));
      for (const name of db.objectStoreNames) {
        const rows = await opened(db.transaction(name).objectStore(name).getAll());
        if (has(JSON.stringify(rows))) found.push(name);
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) if (url.includes("/api/")) found.push(url);
      }
      if (has(JSON.stringify(localStorage))) found.push("localStorage");
      return found;
    }""")


async def test_somebody_who_is_inside_already_is_compared_too(thursday: Server, browser):
    """With a photo, without one, and without a network; the light never waits for any."""
    codes = ("PH-IN-1", "PH-IN-2", "PH-IN-3")
    texts = await badges(thursday, *(Person(c, "wsis;ai4g", "speaker") for c in codes))
    await take_photo(thursday, "PH-IN-1")
    async with phone(browser, thursday, "high_level_door", granted_at_most=9) as guard:
        await guard.granted()
        for text in texts:
            assert await guard.scan(text) == "green"
            assert await guard.page.is_hidden("#person"), "who is let in is asked nothing"
            await guard.ready()
        assert await guard.scan(texts[0]) == "red"
        assert "Already inside" in guard.words
        await guard.page.wait_for_selector("#person img:not([hidden])")
        assert (await told(guard))["photo"]
        assert await trouble(guard) == []
        assert await guard.scan(texts[1]) == "red"
        assert await told(guard) == {
            "name": "Given Family PH-IN-2", "about": "Example Ministry · Switzerland",
            "note": "No photo on file: compare the name on the badge", "photo": False,
        }  # fmt: skip
        assert await trouble(guard) == []
        await guard.network(False)
        await guard.page.wait_for_selector("#link[data-link=offline]")
        assert await guard.scan(texts[2]) == "red"
        assert await told(guard) == {"name": "", "about": "", "note": OFFLINE, "photo": False}
        assert await trouble(guard) == []
        await guard.network(True)


@pytest.mark.parametrize("height", [640, 740])
async def test_on_a_small_phone_in_any_language_nothing_is_cut_off(
    thursday: Server, browser, height: int
):
    people = [Person(f"PH-SMALL-{height}-{each}", "ministerial", "minister") for each in LANGUAGES]
    texts = await badges(thursday, *people)
    async with phone(browser, thursday, DOOR, granted_at_most=9) as guard:
        await guard.granted()
        await guard.page.set_viewport_size({"width": 360, "height": height})
        for language, text in zip(LANGUAGES, texts, strict=True):
            await guard.page.select_option("#language", language)
            await guard.page.wait_for_selector(f"html[lang={language}]")
            assert await guard.scan(text) == "check"
            await guard.page.wait_for_selector("#person b:not(:empty)")
            places = (
                "h1, header .pill, #result > :not([hidden]):not(i), #acts button, .tools button"
            )
            boxes = [await each.bounding_box() for each in await guard.page.locator(places).all()]
            assert len([box for box in boxes if box]) > 9
            for box in filter(None, boxes):
                assert box["x"] >= 0, (language, box)
                assert box["x"] + box["width"] <= 360, (language, box)
            acts = await guard.page.locator("#acts").bounding_box()
            foot = await guard.page.locator("#controls").bounding_box()
            assert acts["y"] + acts["height"] <= foot["y"], f"{language}: both are under the thumb"
            assert await guard.page.eval_on_selector("h1", "h => h.scrollWidth <= h.clientWidth")
            await guard.page.keyboard.press("Escape")
            await guard.ready()


async def test_an_answer_that_comes_late_is_shown_beside_no_other_badge(thursday: Server, browser):
    texts = await badges(
        thursday, *(Person(f"PH-LATE-{n}", "ministerial", "minister") for n in (1, 2))
    )
    async with phone(browser, thursday, DOOR, granted_at_most=9) as guard:
        await guard.granted()
        held = []

        async def hold(route) -> None:
            held.append(route)

        await guard.page.route("**/api/v1/lane/compare", hold)
        assert await guard.scan(texts[0]) == "check"
        assert await guard.page.inner_text("#person em") == "Asking for the photo"
        assert await guard.scan(texts[1]) == "check"
        await programs.eventually(lambda: len(held) == 2, "both were asked for")
        await held[1].continue_()
        assert (await told(guard))["name"] == "Given Family PH-LATE-2"
        async with guard.page.expect_response("**/api/v1/lane/compare"):
            await held[0].continue_()
        assert await guard.page.inner_text("#person b") == "Given Family PH-LATE-2"
        assert await guard.scan("a poster") == "red"
        assert await guard.page.is_hidden("#person")


async def test_a_supervisor_sees_whom_an_override_lets_in(thursday: Server, browser):
    (closed,) = await badges(thursday, Person("PH-WHY-1", "ai4g:2026-07-10"))
    await take_photo(thursday, "PH-WHY-1")
    await supervisor(thursday, "Sam Supervisor", "24681012")
    async with phone(browser, thursday) as guard:
        assert await guard.scan(closed) == "red"
        assert await guard.page.is_hidden("#person"), "a wrong day says nothing about the wearer"
        await guard.page.click("#acts [data-act=override]")
        await guard.page.fill("#pin", "24681012")
        await guard.page.click("#unlock-go")
        await guard.page.wait_for_selector("#whose img:not([hidden])")
        assert (await told(guard, "#whose"))["name"] == "Given Family PH-WHY-1"
        assert await trouble(guard) == []
        await guard.page.keyboard.press("Escape")
        await guard.page.wait_for_selector("#whose[hidden]", state="attached")
        assert "Family PH-WHY-1" not in await guard.page.content()


async def test_the_code_of_the_mail_is_sent_to_the_kiosk(thursday: Server, browser):
    async with phone(browser, thursday) as guard:
        assert await guard.scan("C1-8F3K-9Q2M-7TXA-5B0D") == "red"
        assert guard.words == "This is the code for the kiosk: print your badge at a kiosk"
        assert await guard.page.is_hidden("#acts [data-act=override]")
        assert await trouble(guard) == []


async def test_a_phone_that_asked_too_often_says_so_and_not_that_it_is_offline(
    thursday: Server, browser
):
    (good,) = await badges(thursday, Person("PH-OFTEN-1", "ministerial", "minister"))
    async with phone(browser, thursday, DOOR, granted_at_most=9) as guard:
        await guard.granted()
        await guard.page.evaluate(
            """async (times) => {
              const { Store } = await import("/scan/store.js");
              const { call } = await import("/scan/client.js");
              const { token } = await (await Store.open()).get("identity");
              const asked = { token, body: { text: "a poster" } };
              await Promise.all(Array.from({ length: times }, () =>
                call("POST", "/api/v1/lane/compare", asked).catch(() => null)));
            }""",
            COMPARES_PER_MINUTE,
        )
        assert await guard.scan(good) == "check"
        assert (await told(guard))["note"] == (
            "Too many photos asked for in a minute: compare the name on the badge"
        )
