"""A registration file as bytes becomes rows and named problems; bad content never raises.

Takes what real spreadsheets export: UTF-8 with or without mark, UTF-16, Windows-1252 (and says
so), commas, semicolons or tabs, an Excel ``sep=`` line; and JSON as a list, under
"registrations", or one object a line.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gate.access.model import CategoryId, Entitlement, Status
from gate.access.policy import Policy
from gate.server.registrations import fields
from gate.server.registrations.fields import FieldError

ROWS_MAX = 100_000
CELL_CHARS_MAX = 5_000
PROBLEMS_MAX = 1_000
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
}
REQUIRED = ("code", "family", "category", "events")
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}


@dataclass(frozen=True, slots=True)
class Registration:
    """A person expected. Contains names: never leaves the server except to desk and printer."""

    code: str
    given: str
    family: str
    name_on_badge: str
    native_name: str
    organisation: str
    country: str
    category: CategoryId
    entitlements: tuple[Entitlement, ...]
    email: str
    language: str
    photo: str
    status: Status
    attention: tuple[str, ...] = ()
    """Codes of what guards must see: escort, medical, protocol."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the file that was not taken. `line` is 1-based; 0 is the file as a whole."""

    line: int
    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Parsed:
    rows: tuple[tuple[int, Registration], ...]
    problems: tuple[Problem, ...]
    encoding: str = ""
    separator: str = ""
    unknown_columns: tuple[str, ...] = ()
    repeats: int = 0
    """Rows that say again exactly what an earlier row says."""


class _FileError(Exception):
    """The file as a whole cannot be read."""


_Cells = tuple[int, Mapping[str, str]]


def parse(raw: bytes, policy: Policy) -> Parsed:
    """The registrations of a CSV or JSON file. Good rows are kept whatever the others are."""
    try:
        text, encoding = _decode(raw)
        if text.lstrip()[:1] in ("[", "{"):
            unknown, separator, cells = _from_json(text)
        else:
            unknown, separator, cells = _from_csv(text)
        return _rows(cells, policy, encoding, separator, unknown)
    except _FileError as error:
        return Parsed((), (Problem(0, "", "", str(error)),))


# --- bytes to text


def _decode(raw: bytes) -> tuple[str, str]:
    if not raw.strip():
        raise _FileError("the file is empty")
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"),
                           (b"\xfe\xff", "utf-16-be")):  # fmt: skip
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding), f"{encoding} with mark"
            except UnicodeDecodeError as error:
                raise _FileError(f"says it is {encoding}, but byte {error.start} is not") from None
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        where = error.start
    try:
        return raw.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, where) + 1
        raise _FileError(
            f"neither UTF-8 (byte {where}, line {line}) nor Windows-1252 (byte {error.start}); "
            "save it as CSV UTF-8"
        ) from None


# --- text to cells


def _from_csv(text: str) -> tuple[tuple[str, ...], str, Iterable[_Cells]]:
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
        raise _FileError("there is no header line") from None
    columns, unknown = _columns(header)
    return unknown, {"\t": "tab"}.get(separator, separator), _csv_cells(reader, columns, skipped)


def _csv_cells(
    reader: Iterator[list[str]], columns: list[str | None], skipped: int
) -> Iterator[_Cells]:
    while True:
        line = reader.line_num + skipped + 1  # type: ignore[attr-defined]
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _FileError(f"line {line}: {error}") from None
        if any(cell.strip() for cell in row):
            extra = {"": ""} if len(row) > len(columns) else {}
            yield line, {c: v for c, v in zip(columns, row, strict=False) if c} | extra


def _columns(header: list[str]) -> tuple[list[str | None], tuple[str, ...]]:
    columns = [_BY_NAME.get(_plain(name)) for name in header]
    for column in REQUIRED:
        if column not in columns:
            found = ", ".join(name.strip()[:_SHOWN_CHARS] for name in header[:20])
            raise _FileError(f"no column {column!r} (found: {found})")
    twice = {c for c in columns if c and columns.count(c) > 1}
    if twice:
        raise _FileError(f"two columns mean {', '.join(sorted(twice))}")
    unknown = [h.strip()[:_SHOWN_CHARS] for h, c in zip(header, columns, strict=True) if c is None]
    return columns, tuple(name for name in unknown if name)


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_\-./]+", " ", name.strip().lower()).split())


