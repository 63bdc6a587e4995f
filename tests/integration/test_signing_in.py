"""Sessions, one-time links and codes: good once, for a while, and only from our own page."""

import asyncio

import argon2
import pytest
from yarl import URL

from gate.server.auth import PASSWORDS, nobodys, operator_token
from gate.server.store import devices as device_store
from tests.integration.conftest import PASSWORD

LINKS = "/api/v1/staff/links"
WRONG = "not the password"


async def sign_in(api, name, password):
    return await api.post("/api/v1/sign-in", {"name": name, "password": password})


# --- what a guess costs


def test_a_password_costs_64_mebibytes_and_three_passes_to_guess():
    cost = argon2.extract_parameters(PASSWORDS.hash(PASSWORD))
    assert (cost.type, cost.memory_cost, cost.time_cost) == (argon2.Type.ID, 64 * 1024, 3)


def test_a_name_nobody_has_costs_what_a_wrong_password_costs():
    made_up = nobodys(PASSWORDS)
    assert made_up != nobodys(PASSWORDS)
    assert argon2.extract_parameters(made_up) == argon2.extract_parameters(PASSWORDS.hash(PASSWORD))
    with pytest.raises(argon2.exceptions.VerifyMismatchError):  # tried, and not turned away unread
        PASSWORDS.verify(made_up, PASSWORD)


# --- changes come from our own page


@pytest.mark.parametrize(
    ("headers", "title"),
    [
        ({"X-CSRF-Token": ""}, "Stale page"),
        ({"X-CSRF-Token": "guessed"}, "Stale page"),
        ({"X-CSRF-Token": "пароль"}, "Stale page"),
        ({"Origin": "https://evil.test"}, "Other site"),
        ({"Origin": "null"}, "Other site"),
        ({"Sec-Fetch-Site": "cross-site"}, "Other site"),
        ({"Sec-Fetch-Site": "same-site"}, "Other site"),
    ],
)
async def test_a_change_from_another_page_is_refused(headers, title, server):
    admin = await server.staff("admin")
    answer = await admin.post(LINKS, {"roles": ["desk"]}, **headers)
    assert (answer.status, answer.title) == (403, title)
    ours = {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}
    assert (await admin.post(LINKS, {"roles": ["desk"]}, **ours)).status == 200


async def test_another_site_cannot_sign_somebody_in(server):
    await server.staff("desk")
    visitor = await server.nobody()
    body = {"name": "desk", "password": PASSWORD}
    answer = await visitor.post("/api/v1/sign-in", body, Origin="https://evil.test")
    assert (answer.status, answer.title) == (403, "Other site")


async def test_somebody_signed_in_can_sign_in_as_another(server):
    await server.staff("admin")
    desk = await server.staff("desk")
    desk.csrf = ""  # the sign-in page knows no token
    assert (await sign_in(desk, "admin", PASSWORD)).good()["name"] == "admin"
    assert (await desk.get("/api/v1/me")).good()["name"] == "admin"


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(serve):
    for url, name, secure in (
        ("", "gate_session", False),
        ("https://gate.example.org", "__Host-gate_session", True),
    ):
        async with serve(public_url=url) as server:
            admin = await server.operator()
            body = {"name": "a", "password": PASSWORD, "roles": ["desk"]}
            (await admin.post("/api/v1/staff", body)).good()
            signed_in = await sign_in(await server.nobody(), "a", PASSWORD)
            cookie = signed_in.headers["Set-Cookie"]
            assert cookie.startswith(f"{name}=")
            assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
            assert ("Secure" in cookie.split("; ")) == secure
            mine = {"Cookie": cookie.split(";")[0], "X-CSRF-Token": signed_in.json["csrf"]}
            out = await (await server.nobody()).post("/api/v1/sign-out", **mine)
            ended = out.headers["Set-Cookie"]
            assert ended.startswith(f"{name}=")
            assert ("Secure" in ended.split("; ")) == secure, "or the browser keeps the cookie"


def test_a_token_that_a_full_disk_left_empty_is_made_anew_and_nobodys_meanwhile(tmp_path):
    (tmp_path / "operator.token").touch()
    made = operator_token(tmp_path)
    assert len(made) >= 32
    assert operator_token(tmp_path) == made


# --- a session ends


@pytest.mark.parametrize(
    ("column", "age", "alive"),
    [
        ("used_at", "29 minutes", True),
        ("used_at", "31 minutes", False),
        ("created_at", "11 hours 59 minutes", True),
        ("created_at", "12 hours 1 minute", False),
    ],
)
async def test_a_session_ends_idle_after_half_an_hour_and_in_any_case_after_twelve(
    column, age, alive, server, database
):
    desk = await server.staff("desk")
    await database.execute(f"UPDATE session SET {column} = now() - interval '{age}'")
    assert (await desk.get("/api/v1/me")).status == (200 if alive else 401)


