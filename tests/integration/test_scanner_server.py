"""What the server does for phones: the page with its headers, the policy as JSON, names."""

import asyncio
import hashlib
import json
import tempfile
import zlib
from pathlib import Path

import aiohttp
import pytest

from gate.client import CallRefused, Client, ServerAway
from tests import venue
from tests.programs import Person, Server


@pytest.fixture
async def phone(program: Server):
    """A client with a lane's token."""
    with tempfile.TemporaryDirectory() as folder:
        enrolled = await program.enrol("phone-api", Path(folder), "west_3")
    async with Client(program.url, enrolled.token) as client:
        yield client


async def _get(url: str) -> tuple[aiohttp.ClientResponse, bytes]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer, await answer.read()


async def test_only_the_scanner_may_use_the_camera_and_compile(program: Server):
    page, _ = await _get(f"{program.url}/scan")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "'wasm-unsafe-eval'" in page.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
    wall, _ = await _get(f"{program.url}/")
    assert "camera=()" in wall.headers["Permissions-Policy"]
    assert "wasm" not in wall.headers["Content-Security-Policy"]


async def test_everything_the_worker_keeps_is_there_and_its_list_has_a_version(program: Server):
    answer, body = await _get(f"{program.url}/scan/offline.js")
    assert answer.headers["Service-Worker-Allowed"] == "/scan"
    head = body.decode().split("\n", 1)[0]
    version, shell = head.removeprefix("const VERSION = ").removesuffix(";").split(", SHELL = ")
    assert len(json.loads(version)) == 16
    for path in json.loads(shell):
        found, content = await _get(program.url + path)
        assert found.status == 200, path
        assert content, path


async def test_the_installed_page_has_its_icons(program: Server):
    _, body = await _get(f"{program.url}/scan/manifest.webmanifest")
    manifest = json.loads(body)
    assert manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        found, content = await _get(program.url + icon["src"])
        assert found.content_type == icon["type"]
        assert hashlib.sha256(content).digest()


async def test_a_phone_gets_the_policy_as_values_and_a_lane_as_its_file(phone: Client):
    theirs = await phone.operate("GET", "/api/v1/lane/snapshot?policy=json")
    assert json.loads(theirs["policy"])["edition"] == venue.policy().edition
    assert theirs["lan_key"] == "", "the lanes' common secret is not for pockets"
    assert (await phone.snapshot()).lan_key
    assert (await phone.snapshot()).policy.lstrip().startswith("#")


async def test_a_page_gets_bytes_that_no_browser_unpacks_and_goes_on_from_any_of_them(
    program: Server, phone: Client
):
    url, token = f"{program.url}/api/v1/lane/snapshot/packed?policy=json", phone._headers
    async with aiohttp.ClientSession(headers=token) as session:
        async with session.get(url) as answer:
            whole, tag = await answer.read(), answer.headers["ETag"]
            assert answer.content_type == "application/zlib"
            assert "Content-Encoding" not in answer.headers
            assert json.loads(zlib.decompress(whole))["policy"]
        more = {"Range": f"bytes={len(whole) - 9}-", "If-Range": tag}
        async with session.get(url, headers=more) as answer:
            assert (answer.status, await answer.read()) == (206, whole[-9:])
        async with session.get(url, headers=more | {"If-Range": '"another"'}) as answer:
            assert answer.status == 200, "of another body nothing is the rest"


async def test_a_name_is_found_without_any_code(program: Server, phone: Client):
    await program.import_people(Person("FIND-0001"), Person("FIND-0002", category="media"))
    found = await phone.operate("GET", "/api/v1/lane/find?name=family find-000")
    assert [(each["name"], each["category"], each["country"]) for each in found] == [
        ("Given Family FIND-0001", "Delegate", "Switzerland"),
        ("Given Family FIND-0002", "Media", "Switzerland"),
    ]
    assert all(set(each) == {"name", "category", "country"} for each in found)


async def test_organisations_codes_and_two_letters_find_nobody(phone: Client):
    assert await phone.operate("GET", "/api/v1/lane/find?name=example ministry") == []
    with pytest.raises(CallRefused) as refused:
        await phone.operate("GET", "/api/v1/lane/find?name=ab")
    assert refused.value.status == 422


async def test_names_are_looked_up_by_lanes_only_and_not_too_often(program: Server, phone: Client):
    async with Client(program.url) as anybody:
        with pytest.raises(CallRefused) as refused:
            await anybody.operate("GET", "/api/v1/lane/find?name=family")
        assert refused.value.status == 401
    asked = [phone.operate("GET", "/api/v1/lane/find?name=family") for _ in range(40)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert any(isinstance(each, ServerAway) for each in answers), "no limit"
