"""The system's Chromium, headless and alone: it talks to this machine only."""

import os
import shutil

from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class NoBrowser(Exception):
    """There is no Chromium on this machine; `deploy/dev setup test` installs it."""


def executable() -> str:
    """Raises NoBrowser."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        raise NoBrowser("no Chromium here: run `deploy/dev setup test`, or set CHROMIUM")
    return found


async def chromium(playwright: Playwright, *more: str) -> Browser:
    return await playwright.chromium.launch(
        executable_path=executable(), args=[*ARGUMENTS, *more], headless=True
    )
