"""The print station over real HTTP, in front of a server that answers as ours does."""

import asyncio
import io
import json

import aiohttp
import msgspec
import numpy as np
import pytest
import zxingcpp
from aiohttp import web
from PIL import Image as Picture

from badge_printer import station
from gate.client import Client
from tests import badges

KEY = "a-secret-part"


class Server:
    """Answers `/api/v1/printer/badges/{code}`; `answers` may hold back or spoil one."""

    def __init__(self):
        self.asked = []
        self.gate = asyncio.Event()
        self.gate.set()
        self._asked_again = asyncio.Condition()

    async def reached(self, count):
        """Wait until so many have asked."""
        async with self._asked_again:
            await asyncio.wait_for(self._asked_again.wait_for(lambda: len(self.asked) >= count), 30)

    async def badge(self, request):
        code = request.match_info["code"]
        async with self._asked_again:
            self.asked.append(code)
            self._asked_again.notify_all()
        await self.gate.wait()
        if code == "R-broken":
            return web.Response(status=500, text="<html>oh no</html>")
        if code == "R-revoked":
            return problem(401, "Not signed in", "this device's token was revoked")
        if code == "R-odd":
            return web.Response(text='{"not": "a badge"}')
        if code == "R-emoji":
            return web.Response(body=msgspec.json.encode(badges.badge(given="Ana 😀")))
        known = badges.people().get(code.removeprefix("R-"))
        if known is None:
            return problem(404, "No badge", "there is no approved registration with this code")
        return web.Response(body=msgspec.json.encode(known))


def problem(status, title, detail):
    body = json.dumps({"title": title, "detail": detail})
    return web.Response(status=status, text=body, content_type="application/problem+json")


async def served(app, stack):
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    stack.append(runner.cleanup)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return f"http://127.0.0.1:{runner.addresses[0][1]}"


class Place:
    def __init__(self, url, server, session):
        self.url, self.server, self.session = url, server, session

    async def get(self, path, **more):
        async with self.session.get(self.url + path, **more) as answer:
            return answer.status, answer.headers, await answer.read()

    async def badge(self, name, key=KEY):
        return await self.get(f"/{key}/badges/{name}")


@pytest.fixture
async def place():
    stack = []
    server = Server()
    app = web.Application()
    app.router.add_get("/api/v1/printer/badges/{code}", server.badge)
    try:
        client = Client(await served(app, stack), "token")
        stack.append(client.close)
        url = await served(station.application(client, badges.renderer(), KEY), stack)
        session = aiohttp.ClientSession()
        stack.append(session.close)
        yield Place(url, server, session)
    finally:
        server.gate.set()
        for close in reversed(stack):
            await close()


async def test_a_badge_comes_as_pdf_and_as_picture(place):
    status, headers, body = await place.badge("R-cyrillic.pdf")
    assert (status, headers["Content-Type"], body[:5]) == (200, "application/pdf", b"%PDF-")
    assert headers["Content-Disposition"] == 'inline; filename="R-cyrillic.pdf"'
    status, headers, body = await place.badge("R-cyrillic.png")
    assert (status, headers["Content-Type"]) == (200, "image/png")
    grey = np.asarray(Picture.open(io.BytesIO(body)).convert("L"))
    assert [each.text for each in zxingcpp.read_barcodes(grey)] == [badges.badge("cyrillic").text]


async def test_a_badge_is_never_kept_on_the_way(place):
    for name in ("R-cyrillic.pdf", "R-nobody.pdf"):
        _, headers, _ = await place.badge(name)
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
    _, headers, _ = await place.badge("R-cyrillic.pdf")
    assert headers["Referrer-Policy"] == "no-referrer", "the link holds a secret"


@pytest.mark.parametrize("key", ["guess", KEY + "x", KEY[:-1], KEY.upper(), "%ff", "%00", "é"])
async def test_a_link_without_the_secret_finds_nothing_and_asks_nothing(place, key):
    status, _, body = await place.badge("R-cyrillic.pdf", key)
    assert (status, body) == (404, b"There is nothing here.\n")
    assert place.server.asked == []