def _from_json(text: str) -> tuple[tuple[str, ...], str, Iterable[_Cells]]:
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        root = _json_lines(text, error)
    if isinstance(root, dict):
        root = root.get("registrations", [root])
    if not isinstance(root, list):
        raise _FileError('expected a list of registrations, or {"registrations": [...]}')
    unknown: dict[str, None] = {}
    cells: list[_Cells] = []
    for place, each in enumerate(root, 1):
        if not isinstance(each, dict):
            raise _FileError(f"registration {place} is not an object")
        named = {_BY_NAME.get(_plain(str(key))): value for key, value in each.items()}
        unknown.update(
            {str(k)[:_SHOWN_CHARS]: None for k in each if _plain(str(k)) not in _BY_NAME}
        )
        cells.append((place, {c: _cell(v) for c, v in named.items() if c}))
    return tuple(unknown), "json", cells


def _json_lines(text: str, error: Exception) -> object:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except (ValueError, RecursionError):
                raise _FileError(
                    f"not JSON ({error}), nor one object a line (line {number})"
                ) from None
    return rows


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ";".join(_cell(each) for each in value)
    if isinstance(value, dict):
        days = value.get("days", "")
        shown = ",".join(map(str, days)) if isinstance(days, list) else str(days)
        return f"{value.get('event', '')}:{shown}"
    return "" if value is None else str(value)


# --- cells to registrations


def _rows(
    cells: Iterable[_Cells],
    policy: Policy,
    encoding: str,
    separator: str,
    unknown: tuple[str, ...],
) -> Parsed:
    rows: dict[str, tuple[int, Registration]] = {}
    problems: list[Problem] = []
    clashing: set[str] = set()
    repeats = 0
    for count, (line, row) in enumerate(cells, 1):
        if count > ROWS_MAX:
            raise _FileError(f"more than {ROWS_MAX:,} rows; split the file")
        registration, found = _registration(line, row, policy)
        problems += found[: max(0, PROBLEMS_MAX - len(problems))]
        if registration is None:
            continue
        earlier = rows.get(registration.code)
        if earlier is None:
            rows[registration.code] = (line, registration)
        elif earlier[1] == registration:
            repeats += 1
        else:
            clashing.add(registration.code)
            problems.append(
                Problem(line, "code", registration.code, f"line {earlier[0]} says otherwise")
            )
    for code in clashing:
        line, _ = rows.pop(code)
        problems.append(Problem(line, "code", code, "another line says otherwise"))
    problems.sort(key=lambda problem: problem.line)
    return Parsed(tuple(rows.values()), tuple(problems), encoding, separator, unknown, repeats)


def _registration(
    line: int, row: Mapping[str, str], policy: Policy
) -> tuple[Registration | None, list[Problem]]:
    problems: list[Problem] = []
    values: dict[str, object] = {}
    if "" in row:
        problems.append(Problem(line, "", "", "more cells than the header has columns"))
    for column in COLUMNS:
        raw = row.get(column, "")
        try:
            if len(raw) > CELL_CHARS_MAX:
                raise FieldError(f"{len(raw):,} characters in one cell")
            values[column] = _field(column, raw, policy)
        except FieldError as error:
            problems.append(Problem(line, column, raw[:_SHOWN_CHARS], str(error)))
    if problems:
        return None, problems
    if not values["name_on_badge"]:
        values["name_on_badge"] = f"{values['given']} {values['family']}".strip()
    values["entitlements"] = values.pop("events")
    return Registration(**values), []  # type: ignore[arg-type]


def _field(column: str, raw: str, policy: Policy) -> object:
    match column:
        case "code":
            return fields.code(raw)
        case "family":
            return fields.required(raw, column)
        case "category":
            return fields.category(raw, policy)
        case "events":
            return fields.events(raw, policy)
        case "email":
            return fields.email(raw)
        case "language":
            return fields.language(raw)
        case "status":
            return fields.status(raw)
        case _:
            return fields.clean(raw, column)
