"""The kiosk's own browser: Chromium on the whole screen, started again when it dies or hangs."""

import asyncio
import contextlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable

NAMES = ("chromium", "chromium-browser", "google-chrome")
SILENT_S = 20.0
"""The page says every few seconds that it is alive; one that does not is hung."""
LOOK_S = 1.0
PAUSE_S = 2.0
ARGUMENTS = (
    "--kiosk",
    "--incognito",
    "--no-first-run",
    "--noerrdialogs",
    "--disable-pinch",
    "--disable-translate",
    "--disable-features=Translate,TouchpadOverscrollHistoryNavigation",
    "--overscroll-history-navigation=0",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
_log = logging.getLogger(__name__)


class NoBrowser(Exception):
    """No Chromium is installed here: `apt-get install chromium`."""


def executable() -> str:
    """Raises NoBrowser."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowser("no Chromium is installed here: apt-get install chromium")
    return found


async def keep_open(url: str, heard_s: Callable[[], float], more: tuple[str, ...] = ()) -> None:
    """Until cancelled. `heard_s` is the monotonic time at which the page last spoke. Each start
    has a folder of its own, which is gone afterwards: nothing of anybody is kept."""
    program = executable()
    while True:
        with tempfile.TemporaryDirectory(
            prefix="kiosk-browser-", ignore_cleanup_errors=True
        ) as folder:
            arguments = (*ARGUMENTS, *more, f"--user-data-dir={folder}", url)
            process = await asyncio.create_subprocess_exec(
                program, *arguments,
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            try:
                await _alive(process, heard_s)
            finally:
                await _end(process)
        _log.warning("the browser is started again")
        await asyncio.sleep(PAUSE_S)


async def _alive(process: asyncio.subprocess.Process, heard_s: Callable[[], float]) -> None:
    """Return when it has ended, or its page is silent."""
    started = time.monotonic()
    while process.returncode is None:
        if time.monotonic() - max(started, heard_s()) > SILENT_S:
            _log.warning("the page has been silent for %.0f s", SILENT_S)
            return
        await asyncio.sleep(LOOK_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(5.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
