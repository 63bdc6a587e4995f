"""A badge template: the operator's TOML beside the designer's Typst file."""

import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from badge_printer.picture import NotAPicture, art_svg
from badge_printer.qr import DOTS_MIN, MM_PER_INCH, MODULES, NoWholeDots, dots_a_module
from gate.access.toml_table import Reader, Table
from gate.access.toml_values import Bad, a_colour, a_table, a_text, whole, yes_or_no

FOLDER = Path(__file__).parent / "templates"
FIELDS = ("given", "family", "name_on_badge", "organisation", "country", "native_name")
PAGE_MM = (20.0, 500.0)
DPI = (50.0, 1200.0)
QUIET_MODULES_MIN = 4
"""ISO/IEC 18004 asks for four; scanners at a gate do need them."""
E = TypeVar("E", bound=StrEnum)


class TemplateError(Exception):
    """The template cannot be used; the message names the file and key."""


class MissingGlyph(StrEnum):
    REFUSE = "refuse"
    LEAVE_OUT = "leave_out"


class Pattern(StrEnum):
    SOLID = "solid"
    OUTLINE = "outline"
    BARS = "bars"
    CHECKS = "checks"


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: "Box") -> bool:
        across = self.x < other.x + other.width and other.x < self.x + self.width
        return across and self.y < other.y + other.height and other.y < self.y + self.height


@dataclass(frozen=True, slots=True)
class CategoryLook:
    """How a template shows a category; empty is as the policy says."""

    word: str = ""
    colour: str = ""
    pattern: Pattern = Pattern.SOLID
    print: bool = True


@dataclass(frozen=True, slots=True)
class Template:
    """Lengths in millimetres."""

    name: str
    layout: Path
    width: float
    height: float
    qr_x: float
    qr_y: float
    qr_size_min: float
    qr_size_max: float
    quiet_modules: int
    dpi: float
    missing_glyph: dict[str, MissingGlyph]
    black: bool = False
    """Printed in black alone: no colour means anything, nothing is grey."""
    photo: Box | None = None
    photo_missing: MissingGlyph = MissingGlyph.LEAVE_OUT
    art: tuple[Box, str] | None = None
    """Where, and what as SVG."""
    categories: dict[str, CategoryLook] = field(default_factory=dict)
    event_colours: dict[str, str] = field(default_factory=dict)
    """By short name in small letters."""
    back: str = ""
    """The operator's words on the back."""


def load(name: str = "a6", folder: Path = FOLDER) -> Template:
    """Raises TemplateError naming the file, line and key."""
    known = sorted(each.stem for each in folder.glob("*.toml"))
    path = folder / f"{name}.toml"
    if name not in known:
        raise TemplateError(f"no template {name!r}; there are: {', '.join(known)}")
    try:
        text = path.read_text(encoding="utf-8")
        root = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise TemplateError(f"{path.name}: {error}") from None
    reader = Reader(text, path.name)
    try:
        template = _read(Table(reader, (), root), path)
    except Bad:
        template = None
    if template is None or reader.problems:
        raise TemplateError("\n".join(reader.problems))
    return template


def _read(root: Table, path: Path) -> Template:
    page, qr, resolution, glyph = (
        _table(root, name) for name in ("page", "qr", "resolution", "missing_glyph")
    )
    photo, art, words = (_maybe(root, name) for name in ("photo", "art", "words"))
    width, height = (page.get(key, between(*PAGE_MM)) for key in ("width", "height"))
    size_min = qr.get("size_min", between(10.0, min(width, height)))
    size_max = qr.get("size_max", between(size_min, min(width, height)))
    quiet_modules = qr.get("quiet_modules", whole(QUIET_MODULES_MIN, 20))
    quiet = quiet_modules * size_max / MODULES
    x = qr.get("x", between(quiet, width - size_max - quiet))
    y = qr.get("y", between(quiet, height - size_max - quiet))
    dpi = resolution.get("dpi", between(*DPI))
    _whole_dots(qr, size_min, size_max, dpi)
    kept_white = Box(x - quiet, y - quiet, size_max + 2 * quiet, size_max + 2 * quiet)
    photo_at = _box(photo, width, height, kept_white) if photo else None
    template = Template(
        name=path.stem,
        layout=_layout(root, path),
        width=width,
        height=height,
        qr_x=x,
        qr_y=y,
        qr_size_min=size_min,
        qr_size_max=size_max,
        quiet_modules=quiet_modules,
        dpi=dpi,
        missing_glyph={name: glyph.get(name, one_of(MissingGlyph)) for name in FIELDS},
        black=page.get("ink", _ink, "colour") == "black",
        photo=photo_at,
        photo_missing=photo.get("when_missing", one_of(MissingGlyph), MissingGlyph.LEAVE_OUT)
        if photo
        else MissingGlyph.LEAVE_OUT,
        art=_art(art, path.parent, _box(art, width, height, kept_white)) if art else None,
        categories=_looks(root),
        event_colours=_event_colours(root),
        back=words.get("back", _words, "") if words else "",
    )
    for table in (root, page, qr, resolution, glyph, photo, art, words):
        if table:
            table.done()
    return template


