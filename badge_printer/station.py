"""A print station's pages: one badge as PDF or PNG, fetched from the server and drawn here.

Links carry a secret key, so that a name is not one guessed code away. Drawing is bounded: so many
at once, so many waiting, and the rest are told to come back.
"""

import asyncio
import hmac
import logging
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from badge_printer.fonts import FontsMissing
from badge_printer.layout import CannotPrint
from badge_printer.render import Renderer
from gate.client import CallRefused, Client, ServerAway

WAITING_MAX = 16
PREVIEW_DPI = 150.0
_CODE = re.compile(r"[A-Za-z0-9_.\-]{4,64}")
_TYPES = {"pdf": "application/pdf", "png": "image/png"}
_log = logging.getLogger(__name__)


def application(client: Client, renderer: Renderer, link_key: str) -> web.Application:
    """Serves ``/{key}/badges/{code}.pdf`` and ``.png``, and ``/healthz``."""
    waiting = 0

    async def badge(request: web.Request) -> web.Response:
        nonlocal waiting
        name = request.match_info
        if not hmac.compare_digest(name["key"].encode(), link_key.encode()):
            return _words(404, "There is nothing here.")
        if not _CODE.fullmatch(name["code"]):
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

    app = web.Application(middlewares=[_no_exception_pages])
    app.router.add_get(r"/{key}/badges/{code}.{kind:pdf|png}", badge)
    app.router.add_get("/healthz", healthy)
    return app


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
    headers = {
        "Content-Disposition": f'inline; filename="{code}.{kind}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return web.Response(body=page, content_type=_TYPES[kind], headers=headers)


def _words(status: int, text: str, retry_after_s: int | None = None) -> web.Response:
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    if retry_after_s is not None:
        headers["Retry-After"] = str(retry_after_s)
    return web.Response(status=status, text=text + "\n", headers=headers)


@web.middleware
async def _no_exception_pages(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _words(error.status, error.reason)
    except Exception:  # noqa: BLE001 - the visitor gets words, the log the rest
        _log.exception("a badge could not be served")
        return _words(500, "The station failed; its log says more.")
