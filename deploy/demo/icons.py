"""The scanner's icons as PNG, photographed from its SVG: `python -m deploy.demo.icons`."""

import asyncio
from pathlib import Path

from playwright.async_api import async_playwright

from deploy.demo.browser import chromium

FOLDER = Path(__file__).resolve().parents[2] / "gate" / "server" / "pages" / "scanner"
SIZES = (192, 512)


async def draw() -> None:
    svg = (FOLDER / "icon.svg").read_text()
    async with async_playwright() as playwright:
        browser = await chromium(playwright)
        for size in SIZES:
            page = await browser.new_page(viewport={"width": size, "height": size})
            await page.set_content(f"<style>*{{margin:0;display:block}}</style>{svg}")
            await page.screenshot(path=FOLDER / f"icon-{size}.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(draw())
