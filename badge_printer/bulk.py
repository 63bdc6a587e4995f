"""Badges for a print shop: PDF files in the order of their piles, begun again where it stopped.

A folder holds `badges-0001.pdf` and on, beside each a list of its pages, and `bulk.json`, which
says what the job is and how far it got. A part is there whole or not at all, and the state is
written after it, so that a job killed at any moment draws at most a few parts twice and skips none.
Nothing here counts as printed by being drawn: the badges are marked when the shop's boxes have come
(`--mark`), and from then on no kiosk prints them, and the desk says where each waits.
"""

import csv
import hashlib
import io
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pypdfium2 as pdfium

from badge_printer.layout import CannotPrint, Layout
from badge_printer.preflight import resident_mb
from badge_printer.preflight_report import cell
from badge_printer.sweep import received, renderer
from badge_printer.template import Template
from gate.access.badge_number import holder, number
from gate.access.wire import BadgeQuery, PrePrinted

STATE = "bulk.json"
PLACE_CHARS_MAX = 80
COLUMNS = (
    "file", "page", "code", "number", "print", "name", "category", "pile", "not printed because",
)  # fmt: skip
PAGES_PER_PART = 50
"""Compiled together they share their fonts, which are most of a page's bytes: 8 kB a page instead
of 27. More would gain little and take more memory (50: 0.24 GB; 200: 0.35 GB)."""


class CannotResume(Exception):
    """The folder holds another job; the message says what differs."""


class Part(msgspec.Struct, frozen=True):
    file: str
    pages: int
    last: str
    """The last registration code in it, also of one that was not printed."""
    not_printed: int


class State(msgspec.Struct, frozen=True):
    """What a job is, and what of it is done."""

    job: dict[str, str]
    parts: tuple[Part, ...] = ()
    done: bool = False
    lot: str = ""
    """What the server calls this delivery, from the first mark on."""
    marked: int = 0
    """Parts of which the server knows that their badges wait."""
    void: tuple[str, ...] = ()
    """Codes whose badge in the box opens nothing: it was replaced before it was marked."""

    @property
    def after(self) -> str:
        return self.parts[-1].last if self.parts else ""

    @property
    def pages(self) -> int:
        return sum(part.pages for part in self.parts)

    @property
    def not_printed(self) -> int:
        return sum(part.not_printed for part in self.parts)


def job(template: Template, query: BadgeQuery, marks: bool) -> dict[str, str]:
    """What must be the same for a job to go on: which badges, in which order, how they look."""
    look = hashlib.sha256(repr(template).encode())
    for path in (template.layout, template.layout.parent / "common.typ"):
        look.update(path.read_bytes() if path.exists() else b"")
    return {
        "template": template.name,
        "look": look.hexdigest()[:16],
        "order": query.order.value,
        "category": query.category,
        "letter": query.letter,
        "status": query.status.value,
        "marks": "yes" if marks else "no",
    }


