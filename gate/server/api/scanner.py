"""The phone scanner: a page that can be installed, its files below `/scan`, and looking up names.

A service worker keeps every file of the page on the phone, so that it opens without a network; its
list and version are made here from the files themselves. Only this page may use the camera and
compile WebAssembly.
"""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from gate.server.api.pages import CSS, HTML, LANGUAGES, SCRIPT
from gate.server.api.pages import VENDOR as PAGES_VENDOR
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope
from gate.server.store import staff as audit_store

MANIFEST, SVG, PNG = "application/manifest+json", "image/svg+xml", "image/png"
RULES = ("credential", "decide", "known", "policy", "presence", "reasons")
SCRIPTS = (
    "app",
    "camera",
    "client",
    "clock",
    "debounce",
    "decoder",
    "download",
    "enrol",
    "find",
    "lane",
    "light",
    "person",
    "pin",
    "said",
    "signals",
    "store",
    "supervisor",
    "sync",
    "wedge",
)
_FOLDER = files("gate.server") / "pages" / "scanner"
FILES = {
    "/scan": (_FOLDER / "scan.html", HTML),
    "/scan/scan.css": (_FOLDER / "scan.css", CSS),
    "/scan/manifest.webmanifest": (_FOLDER / "manifest.webmanifest", MANIFEST),
    "/scan/icon.svg": (_FOLDER / "icon.svg", SVG),
    "/scan/icon-192.png": (_FOLDER / "icon-192.png", PNG),
    "/scan/icon-512.png": (_FOLDER / "icon-512.png", PNG),
    "/scan/figure.js": (files("gate.pages") / "figure.js", SCRIPT),
    **{f"/scan/{name}.js": (_FOLDER / f"{name}.js", SCRIPT) for name in SCRIPTS},
    **{f"/scan/rules/{name}.js": (_FOLDER / "rules" / f"{name}.js", SCRIPT) for name in RULES},
}
VENDOR = {
    "/scan/vendor/ed25519.js": ("@noble/ed25519/index.js", SCRIPT),
    "/scan/vendor/argon2.js": ("hash-wasm/dist/argon2.umd.min.js", SCRIPT),
    "/scan/vendor/zxing/reader/index.js": ("zxing-wasm/dist/es/reader/index.js", SCRIPT),
    "/scan/vendor/zxing/share.js": ("zxing-wasm/dist/es/share.js", SCRIPT),
    "/scan/vendor/zxing/reader.wasm": (
        "zxing-wasm/dist/reader/zxing_reader.wasm",
        "application/wasm",
    ),
}
"""Below /scan, because a worker's own imports are kept only where its service worker reaches."""
ELSEWHERE = (
    "/pages/words.js",
    *(f"/vendor/{path}" for path in PAGES_VENDOR if path.startswith("fluent/")),
    *(f"/words/{language}.ftl" for language in LANGUAGES),
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(self), screen-wake-lock=(self), microphone=(), geolocation=()",
}
FOUND_MAX = 8

Name = Annotated[str, Meta(min_length=3, max_length=80, pattern=WITHOUT_NUL)]


class FindQuery(msgspec.Struct):
    name: Name


class Found(msgspec.Struct, frozen=True):
    """Somebody expected: as much as tells two people apart at a gate, and no code."""

    name: str
    category: str
    country: str


async def find(call: Call) -> list[Found]:
    """Whose name holds what was typed. Limited and audited: a gate looks up people, not lists."""
    query, service, device = call.query, call.service, call.device
    assert isinstance(query, FindQuery)
    finds = service.devices.finds
    if wait_s := finds.wait_s(device.id):
        raise Refused(429, "Too many searches", "wait a minute", wait_s)
    finds.begun(device.id)
    await audit_store.audit(service.pool, f"device {device.id}", "looked a name up", "")
    # Organisations and codes find nobody here, only names.
    return [
        Found(each.name_on_badge, service.policy.categories[each.category].name, each.country)
        for each in (await service.directory.by_name(query.name))[:FOUND_MAX]
    ]


def _own(file: Traversable, kind: str) -> Callable[[Call], Awaitable[web.Response]]:
    body = file.read_bytes()

    async def serve(call: Call) -> web.Response:
        return _file(body, kind)

    return serve


def _library(name: str, kind: str) -> Callable[[Call], Awaitable[web.Response]]:
    async def serve(call: Call) -> web.Response:
        path = call.service.settings.vendor_dir / name
        if not path.is_file():
            raise Refused(503, "A library is missing", f"{name}: run `deploy/dev setup`")
        return _file(await asyncio.to_thread(path.read_bytes), kind)

    return serve


async def worker(call: Call) -> web.Response:
    """The service worker, with the list of files it keeps and their version."""
    version = await asyncio.to_thread(_version, call.service.settings.vendor_dir)
    shell = json.dumps([*FILES, *VENDOR, *ELSEWHERE])
    head = f"const VERSION = {json.dumps(version)}, SHELL = {shell};\n"
    return _file(head.encode() + (_FOLDER / "offline.js").read_bytes(), SCRIPT)


def _version(vendor: Path) -> str:
    """Changes with any file the worker keeps."""
    digest = hashlib.sha256()
    for file, _ in FILES.values():
        digest.update(file.read_bytes())
    libraries = (name for name, _ in [*VENDOR.values(), *PAGES_VENDOR.values()])
    for path in (vendor / name for name in libraries):
        digest.update(path.read_bytes() if path.is_file() else b"")
    for language in LANGUAGES:
        digest.update((files("gate") / "words" / f"{language}.ftl").read_bytes())
    digest.update((files("gate.server") / "pages" / "words.js").read_bytes())
    return digest.hexdigest()[:16]


def _file(body: bytes, kind: str) -> web.Response:
    text = kind.startswith("text/")
    return web.Response(
        body=body,
        content_type=kind,
        charset="utf-8" if text else None,
        headers={"Cache-Control": "no-cache"},
    )


def _public(
    path: str, handler: Callable[[Call], Awaitable[object]], headers: dict[str, str]
) -> Route:
    return Route(
        "GET", path, handler, Permission.PUBLIC, Scope.NONE, "The scanner page or its file",
        in_api=False, headers=headers,
    )  # fmt: skip


ROUTES = (
    *(_public(path, _own(file, kind), HEADERS) for path, (file, kind) in FILES.items()),
    *(_public(path, _library(name, kind), HEADERS) for path, (name, kind) in VENDOR.items()),
    _public("/scan/offline.js", worker, {**HEADERS, "Service-Worker-Allowed": "/scan"}),
    Route(
        "GET",
        "/api/v1/lane/find",
        find,
        Permission.LANE,
        Scope.DEVICE,
        "Look up a name at a gate",
        list[Found],
        query=FindQuery,
        errors=(429,),
    ),
)
