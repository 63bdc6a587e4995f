"""The wall in a real browser: what it shows is fresh or says that it is not, night and day."""

import re
from datetime import datetime

from playwright.async_api import expect

from deploy.demo.screenshots import sign_up
from gate import clock
from tests import programs


async def wall_of(server: programs.Server, browser):
    async with server.operator() as operator:
        link = await operator.operate("POST", "/api/v1/staff/links", {"roles": ["admin"]})
    wall = await browser.new_page(viewport={"width": 1600, "height": 900})
    await sign_up(wall, link["url"])
    return wall


async def test_a_wall_whose_server_is_away_says_how_old_its_figures_are_and_comes_back(browser):
    with programs.running() as server:
        wall = await wall_of(server, browser)
        state = wall.locator("#state")
        await expect(state).to_have_text(re.compile("live"))
        await expect(wall.locator("#entered")).to_have_text("0")
        server.kill()
        await expect(state).to_have_text(re.compile(r"reconnecting · data \d+s old"))
        assert await state.get_attribute("data-state") in ("reconnecting", "stale", "old")
        await expect(wall.locator("#entered")).to_have_text("0")
        await server.start_beside()
        await expect(state).to_have_text(re.compile("live"))


async def test_a_wall_left_on_overnight_shows_the_day_that_has_begun(browser):
    with programs.running("2026-07-06T22:00:00+02:00") as server:
        wall = await wall_of(server, browser)
        chosen, time = wall.locator("#days [aria-selected=true]"), wall.locator("#time")
        await expect(chosen).to_have_text(re.compile("6"))
        server.stop()
        server.clock = clock.starting_now(datetime.fromisoformat("2026-07-07T00:01+02:00"), 20)
        await server.start_beside()
        await expect(chosen).to_have_text(re.compile("7"))
        yesterday = wall.locator("#days button").first
        await yesterday.click()
        minute = re.compile(f"^(?!{(await time.inner_text())[:5]})")
        await expect(time).to_have_text(minute)
        await expect(chosen).to_have_text(re.compile("6"))