async def test_signing_out_ends_the_session_for_whoever_kept_the_cookie(server):
    desk = await server.staff("desk")
    cookie = desk.session.cookie_jar.filter_cookies(URL(server.url))["gate_session"].value
    assert (await desk.post("/api/v1/sign-out")).status == 204
    thief = await server.nobody()
    assert (await thief.get("/api/v1/me", Cookie=f"gate_session={cookie}")).status == 401


async def test_a_new_password_ends_the_sessions_made_with_the_old_one(server):
    desk = await server.staff("desk")
    body = {"name": "desk", "password": "another long password", "roles": ["desk"]}
    (await (await server.operator()).post("/api/v1/staff", body)).good()
    assert (await desk.get("/api/v1/me")).status == 401


# --- guessing


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(server):
    await server.staff("desk")
    nobody = await server.nobody()
    wrong, unknown = await sign_in(nobody, "desk", WRONG), await sign_in(nobody, "nobody", WRONG)
    assert (wrong.status, wrong.raw) == (unknown.status, unknown.raw)
    assert wrong.status == 403


async def test_after_five_wrong_passwords_also_the_right_one_has_to_wait(server):
    await server.staff("desk")
    nobody = await server.nobody()
    for _ in range(5):
        assert (await sign_in(nobody, "desk", WRONG)).status == 403
    answer = await sign_in(nobody, "desk", PASSWORD)
    assert (answer.status, answer.title) == (429, "Too many tries")
    assert 0 < int(answer.headers["Retry-After"]) <= 301


async def test_guesses_made_at_once_are_not_more_than_guesses_made_in_turn(server):
    await server.staff("desk")
    guessing = [await server.nobody() for _ in range(30)]
    answers = await asyncio.gather(*(sign_in(each, "desk", WRONG) for each in guessing))
    assert sorted(a.status for a in answers) == [403] * 5 + [429] * 25


async def test_one_address_cannot_try_one_password_on_every_name(server):
    nobody = await server.nobody()
    answers = [await sign_in(nobody, f"name-{n}", WRONG) for n in range(21)]
    assert [a.status for a in answers] == [403] * 20 + [429]


async def test_who_signs_in_in_time_has_all_tries_again(server):
    await server.staff("desk")
    nobody = await server.nobody()
    for _ in range(3):
        for _ in range(4):
            assert (await sign_in(nobody, "desk", WRONG)).status == 403
        assert (await sign_in(nobody, "desk", PASSWORD)).status == 200


# --- one-time links


async def link(server, *roles):
    made = (await (await server.operator()).post(LINKS, {"roles": roles})).good()
    return made["url"].partition("#")[2]


async def test_a_one_time_link_makes_one_account(server):
    token, (one, other) = await link(server, "desk"), [await server.nobody() for _ in range(2)]
    body = {"token": token, "name": "dana", "password": PASSWORD}
    assert (await one.post("/api/v1/welcome", body)).good()["roles"] == ["desk"]
    again = await other.post("/api/v1/welcome", body | {"name": "eve"})
    assert (again.status, again.title) == (403, "Link not accepted")


async def test_a_link_followed_twice_at_once_makes_one_account(server, database):
    token = await link(server, "admin")
    visitors = [await server.nobody() for _ in range(8)]
    bodies = [{"token": token, "name": f"n{n}", "password": PASSWORD} for n in range(8)]
    answers = await asyncio.gather(
        *(v.post("/api/v1/welcome", b) for v, b in zip(visitors, bodies, strict=True))
    )
    assert sorted(a.status for a in answers) == [200] + [403] * 7
    assert await database.fetchval("SELECT count(*) FROM staff") == 1


async def test_a_link_survives_a_short_password_and_a_taken_name(server):
    await server.staff("desk", name="dana")
    token, nobody = await link(server, "admin"), await server.nobody()
    body = {"token": token, "name": "new", "password": PASSWORD}
    assert (await nobody.post("/api/v1/welcome", body | {"password": "short"})).status == 422
    assert (await nobody.post("/api/v1/welcome", body | {"name": "dana"})).status == 409
    assert (await nobody.post("/api/v1/welcome", body)).status == 200


async def test_an_old_link_is_refused(server, database):
    token, nobody = await link(server, "admin"), await server.nobody()
    await database.execute("UPDATE one_time_link SET expires_at = now() - interval '1 second'")
    answer = await nobody.post(
        "/api/v1/welcome", {"token": token, "name": "dana", "password": PASSWORD}
    )
    assert answer.status == 403


# --- devices


DEVICES = "/api/v1/editions/{edition}/devices"
ENROL = "/api/v1/devices/enrol"


