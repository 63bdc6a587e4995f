"""A print station's pages: badges as PDF or PNG, the operator's page, and what it asks.

Links carry a secret key, so that a name is not one guessed code away. Drawing is bounded: so many
at once, so many waiting, and the rest are told to come back.
"""

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable
from importlib.resources import files

import msgspec
from aiohttp import web
from aiohttp.typedefs import Middleware

from badge_printer.layout import CannotPrint
from badge_printer.operating import BODY_BYTES_MAX, CODE, Operating, problems
from badge_printer.page_words import page_words
from badge_printer.render import Renderer
from gate.client import CallRefused, Client, ServerAway
from gate.fonts import FontsMissing

WAITING_MAX = 16
PREVIEW_DPI = 150.0
_TYPES = {"pdf": "application/pdf", "png": "image/png"}
_PAGES = {
    "": ("operator.html", "text/html"),
    "operator.css": ("operator.css", "text/css"),
    "operator.js": ("operator.js", "text/javascript"),
    "words.js": ("words.js", "text/javascript"),
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_log = logging.getLogger(__name__)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def application(
    client: Client, renderer: Renderer, link_key: str, operating: Operating | None = None
) -> web.Application:
    """Serves everything under ``/{link_key}/``, and ``/healthz``; without `operating` it draws
    badges and prints none."""
    waiting = 0

    async def badge(request: web.Request) -> web.Response:
        nonlocal waiting
        name = request.match_info
        if not CODE.fullmatch(name["code"]):
            return _words(404, "This is not a registration code.")
        if waiting >= WAITING_MAX:
            return _words(503, "Many badges are being drawn; try again in a second.", 1)
        waiting += 1
        try:
            return await _draw(client, renderer, name["code"], name["kind"])
        finally:
            waiting -= 1

    async def healthy(request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    app = web.Application(
        middlewares=[no_exception_pages, keyed(link_key), problems],
        client_max_size=BODY_BYTES_MAX,
    )
    app.router.add_get(r"/{key}/badges/{code}.{kind:pdf|png}", badge)
    app.router.add_get("/healthz", healthy)
    app.on_response_prepare.append(secure)
    if operating is not None:
        _add_operating(app, operating)
    return app


def _add_operating(app: web.Application, operating: Operating) -> None:
    async def close(app: web.Application) -> None:
        operating.close()

    for path, (name, kind) in _PAGES.items():
        app.router.add_get(f"/{{key}}/{path}", served(name, kind))
    app.router.add_get(r"/{key}/words/{language:[a-z]{2}}.json", _words_of_the_page)
    app.router.add_routes(operating.routes())
    app.on_shutdown.append(close)


async def _words_of_the_page(request: web.Request) -> web.Response:
    said = page_words(request.match_info["language"])
    return web.Response(body=msgspec.json.encode(said), content_type="application/json")


def served(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    body = (files("badge_printer") / "pages" / name).read_bytes()

    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return serve


async def _draw(client: Client, renderer: Renderer, code: str, kind: str) -> web.Response:
    try:
        data = await client.badge(code)
    except CallRefused as error:
        return _words(error.status if error.status == 404 else 502, f"{code}: {error}")
    except ServerAway as error:
        return _words(503, str(error), 2)
    try:
        if kind == "pdf":
            page = await asyncio.to_thread(renderer.pdf, data)
        else:
            page = await asyncio.to_thread(renderer.png, data, PREVIEW_DPI)
    except (CannotPrint, FontsMissing) as error:
        return _words(422, f"The badge of {code} cannot be printed. {error}")
    headers = {"Content-Disposition": f'inline; filename="{code}.{kind}"'}
    return web.Response(body=page, content_type=_TYPES[kind], headers=headers)


def _words(status: int, text: str, retry_after_s: int | None = None) -> web.Response:
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return web.Response(status=status, text=text + "\n", headers=headers)


async def secure(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    if response.content_type not in _TYPES.values():  # a browser's PDF viewer is a page of its own
        response.headers["Content-Security-Policy"] = _POLICY


def keyed(link_key: str) -> Middleware:
    @web.middleware
    async def keyed(request: web.Request, handler: _Handler) -> web.StreamResponse:
        given = request.match_info.get("key")
        if given is not None and not hmac.compare_digest(given.encode(), link_key.encode()):
            return _words(404, "There is nothing here.")
        return await handler(request)

    return keyed


@web.middleware
async def no_exception_pages(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _words(error.status, error.reason)
    except Exception:  # noqa: BLE001 - the visitor gets words, the log the rest
        _log.exception("a request could not be served")
        return _words(500, "The station failed; its log says more.")
