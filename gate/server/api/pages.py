"""The pages and what they load, each file named here; nothing else of any folder is served.

A page holds no data: its script asks the API, as whoever is signed in.
"""

from collections.abc import Awaitable, Callable
from importlib.resources import files

from aiohttp import web

from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import Call, Route, Scope

HTML, CSS, SCRIPT, TEXT = "text/html", "text/css", "text/javascript", "text/plain"

PAGES = {
    "/": ("dashboard.html", HTML),
    "/sign-in": ("sign-in.html", HTML),
    "/welcome": ("welcome.html", HTML),
    "/docs": ("docs.html", HTML),
    "/command": ("command.html", HTML),
    "/desk": ("desk.html", HTML),
    "/badge": ("badge.html", HTML),
    "/pages/badge.css": ("badge.css", CSS),
    "/pages/badge.js": ("badge.js", SCRIPT),
    "/pages/desk.css": ("desk.css", CSS),
    "/pages/desk.js": ("desk.js", SCRIPT),
    "/pages/desk-forms.js": ("desk-forms.js", SCRIPT),
    "/pages/desk-person.js": ("desk-person.js", SCRIPT),
    "/pages/desk-camera.js": ("desk-camera.js", SCRIPT),
    "/pages/desk-tickets.js": ("desk-tickets.js", SCRIPT),
    "/pages/style.css": ("style.css", CSS),
    "/pages/api.js": ("api.js", SCRIPT),
    "/pages/sign-in.js": ("sign-in.js", SCRIPT),
    "/pages/welcome.js": ("welcome.js", SCRIPT),
    "/pages/docs.js": ("docs.js", SCRIPT),
    "/pages/command.js": ("command.js", SCRIPT),
    "/pages/anomalies.js": ("anomalies.js", SCRIPT),
    "/pages/dashboard.js": ("dashboard.js", SCRIPT),
    "/pages/feed.js": ("feed.js", SCRIPT),
    "/pages/figures.js": ("figures.js", SCRIPT),
    "/pages/words.js": ("words.js", SCRIPT),
}
VENDOR = {
    "uplot/uPlot.esm.js": ("uplot/dist/uPlot.esm.js", SCRIPT),
    "uplot/uPlot.min.css": ("uplot/dist/uPlot.min.css", CSS),
    "fluent/index.js": ("@fluent/bundle/esm/index.js", SCRIPT),
    **{
        f"fluent/{name}.js": (f"@fluent/bundle/esm/{name}.js", SCRIPT)
        for name in (
            "ast",
            "builtins",
            "bundle",
            "memoizer",
            "resolver",
            "resource",
            "scope",
            "types",
        )
    },
}
HEADERS = {
    "/desk": {
        # Its photos come from the camera as blobs, and its scans from a worker's WebAssembly.
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    }
}
LANGUAGES = ("en", "fr", "es", "ru", "ar", "zh")


def _page(name: str, kind: str) -> Callable[[Call], Awaitable[web.Response]]:
    body = (files("gate.server") / "pages" / name).read_bytes()

    async def page(call: Call) -> web.Response:
        return _file(body, kind)

    return page


async def vendor(call: Call) -> web.Response:
    found = VENDOR.get(call.path["file"])
    if found is None:
        raise Refused(404, "No such file")
    path = call.service.settings.vendor_dir / found[0]
    if not path.is_file():
        raise Refused(503, "A library is missing", f"{found[0]}: run `deploy/dev setup`")
    return _file(path.read_bytes(), found[1])


async def words(call: Call) -> web.Response:
    language = call.path["language"]
    if language not in LANGUAGES:
        raise Refused(404, "No such language", f"there are: {', '.join(LANGUAGES)}")
    return _file((files("gate") / "words" / f"{language}.ftl").read_bytes(), TEXT)


def _file(body: bytes, kind: str) -> web.Response:
    return web.Response(
        body=body, content_type=kind, charset="utf-8", headers={"Cache-Control": "no-cache"}
    )


def _public(path: str, handler: Callable[[Call], Awaitable[object]]) -> Route:
    return Route(
        "GET",
        path,
        handler,
        Permission.PUBLIC,
        Scope.NONE,
        "A page or its file",
        in_api=False,
        headers=HEADERS.get(path, {}),
    )


ROUTES = (
    *(_public(path, _page(name, kind)) for path, (name, kind) in PAGES.items()),
    _public("/vendor/{file:.+}", vendor),
    _public("/words/{language}.ftl", words),
)
