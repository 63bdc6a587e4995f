"""A badge template: the operator's TOML beside the designer's Typst file."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

FOLDER = Path(__file__).parent / "templates"
FIELDS = ("given", "family", "name_on_badge", "organisation", "country", "native_name")


class TemplateError(Exception):
    """The template cannot be used; the message names the key."""


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
    quiet_modules: int
    dpi: float
    missing_glyph: dict[str, MissingGlyph]


def load(name: str = "a6", folder: Path = FOLDER) -> Template:
    """Raises TemplateError naming the file and key."""
    path = folder / f"{name}.toml"
    try:
        root = tomllib.loads(path.read_text(encoding="utf-8"))
        page, qr = root["page"], root["qr"]
        rules = {field: MissingGlyph(root["missing_glyph"][field]) for field in FIELDS}
        template = Template(
            name=name,
            layout=folder / f"{name}.typ",
            width=float(page["width"]),
            height=float(page["height"]),
            qr_x=float(qr["x"]),
            qr_y=float(qr["y"]),
            qr_size_min=float(qr["size_min"]),
            quiet_modules=int(qr["quiet_modules"]),
            dpi=float(root["resolution"]["dpi"]),
            missing_glyph=rules,
        )
    except FileNotFoundError:
        known = ", ".join(sorted(each.stem for each in folder.glob("*.toml")))
        raise TemplateError(f"no template {name!r}; there are: {known}") from None
    except KeyError as error:
        raise TemplateError(f"{path.name}: {error} is missing") from None
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as error:
        raise TemplateError(f"{path.name}: {error}") from None
    if not template.layout.is_file():
        raise TemplateError(f"{template.layout.name} is missing beside {path.name}")
    return template