async def code(server, name="one", gate="west_3"):
    body = {"id": name, "role": "lane", "gate": gate}
    return (await (await server.operator()).post(DEVICES, body)).good()["code"]


async def test_a_code_enrols_once_also_when_typed_twice_at_once(server):
    good = await code(server)
    devices = [await server.nobody() for _ in range(4)]
    answers = await asyncio.gather(*(d.post(ENROL, {"code": good}) for d in devices))
    assert sorted(a.status for a in answers) == [200, 403, 403, 403]


async def test_a_code_may_be_typed_as_people_type(server):
    nobody, good = await server.nobody(), await code(server)
    sloppy = good.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert (await nobody.post(ENROL, {"code": sloppy})).good()["device"] == "one"


async def test_a_device_that_remembers_a_later_epoch_is_given_one_behind_it(server):
    """The server was restored to before an enrolment: the next may not use its epoch again."""
    nobody, good = await server.nobody(), await code(server)
    body = {"code": good, "epoch_before": 3}
    assert (await nobody.post(ENROL, body)).good()["epoch"] == 4
    again = {"code": await code(server), "epoch_before": 1}
    assert (await nobody.post(ENROL, again)).good()["epoch"] == 5


async def test_a_code_ends_after_ten_minutes_and_with_the_next_code(server, database):
    nobody, first = await server.nobody(), await code(server)
    second = await code(server)
    assert (await nobody.post(ENROL, {"code": first})).status == 403
    await database.execute("UPDATE device SET code_expires = code_expires - interval '10 minutes'")
    answer = await nobody.post(ENROL, {"code": second})
    assert (answer.status, answer.title) == (403, "Code not accepted")


async def test_after_five_wrong_codes_also_the_right_one_has_to_wait(server):
    nobody, good = await server.nobody(), await code(server)
    wrong = await asyncio.gather(*(nobody.post(ENROL, {"code": f"WRONG{n}"}) for n in range(9)))
    assert sorted(a.status for a in wrong) == [403] * 5 + [429] * 4
    answer = await nobody.post(ENROL, {"code": good})
    assert answer.status == 429
    assert answer.headers["Retry-After"]


async def test_a_revoked_device_is_refused_at_its_next_call(server):
    lane, operator = await server.device("one"), await server.operator()
    hello = {"epoch": 1}
    assert (await lane.post("/api/v1/lane/hello", hello)).status == 200
    assert (await operator.post(f"{DEVICES}/one/revoke")).status == 204
    answer = await lane.post("/api/v1/lane/hello", hello)
    assert (answer.status, answer.title) == (401, "Token not accepted")
    assert (await lane.get("/api/v1/lane/feed?after=0")).status == 401
    again = await server.device("one")
    assert (await again.post("/api/v1/lane/hello", {"epoch": 2})).status == 200
    assert (await lane.post("/api/v1/lane/hello", hello)).status == 401


async def test_a_device_revoked_while_it_is_being_looked_up_is_refused_too(server, monkeypatch):
    """The look-up read the row before the revocation and answers after it."""
    lane, operator = await server.device("one"), await server.operator()
    read, revoked, look_up = asyncio.Event(), asyncio.Event(), device_store.by_token

    async def slow(*arguments):
        found = await look_up(*arguments)
        read.set()
        await revoked.wait()
        return found

    monkeypatch.setattr(device_store, "by_token", slow)
    calling = asyncio.create_task(lane.post("/api/v1/lane/hello", {"epoch": 1}))
    await read.wait()
    assert (await operator.post(f"{DEVICES}/one/revoke")).status == 204
    revoked.set()
    await calling
    assert (await lane.post("/api/v1/lane/hello", {"epoch": 1})).status == 401


async def test_a_lane_that_moves_to_another_gate_is_told_at_its_next_hello(server):
    lane = await server.device("one", "west_3")
    assert (await lane.post("/api/v1/lane/hello", {"epoch": 1})).good()["gate"] == "west_3"
    await code(server, "one", "south_4")
    assert (await lane.post("/api/v1/lane/hello", {"epoch": 1})).good()["gate"] == "south_4"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"id": "x", "role": "lane"}, "there are: north_1"),
        ({"id": "x", "role": "lane", "gate": "nowhere"}, "'nowhere'"),
        ({"id": "x", "role": "lane", "gate": "north_1", "direction": "exit"}, "has no exit"),
        ({"id": "UPPER", "role": "kiosk"}, "$.id"),
        ({"id": "line\n", "role": "kiosk"}, "$.id"),
        ({"id": "x", "role": "king"}, "$.role"),
    ],
)
async def test_a_device_that_fits_no_gate_is_refused_with_the_word_at_fault(body, words, operator):
    answer = await operator.post(DEVICES, body)
    assert answer.status == 422
    assert words in answer.json["detail"]
