"""What several tests of the phone do or look for: a supervisor's desk opened, what a page lacks."""

import json
import re
from pathlib import Path

from tests.e2e.phones import SIZE
from tests.programs import EDITION, Server

LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")
AXE = Path("deploy/npm/node_modules/axe-core/axe.min.js")


async def trouble(guard, axe: bool = True) -> list[str]:
    """What axe finds, words that are missing, and letters that do not fit."""
    found = await violations(guard) if axe else []
    words = await guard.page.inner_text("body")
    found += [f"no word for {name}" for name in re.findall(r"(?:scanner|reason|title)-\w+", words)]
    if await guard.page.evaluate("document.documentElement.scrollWidth") > SIZE["width"]:
        found.append("wider than the phone")
    return found


async def violations(guard) -> list[str]:
    await guard.page.evaluate(AXE.read_text())
    found = await guard.page.evaluate("axe.run().then((r) => JSON.stringify(r.violations))")
    return [f"{v['id']}: {[n['html'] for n in v['nodes']]}" for v in json.loads(found)]


async def supervisor(program: Server, name: str, pin: str, code: str | None = None) -> None:
    async with program.operator() as operator:
        path = f"/api/v1/editions/{EDITION}/supervisors"
        new = {"name": name, "pin": pin} | ({"registration": code} if code else {})
        await operator.operate("POST", path, new)


async def unlock(guard, button: str) -> None:
    await guard.page.click(button)
    await guard.page.fill("#pin", "24681012")
    await guard.page.click("#unlock-go")
    await guard.page.wait_for_selector("#unlock:not([open])", state="attached")
