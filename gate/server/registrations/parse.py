"""A registration file as bytes becomes registrations and named problems; nothing in it raises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gate.access.model import CategoryId, Entitlement, Status
from gate.access.policy import Policy
from gate.server.registrations import cells, fields
from gate.server.registrations.cells import COLUMNS, FileError
from gate.server.registrations.fields import FieldError

ROWS_MAX = 100_000
CELL_CHARS_MAX = 5_000
PROBLEMS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Registration:
    """A person expected. Contains names: never leaves the server except to desk
    and printer, and for one badge at a time to whoever must compare its holder."""

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
    refused: int = 0
    """Rows that were not taken; `problems` names the first PROBLEMS_MAX reasons only."""


def parse(raw: bytes, policy: Policy) -> Parsed:
    """The registrations of a CSV or JSON file. Good rows are kept whatever the others are."""
    try:
        return _rows(cells.read(raw), policy)
    except FileError as error:
        return Parsed((), (Problem(0, "", "", str(error)),))


def _rows(sheet: cells.Sheet, policy: Policy) -> Parsed:
    rows: dict[str, tuple[int, Registration]] = {}
    problems: list[Problem] = []
    clashing: set[str] = set()
    repeats = refused = 0
    for count, (line, row) in enumerate(sheet.rows, 1):
        if count > ROWS_MAX:
            raise FileError(f"more than {ROWS_MAX:,} rows; split the file")
        registration, found = _registration(line, row, policy)
        if registration is not None:
            earlier = rows.setdefault(registration.code, (line, registration))
            if earlier[1] != registration:
                clashing.add(registration.code)
                said = f"line {earlier[0]} says otherwise"
                found = [Problem(line, "code", registration.code, said)]
            elif earlier[0] != line:
                repeats += 1
        refused += bool(found)
        problems += found[: max(0, PROBLEMS_MAX - len(problems))]
    for code in clashing:
        line, _ = rows.pop(code)
        refused += 1
        if len(problems) < PROBLEMS_MAX:
            problems.append(Problem(line, "code", code, "another line says otherwise"))
    problems.sort(key=lambda problem: problem.line)
    return Parsed(
        tuple(rows.values()),
        tuple(problems),
        sheet.encoding,
        sheet.separator,
        sheet.unknown_columns,
        repeats,
        refused,
    )


def _registration(
    line: int, row: Mapping[str, str], policy: Policy
) -> tuple[Registration | None, list[Problem]]:
    problems: list[Problem] = []
    values: dict[str, object] = {}
    if "" in row:
        problems.append(Problem(line, "", "", row[""]))
    if set(row) == {""}:
        return None, problems
    for column in COLUMNS:
        raw = row.get(column, "")
        try:
            if len(raw) > CELL_CHARS_MAX:
                raise FieldError(f"{len(raw):,} characters in one cell")
            values[column] = _field(column, raw, policy)
        except FieldError as error:
            problems.append(Problem(line, column, cells.shown(raw), str(error)))
    if problems:
        return None, problems
    if not values["name_on_badge"]:
        values["name_on_badge"] = f"{values['given']} {values['family']}".strip()
    values["entitlements"] = values.pop("events")
    return Registration(**values), []  # type: ignore[arg-type]


_READERS: Mapping[str, Callable[[str], object]] = {
    "code": fields.code,
    "email": fields.email,
    "language": fields.language,
    "status": fields.status,
    "attention": fields.attention,
}


def _field(column: str, raw: str, policy: Policy) -> object:
    if column in _READERS:
        return _READERS[column](raw)
    match column:
        case "family":
            return fields.required(raw, column)
        case "category":
            return fields.category(raw, policy)
        case "events":
            return fields.events(raw, policy)
        case _:
            return fields.clean(raw, column)
