"""Every route, called by everybody: exactly who holds the declared permission gets through."""

import asyncio

import pytest
from aiohttp import web

from gate.server import routes
from gate.server.api import all_routes
from gate.server.app import HEADERS, application
from gate.server.devices import WRONG_CODES
from gate.server.roles import Permission, Role
from gate.server.routes import Route, RouteTableError, Scope
from tests.integration.calls import Answer, Api
from tests.integration.conftest import Running

STAFF = {"command line", "operator", "supervisor", "operations", "desk", "desk_lead", "admin"}
"""The roles, and the operator's token; somebody with the role `operator` may only sign in."""
EVERYBODY = {"nobody", *STAFF, "lane", "kiosk", "printer"}
MAY = {
    Permission.PUBLIC: EVERYBODY,
    Permission.SIGNED_IN: STAFF,
    Permission.VIEW_COUNTS: {"command line", "supervisor", "operations", "admin"},
    Permission.READ_PEOPLE: {"command line", "desk", "desk_lead", "admin"},
    Permission.WRITE_PEOPLE: {"command line", "desk", "desk_lead", "admin"},
    Permission.APPROVE_PEOPLE: {"command line", "desk_lead", "admin"},
    Permission.MANAGE_DEVICES: {"command line", "admin"},
    Permission.MANAGE_STAFF: {"command line", "admin"},
    Permission.COMMAND: {"command line", "supervisor", "admin"},
    Permission.LOOK_INTO: {"command line", "supervisor", "admin"},
    Permission.DEVICE: {"lane", "kiosk", "printer"},
    Permission.LANE: {"lane"},
    Permission.PRINT: {"printer"},
    Permission.KIOSK: {"kiosk"},
}
"""Written out again on purpose: a grant that changes by accident is a failing test."""


async def everybody(server: Running) -> dict[str, Api]:
    found = {
        "nobody": await server.nobody(),
        "command line": await server.operator(),
        "lane": await server.device("a-lane"),
        "kiosk": await server.device("a-kiosk", None, "kiosk"),
        "printer": await server.device("a-printer", None, "printer"),
    }
    return found | {role.value: await server.staff(role) for role in Role}


async def knock(route: Route, api: Api, edition: str) -> Answer:
    """Call with a body nobody can read: far enough to see who gets through, and no further."""
    path = route.path.replace("{edition}", edition)
    for name in route.path_doc:
        path = path.replace(f"{{{name}}}", "nothing-of-this-name")
    path = path.replace("{file:.+}", "x").replace("{language}", "en")
    if path.endswith("/live"):
        async with api.session.get(api.url + path) as answer:
            body = b"" if answer.status == 200 else await answer.read()
            return Answer(answer.status, answer.headers, body)
    return await api.call(route.method, path, b"{" if route.method == "POST" else None)


def got_through(answer: Answer) -> bool:
    if answer.status in (401, 403):
        return answer.json["title"] == "Code not accepted"
    return True


async def test_exactly_the_declared_permission_passes_and_only_for_this_edition(server):
    callers, wrong = await everybody(server), []
    assert set(callers) == EVERYBODY
    ours = server.service.policy.edition
    # Signing out last: it ends the sessions the others still need.
    table = sorted(all_routes(), key=lambda r: r.path == "/api/v1/sign-out")
    assert {r.permission for r in table} <= set(MAY)
    for route in table:
        editions = (ours, "another-edition") if "{edition}" in route.path else (ours,)
        for edition in editions:
            for name, api in callers.items():
                answer = await knock(route, api, edition)
                foreign = edition != ours and answer.status == 404
                expected = name in MAY[route.permission]
                fits = got_through(answer) == expected and (edition == ours or foreign == expected)
                if not expected:
                    fits = fits and answer.status == (401 if name == "nobody" else 403)
                if not fits or answer.status >= 500:
                    wrong.append((route.method, route.path, name, edition, answer.status))
    assert not wrong


async def test_every_answer_carries_the_security_headers_and_errors_are_problems(server):
    callers = await everybody(server)
    for route in all_routes():
        for name in ("nobody", "command line", "lane"):
            answer = await knock(route, callers[name], server.service.policy.edition)
            for header, value in (HEADERS | route.headers).items():
                assert answer.headers[header] == value, (route.path, header)
            assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
            if answer.status >= 400:
                assert answer.title


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing-here", 404),
        ("GET", "/pages/../../../etc/passwd", 404),
        ("GET", "/vendor/..%2f..%2f..%2fetc/passwd", 404),
        ("GET", "/words/..%2fen.ftl", 404),
        ("GET", "/words/tlh.ftl", 404),
        ("DELETE", "/api/v1/staff", 405),
        ("PUT", "/api/v1/scans", 405),
        ("TRACE", "/", 405),
    ],
)
async def test_what_is_not_there_is_a_problem_too(method, path, status, nobody):
    answer = await nobody.call(method, path)
    assert (answer.status, bool(answer.title)) == (status, True)
    assert answer.headers["Content-Security-Policy"]


