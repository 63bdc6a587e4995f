"""The command page in a real browser: an anomaly looked into by keyboard, and by nobody else."""

import itertools
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from gate.access.badge_number import number
from gate.access.ledger import LogRecord
from gate.access.model import Reason
from gate.client import Client
from tests import programs
from tests.e2e.test_phone_compare import take_photo
from tests.e2e.test_phone_timeline import holder_of
from tests.programs import Person, Server

_names = itertools.count(1)
AXE = Path("deploy/npm/node_modules/axe-core/axe.min.js")


@pytest.fixture(scope="module")
def server():
    with programs.running() as server:
        yield server


@pytest.fixture
async def page(server, browser):
    page = await browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
    await sign_up(server, page, "supervisor")
    return page


async def sign_up(server: Server, page, role: str) -> None:
    """Somebody of one role, who arrives at the wall."""
    async with server.operator() as operator:
        link = await operator.operate("POST", "/api/v1/staff/links", {"roles": [role]})
    await page.goto(link["url"])
    await page.fill("[name=name]", f"{role} {next(_names)}")
    await page.fill("[name=password]", "palexpo-july-2026")
    await page.click("button")
    await page.wait_for_url(re.compile(r"/$"))


async def enters_twice(server: Server, code: str, folder: Path) -> str:
    """By two doors of one room that did not know of each other; the badge's number."""
    holder = await holder_of(server, code)
    for minute, gate in enumerate(("plenary_east", "plenary_west")):
        lane = await server.enrol(f"{code}-{minute}".lower(), folder / gate, gate)
        at_ms = int(server.clock.now().timestamp() * 1000) - 120_000 + 60_000 * minute
        record = LogRecord(
            device=lane.device, epoch=lane.epoch, number=1, at_ms=at_ms, gate=gate,
            zone="plenary", reason=Reason.ADMITTED, holder=holder, generation=1,
        )  # fmt: skip
        async with Client(server.url, lane.token) as client:
            assert (await client.log(lane.epoch, 1, [record])).quarantined == 0
    return number(holder)


async def axe(page) -> list[str]:
    await page.evaluate(AXE.read_text())
    found = await page.evaluate("axe.run().then((r) => JSON.stringify(r.violations))")
    return [f"{v['id']}: {[n['html'] for n in v['nodes']]}" for v in json.loads(found)]


async def test_a_double_is_looked_into_by_keyboard_from_the_wall_to_the_photo(
    server, page, tmp_path
):
    await server.import_people(Person("CP-WHO-1"), Person("CP-WHO-2"))
    await take_photo(server, "CP-WHO-1")
    await page.goto(f"{server.url}/command")
    await expect(page.locator("#anomalies-none")).to_be_visible()
    assert await axe(page) == []
    badge = await enters_twice(server, "CP-WHO-1", tmp_path)
    await expect(page.locator("#anomalies li")).to_have_text(
        re.compile(f"Badge {badge} twice: Plenary West .*before at Plenary East")
    )
    assert "Family" not in await page.inner_text("body"), "a list names nobody"
    await page.goto(server.url)
    link = page.locator("#attention-list a")
    await expect(link).to_have_text(re.compile(badge))
    assert "Family" not in await page.inner_text("body")
    await link.focus()
    await page.keyboard.press("Enter")
    look = page.locator("#look[open]")
    await expect(look).to_be_visible()
    assert await page.inner_text("#look-name") == "Given Family CP-WHO-1"
    assert await page.inner_text("#look-about") == "Delegate · Example Ministry · Switzerland"
    assert await page.get_attribute("#look-photo", "alt") == "Photo of Given Family CP-WHO-1"
    photo = page.locator("#look-photo")
    assert await photo.evaluate("(each) => each.decode().then(() => each.naturalWidth)") > 0
    rows = [(await each.inner_text()).split("\t") for each in await page.locator("#look tr").all()]
    assert [each[:2] for each in rows] == [["First", "Plenary East"], ["Then", "Plenary West"]]
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d", each[2]) for each in rows)
    assert await axe(page) == []
    await page.keyboard.press("Escape")
    await page.wait_for_selector("#look-photo:not([src])", state="attached")
    await expect(look).to_have_count(0)
    assert "CP-WHO-1" not in await page.content(), "gone with the dialog"
    other = await enters_twice(server, "CP-WHO-2", tmp_path)
    button = page.get_by_role("button", name=f"Who is it? {other}")
    await expect(button).to_be_visible()
    await button.focus()
    for _ in range(2):
        async with page.expect_response("**/reach"):
            pass
    assert await button.evaluate("(each) => each === document.activeElement"), "focus is kept"
    await page.keyboard.press("Enter")
    await expect(page.locator("#look-no-photo")).to_be_visible()
    assert await page.inner_text("#look-no-photo") == "No photo on file"
    assert await page.inner_text("#look-name") == "Given Family CP-WHO-2"
    assert await axe(page) == []


async def test_who_may_only_count_sees_numbers_and_no_link(server, page):
    wall = await page.context.browser.new_page()
    await sign_up(server, wall, "operations")
    await expect(wall.locator("#attention-list li")).not_to_have_count(0)
    assert await wall.locator("#attention-list a").count() == 0