@pytest.mark.parametrize(
    "code",
    ["%2e%2e", "R-%2Fetc%2Fpasswd", "R-%0d%0aX: y", "R-é", "R-%00", "ab", "R" * 65, "R-%ff%fe",
     "R-'; DROP", "R-%22", "..%2f..%2f", "R-{x}", "%F0%9F%8E%AB%F0%9F%8E%AB"],
)  # fmt: skip
async def test_a_hostile_code_is_refused_in_words_before_the_server_is_asked(place, code):
    status, headers, body = await place.badge(f"{code}.pdf")
    assert status == 404
    assert headers["Content-Type"].startswith("text/plain")
    assert b"Traceback" not in body
    assert place.server.asked == []


@pytest.mark.parametrize(
    "path", ["/", "/x", f"/{KEY}", f"/{KEY}/badges/R-1.exe", f"/{KEY}/badges/"]
)
async def test_any_other_address_is_words_too(place, path):
    status, headers, body = await place.get(path)
    assert (status, body) == (404, b"Not Found\n")
    assert headers["Content-Type"].startswith("text/plain")


async def test_only_reading_is_possible(place):
    async with place.session.post(f"{place.url}/{KEY}/badges/R-cyrillic.pdf") as answer:
        assert answer.status == 405
    status, _, body = await place.get("/healthz")
    assert (status, json.loads(body)) == (200, {"status": "alive"})


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("R-nobody", 404, "there is no approved registration with this code"),
        ("R-revoked", 502, "this device's token was revoked"),
        ("R-broken", 503, "HTTP 500"),
        ("R-odd", 503, "answers what this version cannot read"),
        ("R-emoji", 422, "cannot be printed. given: no font has U+1F600 GRINNING FACE"),
    ],
)
async def test_what_goes_wrong_is_said_in_words(place, code, status, said):
    found, headers, body = await place.badge(f"{code}.pdf")
    assert found == status
    assert said in body.decode()
    assert (headers.get("Retry-After") is not None) == (status == 503)


async def test_a_server_that_is_away_is_worth_another_try():
    stack = []
    try:
        client = Client("http://127.0.0.1:9", "token")
        stack.append(client.close)
        url = await served(station.application(client, badges.renderer(), KEY), stack)
        session = aiohttp.ClientSession()
        stack.append(session.close)
        status, headers, body = await Place(url, None, session).badge("R-cyrillic.pdf")
        assert (status, headers["Retry-After"]) == (503, "2")
        assert b"does not answer" in body
    finally:
        for close in reversed(stack):
            await close()


async def test_more_badges_than_can_wait_are_told_to_come_back(place):
    place.server.gate.clear()
    waiting = [
        asyncio.create_task(place.badge("R-cyrillic.png")) for _ in range(station.WAITING_MAX)
    ]
    await place.server.reached(station.WAITING_MAX)
    status, headers, body = await place.badge("R-cyrillic.png")
    assert (status, headers["Retry-After"]) == (503, "1")
    assert b"try again" in body
    place.server.gate.set()
    assert [status for status, _, _ in await asyncio.gather(*waiting)] == [200] * len(waiting)
    status, _, _ = await place.badge("R-cyrillic.png")
    assert status == 200


async def test_a_visitor_who_leaves_frees_the_place(place):
    place.server.gate.clear()
    leaving = [
        asyncio.create_task(place.badge("R-cyrillic.png")) for _ in range(station.WAITING_MAX)
    ]
    await place.server.reached(station.WAITING_MAX)
    for each in leaving:
        each.cancel()
    await asyncio.gather(*leaving, return_exceptions=True)
    place.server.gate.set()
    for _ in range(500):
        status, _, _ = await place.badge("R-cyrillic.png")
        if status == 200:
            return
        await asyncio.sleep(0.02)
    pytest.fail("the places of those who left were never given back")
