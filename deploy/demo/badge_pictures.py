"""`python -m deploy.demo.badge_pictures FOLDER`: badges of invented people in every script.

One PNG a badge, and sheets of them: what a designer looks at after each change of a template. The
tests render the same people. Each walks the real way, from a registration file's row to the page.
"""

import argparse
import json
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace
from nacl.signing import SigningKey as PrivateKey
from PIL import Image as Picture

from badge_printer.render import Renderer
from badge_printer.samples import PEOPLE, Invented, portrait
from badge_printer.template import FOLDER, load
from gate.access.credential import sign
from gate.access.model import Credential, Holder
from gate.access.policy import Policy
from gate.access.policy_file import parse as parse_policy
from gate.access.wire import BadgeData
from gate.editions import example
from gate.server.api.printer import badge_data
from gate.server.registrations.parse import parse

DPI = 203.0
SHEET_COLUMNS, SHEET_ROWS = 6, 2
GAP = 12


def badges(people: Iterable[Invented] = PEOPLE) -> dict[str, BadgeData]:
    """What the server would hand a printer for each of these people, by what they show."""
    people = tuple(people)
    policy = parse_policy(example(), "example edition")
    rows = [_row(each) for each in people]
    parsed = parse(json.dumps(rows).encode(), policy)
    if parsed.problems:
        raise ValueError(f"invented people do not import: {parsed.problems[0]}")
    made = {}
    for each, (_, registration) in zip(people, parsed.rows, strict=True):
        holder = Holder(zlib.crc32(each.what.encode()))
        text = _signed(policy, holder, each.category)
        made[each.what] = badge_data(registration, holder, 1, text, policy)
    return made


def _row(each: Invented) -> dict[str, str]:
    return {
        "code": f"R-{each.what}",
        "given": each.given.strip(),
        "family": each.family.strip(),
        "name on badge": each.shown,
        "native name": each.native,
        "organisation": each.organisation.strip(),
        "country": each.country.strip(),
        "category": each.category,
        "events": each.events,
        "language": each.language,
    }


def _signed(policy: Policy, holder: Holder, category: str) -> str:
    kind = next(each.kind for each in policy.categories.values() if each.id == category)
    claims = Credential(
        kind=kind, key_id=1, edition=policy.number, holder=holder, generation=1, profile=1,
        issued_min=policy.minutes(policy.epoch), expires_h=policy.expires_h(),
    )  # fmt: skip
    return sign(claims, PrivateKey(b"invented".ljust(32)))


def sheet(pages: list[Picture.Image]) -> Picture.Image:
    """Badges side by side at half size."""
    width, height = pages[0].width // 2, pages[0].height // 2
    columns = min(SHEET_COLUMNS, len(pages))
    rows = -(-len(pages) // columns)
    size = (columns * (width + GAP) + GAP, rows * (height + GAP) + GAP)
    made = Picture.new("RGB", size, (136, 136, 136))
    for at, page in enumerate(pages):
        row, column = divmod(at, columns)
        small = page.resize((width, height), Picture.Resampling.LANCZOS)
        made.paste(small, (GAP + column * (width + GAP), GAP + row * (height + GAP)))
    return made


def main() -> int:
    parser = argparse.ArgumentParser(prog="badge_pictures", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--template", default="a6", help="name of one, or all")
    parser.add_argument("--dpi", type=float, default=DPI)
    parser.add_argument("--only", default="", help="names of people, with commas")
    parser.add_argument("--photos", action="store_true", help="with an invented portrait each")
    arguments = parser.parse_args()
    only = set(filter(None, arguments.only.split(",")))
    chosen = {what: data for what, data in badges().items() if not only or what in only}
    if arguments.photos:
        chosen = {what: replace(data, photo=portrait()) for what, data in chosen.items()}
    if arguments.template != "all":
        _draw(arguments.template, arguments.folder, chosen, arguments.dpi)
        return 0
    for path in sorted(FOLDER.glob("*.toml")):
        _draw(path.stem, arguments.folder / path.stem, chosen, arguments.dpi)
    return 0


def _draw(template: str, folder: Path, chosen: dict[str, BadgeData], dpi: float) -> None:
    renderer = Renderer(load(template))
    folder.mkdir(parents=True, exist_ok=True)
    pages = []
    for what, data in chosen.items():
        path = folder / f"{what}.png"
        path.write_bytes(renderer.png(data, dpi))
        pages.append(Picture.open(path).convert("RGB"))
        for each in renderer.layout(data, dpi).left_out:
            print(f"{what}: left out: {each}", file=sys.stderr)
    per_sheet = SHEET_COLUMNS * SHEET_ROWS
    for number, first in enumerate(range(0, len(pages), per_sheet), 1):
        sheet(pages[first : first + per_sheet]).save(folder / f"sheet-{number}.png")
    print(f"{len(pages)} badges in {folder}")


if __name__ == "__main__":
    sys.exit(main())
