"""The bytes of a registration file become rows of cells, each under the column it belongs to.

Takes what real spreadsheets export: UTF-8 with or without mark, UTF-16, Windows-1252 (and says
so), commas, semicolons or tabs, an Excel ``sep=`` line; and JSON as a list, under
"registrations", or one object a line. What the cells hold is judged elsewhere.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gate.server.registrations.fields import JOINERS, LOST

_SHOWN_CHARS = 60

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "registration code", "registration", "id", "reference"),
    "given": ("given", "given name", "given names", "first name", "forename"),
    "family": ("family", "family name", "last name", "surname"),
    "name_on_badge": ("name on badge", "badge name", "display name"),
    "native_name": ("native name", "native script name", "name in native script"),
    "organisation": ("organisation", "organization", "company", "entity", "affiliation"),
    "country": ("country", "country name", "nationality"),
    "category": ("category", "badge category", "participant type", "type"),
    "events": ("events", "event", "events and days", "sessions"),
    "email": ("email", "e mail", "email address", "mail"),
    "language": ("language", "preferred language", "lang"),
    "photo": ("photo", "photo reference", "picture"),
    "status": ("status", "state", "registration status"),
    "attention": ("attention", "attention notes", "flags", "special attention"),
}
REQUIRED = ("code", "family", "category", "events")
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}

Row = tuple[int, Mapping[str, str]]
"""A line and its cells by column; under ``""`` stands what is wrong with the row as a whole."""


class FileError(Exception):
    """The file as a whole cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's rows, read as they are asked for, and how it was written."""

    rows: Iterable[Row]
    encoding: str
    separator: str
    unknown_columns: tuple[str, ...]


def read(raw: bytes) -> Sheet:
    """The rows of a CSV or JSON file. Raises FileError when it is neither."""
    text, encoding = _decode(raw)
    json_or_csv = _from_json if text.lstrip()[:1] in ("[", "{") else _from_csv
    unknown, separator, rows = json_or_csv(text)
    return Sheet(rows, encoding, separator, unknown)


def shown(text: str) -> str:
    """Somebody else's text in a report: short, and nothing in it steers a terminal or a line."""
    return "".join(
        char if char.isprintable() or char in JOINERS else f"\\u{ord(char):04x}"
        for char in text[:_SHOWN_CHARS]
    )


# --- bytes to text


def _decode(raw: bytes) -> tuple[str, str]:
    if not raw.strip():
        raise FileError("the file is empty")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"),
                           (b"\xfe\xff", "utf-16-be")):  # fmt: skip
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding), f"{encoding} with mark"
            except UnicodeDecodeError as error:
                raise FileError(f"says it is {encoding}, but byte {error.start} is not") from None
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        where = error.start
    damaged = raw.decode("utf-8", "replace")
    lost = damaged.count(LOST)
    if sum(not char.isascii() for char in damaged) > 2 * lost:
        return damaged, "utf-8, damaged"  # the rows with a LOST character are refused by name
    try:
        return raw.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, where) + 1
        raise FileError(
            f"neither UTF-8 (byte {where}, line {line}) nor Windows-1252 (byte {error.start}); "
            "save it as CSV UTF-8"
        ) from None


# --- text to cells


def _from_csv(text: str) -> tuple[tuple[str, ...], str, Iterable[Row]]:
    lines = io.StringIO(text, newline="")
    first_line = text.split("\n", 1)[0].strip()
    skipped = 0
    if re.fullmatch(r'"?sep=.?"?', first_line):
        separator = first_line.strip('"')[4:] or "\t"
        lines.readline()
        skipped = 1
    else:
        separator = max(",;\t", key=first_line.count)
    reader = csv.reader(lines, delimiter=separator)
    try:
        header = next(reader)
    except (StopIteration, csv.Error):
        raise FileError("there is no header line") from None
    columns, unknown = _columns(header)
    name = "tab" if separator == "\t" else shown(separator)
    return unknown, name, _csv_cells(reader, columns, skipped)


def _csv_cells(
    reader: Iterator[list[str]], columns: list[str | None], skipped: int
) -> Iterator[Row]:
    while True:
        line = reader.line_num + skipped + 1  # type: ignore[attr-defined]
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:  # the reader goes on with the line after it
            yield line, {"": f"{error}; is there a quote that is never closed?"}
            continue
        if any(cell.strip() for cell in row):
            cells = {c: v for c, v in zip(columns, row, strict=False) if c}
            if any(cell.strip() for cell in row[len(columns) :]):
                cells[""] = "more cells than the header has columns"
            yield line, cells


def _columns(header: list[str]) -> tuple[list[str | None], tuple[str, ...]]:
    columns = [_BY_NAME.get(_plain(name)) for name in header]
    for column in REQUIRED:
        if column not in columns:
            found = ", ".join(shown(name.strip()) for name in header[:20])
            raise FileError(f"no column {column!r} (found: {found})")
    twice = {c for c in columns if c and columns.count(c) > 1}
    if twice:
        raise FileError(f"two columns mean {', '.join(sorted(twice))}")
    unknown = [shown(h.strip()) for h, c in zip(header, columns, strict=True) if c is None]
    return columns, tuple(name for name in unknown if name)


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_\-./]+", " ", name.strip().lower()).split())


def _from_json(text: str) -> tuple[tuple[str, ...], str, Iterable[Row]]:
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        root = _json_lines(text, error)
    if isinstance(root, dict):
        root = root.get("registrations", [root])
    if not isinstance(root, list):
        raise FileError('expected a list of registrations, or {"registrations": [...]}')
    unknown: dict[str, None] = {}
    cells = [(place, _json_cells(each, unknown)) for place, each in enumerate(root, 1)]
    return tuple(unknown), "json", cells


def _json_lines(text: str, error: Exception) -> list[object]:
    """One object a line. When not even the first line is one, the file is something else."""
    lines = [line for line in text.split("\n") if line.strip()]
    rows = [_json_line(line) for line in lines]
    if not isinstance(rows[0], dict):
        raise FileError(f"not JSON ({error}), nor one object a line") from None
    return rows


def _json_line(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _json_cells(row: object, unknown: dict[str, None]) -> Mapping[str, str]:
    if not isinstance(row, dict):
        return {"": 'not an object such as {"code": ..., "family": ...}'}
    cells: dict[str, str] = {}
    for key, value in row.items():
        column = _BY_NAME.get(_plain(key))
        if column is None:
            unknown[shown(key)] = None
        elif column in cells:
            cells[""] = f"two keys mean {column}"
        else:
            cells[column] = _cell(value)
    return cells


def _cell(value: object) -> str:
    """A text, number or truth; of `events` a list of them, or of {"event": ..., "days": ...}."""
    if isinstance(value, list):
        return ";".join(_item(each) for each in value)
    return _item(value)


def _item(value: object) -> str:
    if isinstance(value, dict):
        days = value.get("days", "")
        named = ",".join(map(_scalar, days)) if isinstance(days, list) else _scalar(days)
        return f"{_scalar(value.get('event', ''))}:{named}"
    return _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, list | dict):
        return "[...]"  # nothing of ours nests deeper, and nesting may be bottomless
    return "" if value is None else str(value)
