"""What holds for every test, and what every kind of test may use."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests import programs
from tests.integration.printing import ippeve
from tests.programs import Server

if TYPE_CHECKING:
    from playwright.async_api import Browser, Playwright

LOOK_MS = 60_000
"""How long a browser's page may take to show what is waited for."""

# How fast an example runs says nothing about the product: a busy machine must not fail a test.
settings.register_profile(
    "onsite", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("onsite")


@pytest.fixture(scope="session")
def program() -> Iterator[Server]:
    """The real service as a program, one for all tests: each brings people and devices of its own,
    and leaves the server running."""
    with programs.running() as server:
        yield server


@pytest.fixture(scope="session")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a D-Bus that real printer programs need."""
    with ippeve.bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
def ipp(tmp_path: Path, bus: str) -> Iterator[ippeve.IppEve]:
    """A real IPP printer with A6 paper that takes PDF."""
    with ippeve.printer(tmp_path / "ipp", bus) as printer:
        yield printer


@pytest.fixture(scope="module")
async def playwright() -> AsyncIterator[Playwright]:
    """The driver of browsers, one for all tests of a file."""
    from playwright.async_api import async_playwright, expect

    expect.set_options(timeout=LOOK_MS)
    async with async_playwright() as started:
        yield started


@pytest.fixture(scope="module")
async def chromium(playwright: Playwright) -> AsyncIterator[Browser]:
    """A real browser, one for all tests of a file; they take `browser`."""
    from deploy.demo import browser

    started = await browser.chromium(playwright)
    yield started
    await started.close()


@pytest.fixture
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """The file's browser; each of its pages has storage of its own, and is closed afterwards."""
    yield chromium
    for context in chromium.contexts:
        await context.close()
