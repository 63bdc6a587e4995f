"""The lane's page over real HTTP: what it shows, and who may talk to it."""

import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from gate.access.wire import SCAN_CHARS_MAX
from kiosk import page as page_module
from kiosk.guard import Done, What
from kiosk.light import Colour, Light, View
from kiosk.page import Page

READY = Light(Colour.READY, 0, "Show your badge", "")


def view(light=READY):
    return View(
        light=light, gate="North 1", direction="entry", time="09:00:00", link="Online", online=True,
        waiting="", camera="", language="en", right_to_left=False,
    )  # fmt: skip


class Lane:
    """A page on a free port; `shows` is what it shows now, `typed` what was handed in."""

    def __init__(self):
        self.shows, self.typed = view(), []
        self.acts, self.stood = [], 0
        self.page = Page(
            lambda: self.shows,
            self.typed.append,
            self.act,
            self.not_turned,
            self.called,
            self.whose,
        )
        self.people = {}
        """Number of a light -> whom the page is told of."""

    async def whose(self, number):
        return self.people.get(number)

    async def called(self):
        return "1RG2-5VPH  Gate 1 North  09:05\n"

    async def act(self, act):
        self.acts.append(act)
        return Done(act.pin == "246810", "told")

    async def not_turned(self):
        self.stood += 1
        return Done(True, "undone")

    async def start(self):
        self.runner = web.AppRunner(self.page.application(), access_log=None, shutdown_timeout=1.0)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.port = self.runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.session = aiohttp.ClientSession()

    async def stop(self):
        await self.session.close()
        await self.runner.cleanup()

    async def ask(self, method, path, **more):
        async with self.session.request(method, self.url + path, **more) as answer:
            return answer.status, answer.headers, await answer.text()

    async def post(self, text, **headers):
        own = {"Origin": self.url}
        return (await self.ask("POST", "/scan", data=text, headers=own | headers))[0]

    async def raw(self, request):
        """The first line of the answer to these very bytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        line = await asyncio.wait_for(reader.readline(), 30)
        writer.close()
        await writer.wait_closed()
        return line.decode().split()


@pytest.fixture
async def lane():
    lane = Lane()
    await lane.start()
    yield lane
    await lane.stop()


async def events(answer):
    async for line in answer.content:
        if line.startswith(b"data: "):
            yield json.loads(line[6:])


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/lane.css", "text/css"),
        ("/lane.js", "text/javascript"),
        ("/figure.js", "text/javascript"),
    ],
)
async def test_its_files_are_served_and_guarded(lane, path, kind):
    status, headers, body = await lane.ask("GET", path)
    assert (status, headers["Content-Type"]) == (200, f"{kind}; charset=utf-8")
    assert body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not {each for each in headers if each.startswith("Access-Control")}


async def test_the_page_needs_nothing_its_policy_forbids(lane):
    _, _, html = await lane.ask("GET", "/")
    for forbidden in (" style=", "<style", "onclick", "javascript:", "http://", "https://"):
        assert forbidden not in html
    assert html.count("<script") == html.count('<script type="module" src="/')


@pytest.mark.parametrize(
    "path", ["/nothing", "/../lane.py", "/%2e%2e/page.py", "/events/x", "/%ff"]
)
async def test_any_other_address_is_plain_words(lane, path):
    status, headers, body = await lane.ask("GET", path)
    assert (status, body) == (404, "Not Found\n")
    assert headers["Content-Type"].startswith("text/plain")
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_change_is_told_at_once_and_the_page_hears_a_beat(lane):
    async with lane.session.get(f"{lane.url}/events") as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        told = events(answer)
        assert (await anext(told))["light"]["colour"] == "ready"
        lane.shows = view(Light(Colour.GREEN, 1, "Welcome", "WSIS", "admitted", seconds=2.5))
        lane.page.changed()
        light = (await anext(told))["light"]
        assert light == {
            "colour": "green", "number": 1, "title": "Welcome", "words": "WSIS",
            "reason": "admitted", "attention": [], "seconds": 2.5, "help": "",
            "compare": "",
        }  # fmt: skip
        assert (await anext(told))["light"]["number"] == 1, "a beat, with nothing new"


async def test_only_so_many_pages_watch_and_one_that_left_makes_room(lane, monkeypatch):
    monkeypatch.setattr(page_module, "BEAT_S", 0.05)
    watching = []
    for _ in range(page_module.VIEWERS_MAX):
        answer = await lane.session.get(f"{lane.url}/events")
        await anext(events(answer))
        watching.append(answer)
    status, _, body = await lane.ask("GET", "/events")
    assert (status, body) == (503, "too many pages of this lane are open\n")
    for each in watching:
        each.close()
    for _ in range(500):
        async with lane.session.get(f"{lane.url}/events") as answer:
            if answer.status == 200:
                return
        await asyncio.sleep(0.02)
    pytest.fail("pages that left still take the room")


async def test_the_page_ends_with_its_lane(lane):
    async with lane.session.get(f"{lane.url}/events") as answer:
        told = events(answer)
        await anext(told)
        await asyncio.wait_for(lane.runner.cleanup(), 30)
        left = [each async for each in told]
    assert len(left) <= 1, "at most one more view, then the end"


async def test_what_a_keyboard_scanner_types_is_handed_in_clean(lane):
    assert await lane.post("P1ABC \r\n") == 204
    assert await lane.post("]Q1P1ABC") == 204
    assert await lane.post(b"\xff\xfe\x00P1") == 204
    assert await lane.post("") == 204
    assert await lane.post("\r\n\t") == 204
    assert lane.typed == ["P1ABC", "P1ABC", "��P1"]


async def test_a_scan_without_end_is_refused(lane):
    assert await lane.post("A" * SCAN_CHARS_MAX * 4) == 204
    assert len(lane.typed[0]) == SCAN_CHARS_MAX
    assert await lane.post("A" * (SCAN_CHARS_MAX * 4 + 1)) == 413
    assert len(lane.typed) == 1


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1:1", "file://",
     "http://127.0.0.1.evil.example", None],
)  # fmt: skip
async def test_no_other_page_may_hand_in_a_scan(lane, origin):
    headers = {} if origin is None else {"Origin": origin}
    status, _, body = await lane.ask("POST", "/scan", data="P1", headers=headers)
    assert (status, body) == (403, "only from the lane's own page\n")
    assert lane.typed == []


async def test_another_scheme_or_port_of_this_machine_is_another_page(lane):
    for origin in (lane.url.replace("http:", "https:"), lane.url + "0", lane.url + "/"):
        assert await lane.post("P1", Origin=origin) == 403
    assert lane.typed == []


@pytest.mark.parametrize(
    "host", ["lane.evil.example", "evil.example:8701", "192.168.1.5", "127.0.0.1.evil.example",
             "localhost.evil.example", "0.0.0.0", "[::2]"],
)  # fmt: skip
async def test_a_name_pointed_at_this_machine_reads_and_hands_in_nothing(lane, host):
    """DNS rebinding: the browser would send its own Origin, and believe it."""
    for method, path in (("GET", "/"), ("GET", "/events"), ("POST", "/scan")):
        headers = {"Host": host, "Origin": f"http://{host}"}
        status, _, body = await lane.ask(method, path, headers=headers)
        assert (status, body) == (403, "only from this machine\n")
    assert lane.typed == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
async def test_this_machines_own_names_are_welcome(lane, host):
    status, _, _ = await lane.ask("GET", "/", headers={"Host": f"{host}:{lane.port}"})
    assert status == 200
    own = {"Host": f"{host}:{lane.port}", "Origin": f"http://{host}:{lane.port}"}
    status, _, _ = await lane.ask("POST", "/scan", data="P1", headers=own)
    assert status == 204


@pytest.mark.parametrize(
    "host",
    [
        b"a b",
        b"[",
        b"127.0.0.1:99999999",
        b":",
        b"\xff\xfe",
        b"@127.0.0.1",
        b"[::1",
        b"",
        b"127.0.0.1:x",
    ],
)
async def test_a_host_that_is_none_is_no_exception_page(lane, host):
    version, status, *_ = await lane.raw(
        b"POST /scan HTTP/1.1\r\nHost: " + host + b"\r\nOrigin: http://" + host
        + b"\r\nContent-Length: 2\r\n\r\nP1"
    )  # fmt: skip
    assert version.startswith("HTTP/1.")
    assert status in ("400", "403"), status
    assert lane.typed == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_nothing_else_can_be_done(lane, method):
    for path in ("/", "/scan", "/events"):
        status, headers, _ = await lane.ask(method, path, headers={"Origin": lane.url})
        assert status == 405
        assert "Access-Control-Allow-Origin" not in headers


async def test_an_act_of_the_page_is_done_and_answered_in_words(lane):
    own = {"Origin": lane.url}
    good = await lane.ask("POST", "/act", json={"what": "override", "pin": "246810"}, headers=own)
    bad = await lane.ask("POST", "/act", json={"what": "undo"}, headers=own)
    assert (good[0], bad[0]) == (200, 409)
    assert [each.what for each in lane.acts] == [What.OVERRIDE, What.UNDO]


@pytest.mark.parametrize("body", [
    b"", b"[]", b'{"what": "dance"}', b"\xff", b'{"what": 1}', b'{"x":' + b"[" * 9000,
])  # fmt: skip
async def test_what_is_no_act_is_refused_in_words(lane, body):
    status, _, text = await lane.ask("POST", "/act", data=body, headers={"Origin": lane.url})
    assert status == 400
    assert "not an act" in text


async def test_another_site_can_neither_act_nor_play_the_turnstile(lane):
    for path in ("/act", "/turnstile"):
        for headers in ({}, {"Origin": "https://example.org"},
                        {"Origin": "https://example.org", "X-Turnstile": "1"}):  # fmt: skip
            status, _, _ = await lane.ask("POST", path, json={"turned": False}, headers=headers)
            assert status == 403
    assert lane.acts == [] and lane.stood == 0


async def test_a_turnstile_that_did_not_turn_undoes_and_one_that_turned_does_not(lane):
    asked = {"X-Turnstile": "1"}
    for turned in (True, False):
        await lane.ask("POST", "/turnstile", json={"turned": turned}, headers=asked)
    assert lane.stood == 1
    status, _, text = await lane.ask("POST", "/turnstile", data=b"no", headers=asked)
    assert status == 400 and "turned" in text


async def test_the_roll_call_is_a_page_of_text(lane):
    status, headers, text = await lane.ask("GET", "/roll-call.txt")
    assert (status, headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert text.startswith("1RG2-5VPH")
