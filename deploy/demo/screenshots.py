"""`deploy/dev screenshots`: the pictures in README, taken from the running example week.

Starts the demonstration in a folder of its own, waits until its screens say something, and
photographs them as they are. Chromium is the system's.
"""

import argparse
import asyncio
import re
import signal
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from deploy.demo import programs
from deploy.demo.browser import chromium

START = "2026-07-07T08:05:00+02:00"
SPEED = 60
READY_S = 120.0
WALL = {"width": 1920, "height": 1080}
LANE = {"width": 1280, "height": 720}
PHONE = {"width": 412, "height": 892}
ENTERED_MIN = 1500
"""The wall is photographed once so many have entered: an empty wall shows nothing."""


class Failed(Exception):
    """No picture can be taken; the message says why."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="deploy/dev screenshots", description=__doc__)
    parser.add_argument("--into", type=Path, default=programs.ROOT / "deploy" / "pictures")
    parser.add_argument("--port", type=int, default=8740, help="first of four ports")
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(_take(arguments.into, arguments.port))
    except (Failed, TimeoutError) as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 1
    return 0


async def _take(into: Path, port: int) -> None:
    with tempfile.TemporaryDirectory(prefix="gate-pictures-") as folder:
        demonstration = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.demo.run", "--folder", folder, "--port", str(port),
            "--start", START, "--speed", str(SPEED),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=programs.ROOT,
        )  # fmt: skip
        try:
            said = await asyncio.wait_for(_links(demonstration), READY_S)
            async with async_playwright() as playwright:
                browser = await chromium(playwright, *_camera(Path(folder)))
                await _photograph(browser, said, port, into)
                await browser.close()
        finally:
            demonstration.send_signal(signal.SIGINT)
            await demonstration.wait()


async def _links(demonstration: asyncio.subprocess.Process) -> str:
    """Everything the demonstration prints up to its last line of links."""
    assert demonstration.stdout is not None
    said = ""
    async for line in demonstration.stdout:
        said += line.decode()
        if "Ctrl-C" in said:
            return said
    raise Failed(f"the demonstration did not start:\n{said}")


def _camera(folder: Path) -> tuple[str, ...]:
    """What makes Chromium's camera see the demonstration's frames."""
    film = folder / "film.mjpeg"
    frames = sorted((folder / "frames").glob("*.jpg"))
    film.write_bytes(b"".join(each.read_bytes() for each in frames))
    return (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )


async def _photograph(browser: Browser, said: str, port: int, into: Path) -> None:
    lane = await browser.new_page(viewport=LANE)  # type: ignore[arg-type]
    await lane.goto(f"http://127.0.0.1:{port + 1}/")
    for colour in ("green", "red"):
        await _light(lane, colour)
        await _save(lane, into / f"lane-{colour}.png")
    await _phone(browser, _link(said, "scanner"), into)
    wall = await browser.new_page(viewport=WALL)  # type: ignore[arg-type]
    await sign_up(wall, _link(said, "dashboard"))
    await _busy(wall)
    await _save(wall, into / "dashboard.png")
    badge = await browser.new_page(viewport={"width": 640, "height": 900})
    await badge.goto(_link(said, "a badge").removesuffix(".pdf") + ".png")
    await badge.locator("img").screenshot(path=into / "badge.png")
    print(into / "badge.png")


async def _phone(browser: Browser, link: str, into: Path) -> None:
    """A guard's phone: a badge let in, one that is not, and the same without a network."""
    context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(link)
    for state in ("green", "red"):
        await page.wait_for_selector(f"body[data-state={state}]", timeout=60_000)
        await page.wait_for_timeout(300)
        await _save(page, into / f"phone-{state}.png")
    await context.set_offline(True)
    await page.wait_for_selector("#link[data-link=offline]")
    await page.wait_for_selector("body[data-state=green]:not([data-waiting='0'])")
    await page.wait_for_timeout(300)
    await _save(page, into / "phone-offline.png")
    await context.close()


async def sign_up(page: Page, link: str) -> None:
    """Use the one-time link as whoever runs the service does, and arrive at the wall."""
    await page.goto(link)
    await page.fill("[name=name]", "operations")
    await page.fill("[name=password]", "palexpo-july-2026")
    await page.click("button")
    await page.wait_for_url(re.compile(r"/$"))


async def _light(lane: Page, colour: str) -> None:
    """Wait for the light, and until its letters stand."""
    await lane.wait_for_selector(f"body[data-colour={colour}] #words:not(:empty)", timeout=60_000)
    await lane.wait_for_timeout(300)


async def _busy(wall: Page) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        shown = await wall.text_content("#entered")
        if shown and int(re.sub(r"\D", "", shown) or 0) >= ENTERED_MIN:
            return
        await asyncio.sleep(0.5)
    raise Failed(f"the wall did not reach {ENTERED_MIN:,} entries in {READY_S:.0f} s")


async def _save(page: Page, path: Path) -> None:
    await page.screenshot(path=path)
    print(path)


def _link(said: str, name: str) -> str:
    found = re.search(rf"^  {name}\s+(\S+)", said, re.MULTILINE)
    if not found:
        raise Failed(f"the demonstration printed no link called {name!r}")
    return found[1]


if __name__ == "__main__":
    sys.exit(main())
