"""The operator's look at templates while they are changed: sample people, and what is wrong.

The files are read anew whenever one of them changed. Sample codes carry no signature.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from badge_printer.layout import CannotPrint
from badge_printer.render import Renderer
from badge_printer.samples import LONGEST, PEOPLE, categories, portrait, sample
from badge_printer.station import keyed, no_exception_pages, secure, served
from badge_printer.template import FOLDER, TemplateError, load
from badge_printer.trial import too_small
from gate.access.wire import BadgeData
from gate.fonts import FontsMissing

DPI = 150.0
FILES_MAX = 200
DRAWING_MAX = 8
_PAGES = {"": "html", "preview.css": "css", "preview.js": "javascript"}
_PEOPLE = {each.what: each for each in (LONGEST, *PEOPLE)}
Text = Annotated[str, Meta(max_length=120)]


class Wanted(msgspec.Struct, frozen=True):
    template: Annotated[str, Meta(max_length=64)] = "a6"
    category: Annotated[str, Meta(max_length=64)] = ""
    person: Annotated[str, Meta(max_length=64)] = LONGEST.what
    given: Text = ""
    family: Text = ""
    organisation: Text = ""
    photo: Annotated[str, Meta(pattern="^[01]?$")] = ""


class Choices(msgspec.Struct, frozen=True):
    templates: list[str]
    categories: list[tuple[str, str]]
    people: list[str]


class State(msgspec.Struct, frozen=True):
    """`look` changes when a file did. With problems there is nothing to draw."""

    look: str
    problems: list[str] = []
    notices: list[str] = []
    size: str = ""


@dataclass(slots=True)
class Shelf:
    """The newest renderer of the template looked at last."""

    folder: Path
    _name: str = ""
    _look: str = ""
    _kept: Renderer | None = None

    def names(self) -> list[str]:
        return sorted(each.stem for each in self.folder.glob("*.toml"))[:FILES_MAX]

    def look(self) -> str:
        """Over every file a template may read."""
        made = hashlib.sha256()
        files = sorted({*self.folder.glob("*.*"), *FOLDER.glob("*.typ")})
        for path in files[:FILES_MAX]:
            about = path.stat()
            made.update(f"{path}|{about.st_mtime_ns}|{about.st_size}\n".encode())
        return made.hexdigest()[:16]

    def renderer(self, name: str) -> Renderer:
        """Raises TemplateError, FontsMissing."""
        look = self.look()
        if self._kept is None or (self._name, self._look) != (name, look):
            self._kept = None
            self._kept = Renderer(load(name, self.folder))
            self._name, self._look = name, look
        return self._kept


def application(folder: Path, link_key: str) -> web.Application:
    """Serves everything under ``/{link_key}/``."""
    shelf, one_at_a_time, waiting = Shelf(folder), asyncio.Lock(), 0

    async def choices(request: web.Request) -> web.Response:
        return _json(Choices(shelf.names(), list(categories()), list(_PEOPLE)))

    async def state(request: web.Request) -> web.Response:
        wanted = _wanted(request)
        async with one_at_a_time:
            return _json(await asyncio.to_thread(_state, shelf, wanted))

    async def page(request: web.Request) -> web.Response:
        nonlocal waiting
        wanted = _wanted(request)
        if waiting >= DRAWING_MAX:
            raise web.HTTPServiceUnavailable(reason="Many pages are being drawn; try again.")
        waiting += 1
        try:
            async with one_at_a_time:
                raw = await asyncio.to_thread(_page, shelf, wanted)
        except (TemplateError, CannotPrint, FontsMissing) as error:
            return web.Response(status=422, text=f"{error}\n")
        finally:
            waiting -= 1
        return web.Response(body=raw, content_type="image/png")

    app = web.Application(middlewares=[no_exception_pages, keyed(link_key)])
    for path, kind in _PAGES.items():
        app.router.add_get(f"/{{key}}/{path}", served(path or "preview.html", f"text/{kind}"))
    app.router.add_get("/{key}/choices", choices)
    app.router.add_get("/{key}/state", state)
    app.router.add_get("/{key}/page.png", page)
    app.on_response_prepare.append(secure)
    return app


def _wanted(request: web.Request) -> Wanted:
    known = Wanted.__struct_fields__
    try:
        wanted = msgspec.convert({k: v for k, v in request.query.items() if k in known}, Wanted)
    except msgspec.ValidationError as error:
        raise web.HTTPUnprocessableEntity(reason=str(error).replace("\n", " ")) from None
    if wanted.person not in _PEOPLE:
        raise web.HTTPUnprocessableEntity(reason="There is no such sample person.")
    if wanted.category and wanted.category not in dict(categories()):
        raise web.HTTPUnprocessableEntity(reason="There is no such category.")
    return wanted


def _state(shelf: Shelf, wanted: Wanted) -> State:
    look = shelf.look()
    try:
        renderer = shelf.renderer(wanted.template)
        laid_out = renderer.layout(_sample(wanted))
        small = too_small(renderer.sizes(laid_out))
    except (TemplateError, CannotPrint, FontsMissing) as error:
        return State(look, str(error).splitlines())
    notices = [f"left out: {each}" for each in laid_out.left_out]
    notices += [f"{field}: set in {size:g} pt; {least:g} pt or more can be read"
                for field, size, least in small]  # fmt: skip
    template = renderer.template
    return State(look, [], notices, f"{template.width:g} × {template.height:g} mm")


def _page(shelf: Shelf, wanted: Wanted) -> bytes:
    renderer = shelf.renderer(wanted.template)
    return renderer.png(_sample(wanted), max(DPI, _coarsest(renderer)))


def _coarsest(renderer: Renderer) -> float:
    """The template's own resolution, where a screen's has no whole dots for its code."""
    try:
        renderer.layout(sample(LONGEST), DPI)
    except CannotPrint:
        return renderer.template.dpi
    return DPI


def _sample(wanted: Wanted) -> BadgeData:
    person = _PEOPLE[wanted.person]
    if wanted.given or wanted.family:
        person = person._replace(given=wanted.given, family=wanted.family, shown="")
    if wanted.organisation:
        person = person._replace(organisation=wanted.organisation)
    return sample(person, wanted.category, portrait() if wanted.photo == "1" else b"")


def _json(value: msgspec.Struct) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")