def begun(folder: Path, wanted: dict[str, str]) -> State:
    """The state of a job in this folder, a new one in an empty one. Raises CannotResume."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / STATE
    if not path.exists():
        if any(folder.glob("badges-*")):
            raise CannotResume(f"{folder} holds badges but no {STATE}: choose an empty folder")
        return State(wanted)
    try:
        state = msgspec.json.decode(path.read_bytes(), type=State)
    except msgspec.DecodeError as error:
        raise CannotResume(f"{path}: {error}; choose an empty folder") from None
    for name, value in wanted.items():
        if state.job.get(name, "") != value:
            raise CannotResume(
                f"{folder} holds a job with {name} {state.job.get(name)!r}, not {value!r}: finish "
                "that one, or choose an empty folder"
            )
    lost = [part.file for part in state.parts if not (folder / part.file).exists()]
    if lost:
        raise CannotResume(f"{folder}: {lost[0]} is gone; choose an empty folder")
    return state


def save(folder: Path, state: State) -> None:
    _durable(folder / STATE, msgspec.json.format(msgspec.json.encode(state)))


@dataclass(frozen=True, slots=True)
class Drawn:
    part: Part
    resident_mb: float


def draw_part(
    template: str, templates: Path, folder: Path, marks: bool, first: int, raw: bytes
) -> Drawn:
    """Draw one part into the folder, its list first; runs in a drawing process."""
    drawing, chunk = renderer(template, templates), received(raw)
    pages: list[Layout] = []
    refused: dict[str, str] = {}
    for each in chunk:
        try:
            pages.append(drawing.layout(each.badge, marks=marks))
        except CannotPrint as error:
            refused[each.badge.code] = str(error)
    name = part_name(first)
    if pages:
        _durable(folder / name, drawing.pages(pages))
    table = io.StringIO(newline="")
    writer, page = csv.writer(table), 0
    for each in chunk:
        badge, why = each.badge, refused.get(each.badge.code, "")
        page += not why
        shown = badge.name_on_badge or f"{badge.given} {badge.family}".strip()
        row = ("" if why else name, "" if why else str(page), badge.code, number(badge.holder),
               str(badge.generation), shown, badge.category_name, each.pile, why)  # fmt: skip
        writer.writerow(map(cell, row))
    _durable(folder / _list_name(name), table.getvalue().encode())
    return Drawn(Part(name, len(pages), chunk[-1].badge.code, len(refused)), resident_mb())


def lot_name(out: Path) -> str:
    """One nobody has given before, in which the folder is recognised."""
    plain = re.sub(r"[^\w.-]+", "-", out.stem)[:50]
    return f"{plain}-{secrets.token_hex(2)}"


def part_name(number: int) -> str:
    return f"badges-{number:04d}.pdf"


def _list_name(part: str) -> str:
    return part.replace(".pdf", ".csv")


class Waiting(msgspec.Struct, frozen=True):
    """A drawn badge that is to be marked."""

    code: str
    badge: PrePrinted


def waiting(folder: Path, part: Part, place: str) -> list[Waiting]:
    """The badges of a part at their place, in which `{pile}` stands for the pile's name. Raises
    CannotResume for a list that is not as it was written."""
    found = []
    text = (folder / _list_name(part.file)).read_text("utf-8")
    for row in csv.DictReader(io.StringIO(text, newline=""), fieldnames=COLUMNS):
        if not row["file"]:
            continue
        who, generation = holder(row["number"] or ""), row["print"] or ""
        if who is None or not generation.isdecimal():
            raise CannotResume(f"{folder / _list_name(part.file)}: this list was changed by hand")
        pile = (row["pile"] or "").removeprefix("'") or "other"
        where = " ".join(place.replace("{pile}", pile).split())[:PLACE_CHARS_MAX]
        found.append(Waiting(row["code"] or "", PrePrinted(who, int(generation), where)))
    return found


def write_void(folder: Path, state: State, out: Path) -> None:
    """The rows of badges that must be taken out of their boxes."""
    table = io.StringIO(newline="")
    writer, void = csv.writer(table), set(state.void)
    writer.writerow(COLUMNS)
    for part in state.parts:
        text = (folder / _list_name(part.file)).read_text("utf-8")
        rows = csv.reader(io.StringIO(text, newline=""))
        writer.writerows(row for row in rows if row[2] in void)
    _durable(out, table.getvalue().encode("utf-8-sig"))


def finish(folder: Path, state: State, out: Path) -> None:
    """The list of all parts in one table at `out`.csv; with `out`.pdf also all pages in one file.

    Its memory is that of the finished file: about 7 kB a page.
    """
    table = io.StringIO(newline="")
    csv.writer(table).writerow(COLUMNS)
    for part in state.parts:
        table.write((folder / _list_name(part.file)).read_bytes().decode())
    _durable(out.with_suffix(".csv"), table.getvalue().encode("utf-8-sig"))
    if out.suffix != ".pdf":
        return
    whole = pdfium.PdfDocument.new()
    try:
        for part in state.parts:
            if part.pages:
                with pdfium.PdfDocument(folder / part.file) as each:
                    whole.import_pages(each)
        made = io.BytesIO()
        whole.save(made)
        _durable(out, made.getbuffer())
    finally:
        whole.close()


def _durable(path: Path, raw: "bytes | memoryview") -> None:
    """There whole or not at all, also after a power cut; for its owner only: it names people."""
    beside = path.with_name(path.name + ".new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
