"""A phone's first list of who may enter, over a line that breaks again and again."""

import itertools
import re

import pytest

from tests import chaos, programs
from tests.e2e.phones import Phone, badges
from tests.programs import Person, Server

BROKEN_AT = 3000
"""A connection's answers, in bytes: hello passes, the list never does in one piece."""


@pytest.fixture(scope="module")
def crowd():
    with programs.running() as server:
        yield server


def bad(network: chaos.Chaos) -> None:
    """From now on; what the page itself came by is no part of a connection's measure."""
    network.cut()
    network.heal()
    network.answer_bytes_max = BROKEN_AT


class Attempts:
    """What a phone asked of the list, each time: from which byte, of which body, and what came."""

    def __init__(self) -> None:
        self.froms: list[int] = []
        self.tags: list[str] = []
        self.came: list[int] = []
        self._places: dict[str, int] = {}

    async def watch(self, guard: Phone) -> None:
        session = await guard.page.context.new_cdp_session(guard.page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.dataReceived", self._came)
        await session.send("Network.enable")

    def _asked(self, event) -> None:
        if "/lane/snapshot" in event["request"]["url"]:
            headers = {n.lower(): each for n, each in event["request"]["headers"].items()}
            start = re.fullmatch(r"bytes=(\d+)-", headers.get("range", "bytes=0-"))
            self._places[event["requestId"]] = len(self.froms)
            self.froms.append(int(start[1]))
            self.tags.append(headers.get("if-range", ""))
            self.came.append(0)

    def _came(self, event) -> None:
        if (place := self._places.get(event["requestId"])) is not None:
            self.came[place] += event["dataLength"]


async def test_a_list_that_breaks_off_goes_on_where_it_was_also_over_a_reload(
    crowd: Server, browser
):
    await crowd.import_people(*(Person(f"MANY-{n}") for n in range(300)))
    (good,) = await badges(crowd, Person("PH-DOWN-1"))
    async with chaos.between(crowd.host, crowd.port) as network:
        guard, attempts = Phone(browser, crowd, network.url), Attempts()
        await guard.switch_on()
        await guard.page.goto(f"{guard.url}/scan")
        await guard.page.wait_for_selector("body[data-kept=yes]")
        await attempts.watch(guard)
        bad(network)
        await guard.page.fill("#code", await guard.code(guard.device))
        await guard.page.click("#enrol-go")
        await programs.eventually(lambda: network.broken_off, "the first break", 60)
        network.cut()  # else a quick network has it all before the guard has scanned
        assert await guard.scan(good) == "check"
        assert await guard.page.is_hidden("#entered")
        bad(network)
        reloaded, broken_off = len(attempts.froms), network.broken_off
        await guard.page.reload()
        await guard.page.wait_for_selector("#entered:not([hidden])", timeout=120_000)
        assert network.broken_off > broken_off, "after the reload, too"
        assert len(attempts.froms) > reloaded
        for place, (before, after) in enumerate(itertools.pairwise(attempts.froms), 1):
            came = attempts.came[place - 1]
            assert before <= after <= before + came, "no gap"
            assert after == before + came or place == reloaded, "nothing that came came again"
        assert len(set(attempts.tags) - {""}) == 1, "all of it is of one body"
        network.heal()
        assert await guard.scan(good) == "green"
        await guard.switch_off()


async def test_a_line_that_falls_silent_is_given_up_and_what_came_is_kept(crowd: Server, browser):
    """Patience is for silence, and not for the whole: a slow line may take its time."""
    async with chaos.between(crowd.host, crowd.port) as network:
        guard = Phone(browser, crowd, network.url)
        await guard.switch_on()
        await guard.page.route("**/scan/download.js", _impatient)
        await guard.page.goto(f"{guard.url}/scan")
        await guard.page.wait_for_selector("body[data-kept=yes]")
        bad(network)
        await guard.page.fill("#code", await guard.code(guard.device))
        await guard.page.click("#enrol-go")
        await guard.page.wait_for_selector("#hint:has-text('Learning who may enter: ')")
        network.fall_silent()
        await guard.page.wait_for_selector("#link[data-link=offline]")
        assert "Learning who may enter" in await guard.page.inner_text("#hint")
        network.heal()
        await guard.page.wait_for_selector("#entered:not([hidden])")
        await guard.switch_off()


async def _impatient(route) -> None:
    """The page's own download, with less patience for silence."""
    answer = await route.fetch()
    text = await answer.text()
    assert "SILENT_MS = 15_000" in text
    await route.fulfill(response=answer, body=text.replace("15_000", "500"))
