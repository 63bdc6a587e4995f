"""The preview of templates: over HTTP, and in a real browser while a file is changed."""

import io
import os
import re
import shutil

import aiohttp
import numpy as np
import pytest
import zxingcpp
from aiohttp import web
from PIL import Image as Picture
from playwright.async_api import expect

from badge_printer import preview
from badge_printer.samples import TEXT
from badge_printer.template import FOLDER
from gate.access.credential import verify
from gate.access.model import Reason
from tests import venue

KEY = "a-secret-part"


class Place:
    def __init__(self, url, folder, session):
        self.url, self.folder, self.session = url, folder, session

    async def get(self, path, key=KEY):
        async with self.session.get(f"{self.url}/{key}/{path}") as answer:
            return answer.status, answer.headers, await answer.read()

    async def state(self, query=""):
        async with self.session.get(f"{self.url}/{KEY}/state?{query}") as answer:
            return await answer.json()

    def change(self, name, old, new):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture
async def place(tmp_path):
    folder = tmp_path / "templates"
    shutil.copytree(FOLDER, folder)
    runner = web.AppRunner(preview.application(folder, KEY), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield Place(f"http://127.0.0.1:{runner.addresses[0][1]}", folder, session)
    await runner.cleanup()


async def test_a_page_shows_the_sample_and_its_code_opens_no_gate(place):
    status, headers, body = await place.get("page.png?template=cr80&person=arabic&photo=1")
    assert (status, headers["Content-Type"]) == (200, "image/png")
    grey = np.asarray(Picture.open(io.BytesIO(body)).convert("L"))
    assert [each.text for each in zxingcpp.read_barcodes(grey)] == [TEXT]
    assert isinstance(verify(TEXT, venue.policy().number, {}), Reason)
    assert "trial" in (await place.get("choices"))[2].decode()


async def test_what_is_wrong_with_a_file_is_said_and_gone_when_it_is_right_again(place):
    good = await place.state("template=a6&person=arabic")
    assert (good["problems"], good["notices"], good["size"]) == ([], [], "105 × 148 mm")
    place.change("a6.toml", "dpi = 300.0", "dpi = 150.0")
    bad = await place.state("template=a6")
    assert bad["problems"][0].startswith("a6.toml:")
    assert "10 or more are needed" in bad["problems"][0]
    assert bad["look"] != good["look"]
    status, _, body = await place.get("page.png?template=a6")
    assert (status, b"10 or more" in body) == (422, True)
    place.change("a6.toml", "dpi = 150.0", "dpi = 300.0")
    place.change("common.typ", "#let ink(b)", "#let (")
    assert "a6.typ" in (await place.state("template=a6"))["problems"][0]
    place.change("common.typ", "#let (", "#let ink(b)")
    assert (await place.state("template=a6"))["problems"] == []


async def test_a_name_that_is_too_long_for_a_template_is_noticed(place):
    state = await place.state("template=cr80&given=" + "Wolfgang%20" * 9 + "&family=X")
    assert state["notices"][0].startswith("first: set in ")


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("template=../a6", 422, "no template"),
        ("template=%00", 422, "no template"),
        ("person=nobody", 422, "no such sample person"),
        ("category=king", 422, "no such category"),
        ("given=" + "x" * 121, 422, "length <= 120"),
        ("given=%F0%9F%98%80", 422, "U+1F600"),
        ("photo=9", 422, "photo"),
    ],
)
async def test_what_cannot_be_shown_is_said(place, query, status, said):
    answered, headers, body = await place.get(f"page.png?{query}")
    assert answered == status
    assert said in body.decode()
    assert "script-src 'self'" in headers["Content-Security-Policy"]


async def test_without_the_secret_there_is_nothing(place):
    for path in ("", "choices", "state", "page.png", "preview.js"):
        assert (await place.get(path, "guess"))[0] == 404


async def test_an_operator_changes_a_file_and_sees_it(place, browser):
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    await page.goto(f"{place.url}/{KEY}/")
    verdict, picture = page.locator("#verdict"), page.locator("#page")
    await expect(verdict).to_have_text("105 × 148 mm: checked, can be used")
    await page.get_by_label("Template").select_option("4x3")
    await page.get_by_label("Sample person").select_option("japanese")
    await page.get_by_label("with a photo").check()
    await expect(picture).to_have_attribute("src", _has("template=4x3", "japanese", "photo=1"))
    await expect(verdict).to_contain_text("101.6 × 76.2 mm")
    first = await picture.get_attribute("src")
    place.change("4x3.toml", "width = 20.0", "width = 18.0")
    await expect(picture).not_to_have_attribute("src", first)
    await expect(picture).to_have_js_property("complete", True)  # not asked for of a bad file
    place.change("4x3.toml", "quiet_modules = 4", "quiet_modules = 1")
    await expect(verdict).to_have_text("This template cannot be used:")
    await expect(page.locator("#said")).to_contain_text("4x3.toml:")
    await expect(picture).to_be_hidden()
    if folder := os.environ.get("PICTURES"):
        await page.screenshot(path=f"{folder}/preview-bad.png")
    place.change("4x3.toml", "quiet_modules = 1", "quiet_modules = 4")
    await page.get_by_label("Given name").fill("Wolfgang Amadeus " * 7)
    await expect(page.locator("#said")).to_contain_text("first: set in")
    if folder := os.environ.get("PICTURES"):
        await page.wait_for_timeout(1500)
        await page.screenshot(path=f"{folder}/preview.png")
    assert complaints == []


def _has(*parts):
    return re.compile("".join(f"(?=.*{re.escape(part)})" for part in parts))