# --- a route that is not wholly declared


async def anything(call: routes.Call) -> None:
    return None


UNDECLARED = {
    "no permission": (("GET", "/x", anything, None, Scope.NONE, ""), "needs a permission"),
    "no scope": (("GET", "/x", anything, Permission.PUBLIC, None, ""), "needs a permission"),
    "people of no edition": (
        ("GET", "/x", anything, Permission.READ_PEOPLE, Scope.NONE, ""), "needs an edition scope"),
    "an edition in the path that nobody checks": (
        ("GET", "/x/{edition}", anything, Permission.LANE, Scope.DEVICE, ""), "does not fit"),
    "a scope that is not in the path": (
        ("GET", "/x", anything, Permission.LANE, Scope.PATH, ""), "does not fit"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNDECLARED)
def test_a_route_that_is_not_wholly_declared_stops_the_start(name):
    declared, words = UNDECLARED[name]
    with pytest.raises(RouteTableError, match=words):
        routes.install(web.Application(), [Route(*declared)])


async def test_a_way_in_beside_the_table_stops_the_start(server):
    app = application(server.service)
    app.router.add_get("/back-door", anything)
    with pytest.raises(RouteTableError, match="back-door"):
        routes.assert_declared(app)


def test_a_route_declared_twice_stops_the_start():
    route = Route("GET", "/x", anything, Permission.PUBLIC, Scope.NONE, "")
    with pytest.raises(RouteTableError, match="twice"):
        routes.install(web.Application(), [route, route])


# --- hostile requests


HOSTILE_HEADERS = {
    "token with odd bytes": ("GET", "/api/v1/me", {"Authorization": b"Bearer \xff\xed\xa0\x80"}),
    "token beyond ASCII": ("GET", "/api/v1/me", {"Authorization": "Bearer ключ".encode()}),
    "no token at all": ("GET", "/api/v1/me", {"Authorization": b"Bearer"}),
    "another scheme": ("GET", "/api/v1/me", {"Authorization": b"Basic Og=="}),
    "a very long token": ("GET", "/api/v1/me", {"Authorization": b"Bearer " + b"x" * 5000}),
    "odd cookie": ("GET", "/api/v1/me", {"Cookie": b"gate_session=\xff\x00;=;,"}),
}  # fmt: skip


async def raw_answer(url: str, request: bytes) -> tuple[int, bytes]:
    """Bytes on a socket, as no client library would send them; (status, the whole answer)."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        async with asyncio.timeout(30):
            answer = await reader.read()
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1]), answer


def raw_request(method: str, path: str, headers: dict[str, bytes], body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode()]
    lines += [name.encode() + b": " + value + b"\r\n" for name, value in headers.items()]
    if body:
        lines.append(b"Content-Length: %d\r\n" % len(body))
    return b"".join(lines) + b"\r\n" + body


@pytest.mark.parametrize("name", HOSTILE_HEADERS)
async def test_a_hostile_header_is_refused_in_words(name, server):
    method, path, headers = HOSTILE_HEADERS[name]
    status, answer = await raw_answer(server.url, raw_request(method, path, headers))
    assert status in (400, 401), answer
    assert b"Traceback" not in answer and b".py" not in answer


@pytest.mark.parametrize("name", ["Origin: http://[", "Origin: null", "Origin: https://evil.test"])
async def test_a_hostile_origin_is_refused_in_words(name, server):
    staff = await server.staff("admin")
    origin = name.partition(": ")[2]
    answer = await staff.post("/api/v1/staff/links", {"roles": ["desk"]}, Origin=origin)
    assert (answer.status, answer.title) == (403, "Other site")


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nBad\x00Header: 1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 20_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=lambda b: b[:30].decode("latin-1"),
)
async def test_what_is_not_http_gets_no_exception_page(request_bytes, server):
    status, answer = await raw_answer(server.url, request_bytes)
    assert status == 400
    assert b"Traceback" not in answer and b'File "' not in answer


BODIES = {
    "nothing": b"",
    "not JSON": b"{]",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "half a character": b'{"name": "\\ud800", "password": "x"}',
    "a NUL": b'{"name": "a\\u0000b", "password": "x"}',
    "a nest": b"[" * 50_000,
    "a number too large": b'{"name": 1e999999}',
    "of another shape": b"[1,2,3]",
}


@pytest.mark.parametrize("name", BODIES)
async def test_a_hostile_body_is_refused_in_words(name, server):
    """On every route that takes JSON, by whoever may call it."""
    operator, lane = await server.operator(), await server.device("one")
    devices = {
        Permission.LANE: lane,
        Permission.DEVICE: lane,
        Permission.PRINT: await server.device("two", None, "printer"),
        Permission.KIOSK: await server.device("three", None, "kiosk"),
    }
    for route in all_routes():
        if route.body is None or route.body is bytes:
            continue
        path = route.path
        for each in route.path_doc:
            path = path.replace(f"{{{each}}}", "nobody")
        answer = await devices.get(route.permission, operator).post(path, BODIES[name])
        unnamed = "{" in route.path.replace("{edition}", "") and answer.status == 404
        assert answer.status in (400, 422) or unnamed, (route.path, answer.raw)
        assert answer.title


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "odd"])
async def test_a_body_that_lies_about_its_encoding_is_refused_in_words(encoding, server):
    headers = {"Content-Type": b"application/json", "Content-Encoding": encoding.encode()}
    request = raw_request("POST", "/api/v1/sign-in", headers, b"this is not compressed")
    status, answer = await raw_answer(server.url, request)
    assert status in (400, 415, 422), answer
    assert b"Traceback" not in answer


async def test_a_body_in_broken_pieces_is_refused_in_words(server):
    headers = {"Content-Type": b"application/json", "Transfer-Encoding": b"chunked"}
    request = raw_request("POST", "/api/v1/sign-in", headers) + b"zz\r\nbroken\r\n"
    status, answer = await raw_answer(server.url, request)
    assert status == 400
    assert b"Traceback" not in answer


async def test_a_body_that_never_ends_is_given_up(server, monkeypatch):
    """Else each such call would hold its place for ever."""
    monkeypatch.setattr(routes, "BODY_S", 0.2)
    headers = {"Content-Type": b"application/json", "Content-Length": b"50"}
    request = raw_request("POST", "/api/v1/sign-in", headers) + b"{"
    status, answer = await raw_answer(server.url, request)
    assert status == 408, answer


async def test_a_kiosk_gets_no_badge_but_sealed(server):
    """It stands among strangers: whoever takes it away must not read everybody's badge with it."""
    kiosk = await server.device("k1", None, "kiosk")
    for path in ("badges", "badges/R-NOBODY", "reprints"):
        assert (await kiosk.get(f"/api/v1/printer/{path}")).status == 403


async def test_a_stolen_station_cannot_go_through_the_registration_codes(server):
    station, other = [await server.device(name, None, "printer") for name in ("p1", "p2")]
    path = "/api/v1/printer/badges/R-NOBODY"
    assert {(await station.get(path)).status for _ in range(WRONG_CODES)} == {404}
    answer = await station.get(path)
    assert (answer.status, answer.title) == (429, "Too many wrong codes")
    assert answer.headers["Retry-After"]
    assert (await other.get(path)).status == 404, "nobody else has to wait"


async def test_names_with_a_nul_or_a_quote_are_just_names(server):
    operator, station = await server.operator(), await server.device("k", None, "printer")
    people = "/api/v1/editions/{edition}/registrations"
    for odd in ("a%00b", "%27%3B--", "%ff%fe", "%F0%9F%98%80", "a%0Ab", "%25%5F%5C"):
        assert (await operator.get(f"{people}/{odd}")).status == 404
        found = await operator.get(f"{people}?find=abc{odd}")
        assert found.status == 422 if odd == "a%00b" else found.good() == []
        assert (await station.get(f"/api/v1/printer/badges/{odd}")).status == 404
        revoked = await operator.post(f"/api/v1/editions/{{edition}}/devices/{odd}/revoke")
        assert revoked.status == 404
    asked = {"gate": "west_3", "at_ms": 0}
    explain = "/api/v1/editions/{edition}/explain"
    assert (await operator.post(explain, asked | {"registration": "a\0b"})).status == 422
    told = (await operator.post(explain, asked | {"badge": "a\0b", "gate": "a\0b"})).good()
    assert told["reason"] == "unreadable"
    device = {"id": "k2", "role": "kiosk", "gate": "a\0b"}
    answer = await operator.post("/api/v1/editions/{edition}/devices", device)
    assert answer.status == 422
