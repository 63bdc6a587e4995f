"""A badge template: the operator's TOML beside the designer's Typst file."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gate.access.toml_table import Reader, Table
from gate.access.toml_values import Bad, a_table, whole

FOLDER = Path(__file__).parent / "templates"
FIELDS = ("given", "family", "name_on_badge", "organisation", "country", "native_name")
PAGE_MM = (20.0, 500.0)
DPI = (50.0, 1200.0)
QUIET_MODULES_MIN = 4
"""ISO/IEC 18004 asks for four; scanners at a gate do need them."""


class TemplateError(Exception):
    """The template cannot be used; the message names the file and key."""


class MissingGlyph(StrEnum):
    REFUSE = "refuse"
    LEAVE_OUT = "leave_out"


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


def load(name: str = "a6", folder: Path = FOLDER) -> Template:
    """Raises TemplateError naming the file and key."""
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
        template = _read(Table(reader, (), root), folder / f"{name}.typ")
    except Bad:
        template = None
    if template is None or reader.problems:
        raise TemplateError("\n".join(reader.problems))
    if not template.layout.is_file():
        raise TemplateError(f"{template.layout.name} is missing beside {path.name}")
    return template


def _read(root: Table, layout: Path) -> Template:
    page, qr, resolution, glyph = (
        _table(root, name) for name in ("page", "qr", "resolution", "missing_glyph")
    )
    width, height = (page.get(key, between(*PAGE_MM)) for key in ("width", "height"))
    size_min = qr.get("size_min", between(10.0, min(width, height)))
    size_max = qr.get("size_max", between(size_min, min(width, height)))
    quiet_modules = qr.get("quiet_modules", whole(QUIET_MODULES_MIN, 20))
    quiet = quiet_modules * size_max / 37
    template = Template(
        name=layout.stem,
        layout=layout,
        width=width,
        height=height,
        qr_x=qr.get("x", between(quiet, width - size_max - quiet)),
        qr_y=qr.get("y", between(quiet, height - size_max - quiet)),
        qr_size_min=size_min,
        qr_size_max=size_max,
        quiet_modules=quiet_modules,
        dpi=resolution.get("dpi", between(*DPI)),
        missing_glyph={field: glyph.get(field, _missing_glyph) for field in FIELDS},
    )
    for table in (root, page, qr, resolution, glyph):
        table.done()
    return template


def _table(root: Table, name: str) -> Table:
    return Table(root.reader, (name,), root.get(name, a_table))


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


def _missing_glyph(value: object) -> MissingGlyph:
    try:
        return MissingGlyph(value)  # type: ignore[arg-type]
    except ValueError:
        raise Bad(f"expected {' or '.join(MissingGlyph)}") from None
