"""A real Chromium for tests, and the scanner's own files served to it without a server."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Route, sync_playwright

from deploy.demo.browser import ARGUMENTS, executable
from gate.server.api.pages import VENDOR as PAGES_VENDOR
from gate.server.api.scanner import FILES, VENDOR
from gate.settings import ServerSettings

ORIGIN = "http://localhost:1"
"""Nobody listens there; every request is answered from this file. `localhost` counts as secure."""
PAGES_FOLDER = Path("gate/server/pages/scanner")
VENDOR_FOLDER = ServerSettings().vendor_dir


@contextmanager
def scanner_files(
    extra: dict[str, str], changed: Callable[[str, str], str | None] = lambda path, query: None
) -> Iterator[Page]:
    """A blank page at ORIGIN that can import the scanner's modules. `changed(path, query)` may
    answer with another text for a file."""

    def answer(route: Route) -> None:
        path, _, query = route.request.url.removeprefix(ORIGIN).partition("?")
        body: str | bytes | None = changed(path, query) or extra.get(path)
        if body is None and path in FILES:
            body = FILES[path][0].read_bytes()
        elif body is None and path.startswith("/vendor/"):
            body = (VENDOR_FOLDER / PAGES_VENDOR[path.removeprefix("/vendor/")][0]).read_bytes()
        elif body is None and path.startswith("/words/"):
            body = (Path("gate") / path[1:]).read_bytes()
        elif body is None and path == "/pages/words.js":
            body = (PAGES_FOLDER.parent / "words.js").read_bytes()
        elif body is None and path in VENDOR:
            body = (VENDOR_FOLDER / VENDOR[path][0]).read_bytes()
        kind = "text/javascript" if path.endswith(".js") else "text/html"
        route.fulfill(body=body or "<!doctype html>", content_type=kind)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        page = browser.new_page()
        page.route("**/*", answer)
        page.goto(f"{ORIGIN}/blank")
        yield page
        browser.close()
