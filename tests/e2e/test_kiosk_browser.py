"""The kiosk opens its own browser, and again when it dies or its page falls silent."""

import asyncio
import contextlib
import time

import pytest

from deploy.demo.kiosk_pictures import showing
from kiosk.arrivals import browser
from tests.programs import eventually

HEADLESS = ("--headless=new", "--no-sandbox", "--disable-gpu")


@pytest.fixture
async def opened(monkeypatch):
    """(what is shown, how many browsers were started, what it heard last)"""
    monkeypatch.setattr(browser, "PAUSE_S", 0.1)
    started = []
    real = asyncio.create_subprocess_exec

    async def remembered(*arguments, **more):
        started.append(await real(*arguments, **more))
        return started[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", remembered)
    async with showing() as it:
        heard = [time.monotonic()]
        task = asyncio.create_task(browser.keep_open(it.url, lambda: heard[0], HEADLESS))
        yield it, started, heard
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert all(each.returncode is not None for each in started), "no browser is left behind"


async def alive(it):
    await eventually(lambda: [act for act in it.acts if act.act == "alive"], "a living page", 60)


async def test_a_browser_that_dies_is_opened_again_on_a_clean_folder(opened):
    it, started, _ = opened
    await alive(it)
    started[0].kill()
    await eventually(lambda: len(started) == 2, "a second browser")
    it.acts.clear()
    await alive(it)


async def test_a_page_that_falls_silent_is_opened_anew(opened, monkeypatch):
    it, started, heard = opened
    await alive(it)
    heard[0] = time.monotonic() - 60
    monkeypatch.setattr(browser, "SILENT_S", 1.0)
    await eventually(lambda: len(started) >= 2, "a second browser", 60)


def test_without_chromium_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    with pytest.raises(browser.NoBrowser, match="apt-get install chromium"):
        browser.executable()