def _layout(root: Table, path: Path) -> Path:
    """The designer's file: beside the operator's, or one that is shipped."""
    name = root.get("layout", a_text, path.stem)
    for folder in (path.parent, FOLDER):
        found = folder / f"{name}.typ"
        if name == Path(name).name and found.is_file():
            return found
    shipped = ", ".join(sorted({each.stem for each in FOLDER.glob("*.toml")}))
    root.fail("layout", f"{name}.typ is missing beside {path.name}; shipped are: {shipped}")


def _whole_dots(qr: Table, size_min: float, size_max: float, dpi: float) -> None:
    try:
        dots = dots_a_module(size_min, size_max, dpi)
    except NoWholeDots as error:
        qr.fail("size_max", str(error))
    if dots < DOTS_MIN:
        needed = math.ceil(10 * DOTS_MIN * MODULES * MM_PER_INCH / dpi) / 10
        qr.fail(
            "size_max",
            f"at {dpi:g} dpi a module is {dots} dots; {DOTS_MIN} or more are needed: "
            f"{needed:.1f} mm",
        )


def _box(table: Table, width: float, height: float, kept_white: Box) -> Box:
    x, y = table.get("x", between(0, width)), table.get("y", between(0, height))
    box = Box(
        x,
        y,
        table.get("width", between(1, width - x)),
        table.get("height", between(1, height - y)),
    )
    if box.meets(kept_white):
        table.fail("x", "it would cover the QR code or its quiet zone")
    return box


def _art(table: Table, folder: Path, box: Box) -> tuple[Box, str]:
    name = table.get("file", a_text)
    try:
        if name != Path(name).name:
            raise NotAPicture("expected the name of a file beside this one")
        return box, art_svg((folder / name).read_bytes())
    except (OSError, NotAPicture) as error:
        table.fail("file", f"{name}: {getattr(error, 'strerror', None) or error}")


def _looks(root: Table) -> dict[str, CategoryLook]:
    looks = {}
    for name, table in _named(root, "category"):
        looks[name] = CategoryLook(
            word=table.get("word", a_text, ""),
            colour=table.get("colour", a_colour, ""),
            pattern=table.get("pattern", one_of(Pattern), Pattern.SOLID),
            print=table.get("print", yes_or_no, True),
        )
        table.done()
    return looks


def _event_colours(root: Table) -> dict[str, str]:
    colours = {}
    for name, table in _named(root, "event"):
        colours[name] = table.get("colour", a_colour)
        table.done()
    return colours


def _named(root: Table, key: str) -> list[tuple[str, Table]]:
    return root.tables(key) if root.get(key, a_table, {}) else []


def _table(root: Table, name: str) -> Table:
    return Table(root.reader, (name,), root.get(name, a_table))


def _maybe(root: Table, name: str) -> Table | None:
    values = root.get(name, a_table, None)
    return None if values is None else Table(root.reader, (name,), values)


def between(low: float, high: float) -> Callable[[object], float]:
    def read(value: object) -> float:
        # A NaN is not between anything.
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            raise Bad(f"expected a number from {low:.4g} to {high:.4g}")
        return float(value)

    return read


def one_of(kind: type[E]) -> Callable[[object], E]:
    def read(value: object) -> E:
        try:
            return kind(value)  # type: ignore[arg-type]
        except ValueError:
            raise Bad(f"expected {' or '.join(kind)}") from None

    return read


def _ink(value: object) -> str:
    if value not in ("colour", "black"):
        raise Bad("expected colour or black")
    return str(value)


def _words(value: object) -> str:
    if not isinstance(value, str):
        raise Bad("expected a text in quotes")
    return " ".join(value.split())
