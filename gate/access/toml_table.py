"""A TOML file that complains in its reader's words: file, line, key, what was expected."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import NoReturn, TypeVar

from gate.access.toml_values import Bad, a_table, rows_of_table

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MISSING = object()
T = TypeVar("T")


COMPLAINTS_MAX = 40
"""Each costs a walk through the file: after so many it is no policy, and reading it ends."""


class TooManyProblems(Exception):
    """The reader has noted as many as it will."""


class Reader:
    def __init__(self, text: str, source: str) -> None:
        self._lines = text.splitlines()
        self._source = source
        self.problems: list[str] = []

    def complain(self, path: tuple[str | int, ...], message: str) -> None:
        """Raises TooManyProblems once there are COMPLAINTS_MAX."""
        shown = ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in path)
        line = self._line(path)
        where = f"{self._source}:{line}" if line else self._source
        self.problems.append(f"{where}: {shown.replace('.[', '[')}: {message}")
        if len(self.problems) >= COMPLAINTS_MAX:
            raise TooManyProblems

    def _line(self, path: tuple[str | int, ...]) -> int | None:
        """The line a key stands on: its table's header, then the key below it."""
        start, depth, keys = 0, 0, list(path)
        for end in range(len(keys), 0, -1):
            found = self._header(keys[:end])
            if found is not None:
                start, depth = found, end
                break
        for key in keys[depth:]:
            for number in range(start, len(self._lines)):
                if number > start and self._lines[number].lstrip().startswith("["):
                    break
                if re.match(rf'\s*"?{re.escape(str(key))}"?\s*=', self._lines[number]):
                    return number + 1
        return start + 1 if depth else None

    def _header(self, keys: list[str | int]) -> int | None:
        if isinstance(keys[-1], int):
            header, nth = "[[" + ".".join(str(key) for key in keys[:-1]) + "]]", keys[-1]
        else:
            header, nth = "[" + ".".join(str(key) for key in keys) + "]", 0
        seen = 0
        for number, line in enumerate(self._lines):
            if line.split("#")[0].strip().replace(" ", "") == header:
                if seen == nth:
                    return number
                seen += 1
        return None


class Table:
    """A TOML table that complains about what is missing, wrong or left over."""

    def __init__(
        self, reader: Reader, path: tuple[str | int, ...], values: Mapping[str, object]
    ) -> None:
        self.reader = reader
        self.path = path
        self._values = values
        self._asked: set[str] = set()

    def get(self, key: str, read: Callable[[object], T], default: object = _MISSING) -> T:
        """The value of a key as `read` makes it; complains and raises Bad when it cannot."""
        self._asked.add(key)
        value = self._values.get(key, _MISSING)
        if value is _MISSING:
            if default is _MISSING:
                near = get_close_matches(key, self._values.keys() - self._asked, 1)
                self.fail(key, f"missing; is {near[0]!r} meant to be it?" if near else "missing")
            return default  # type: ignore[return-value]
        try:
            return read(value)
        except Bad as bad:
            self.fail(key, str(bad))

    def fail(self, key: str, message: str) -> NoReturn:
        self.reader.complain((*self.path, key), message)
        raise Bad(message)

    def tables(self, key: str) -> list[tuple[str, "Table"]]:
        """The named tables below a key: [event.wsis], [event.ai4g] ..."""
        named = self.get(key, a_table)
        return [
            (name, Table(self.reader, (*self.path, key, name), values))
            for name, values in named.items()
            if self._named(key, name, values)
        ]

    def names(self, key: str) -> list[str]:
        """The names of all tables below a key, also of those that are not usable."""
        return list(self.get(key, a_table))

    def rows(self, key: str) -> list["Table"]:
        """The rows of an array of tables: [[zone.expo.admits]] ..."""
        rows = self.get(key, rows_of_table, default=[])
        return [Table(self.reader, (*self.path, key, i), row) for i, row in enumerate(rows)]

    def done(self) -> None:
        """Complain about every key nobody asked for: a typing mistake must not be silent."""
        for key in self._values:
            if key not in self._asked:
                hint = nearest(key, self._asked)
                self.reader.complain((*self.path, key), f"unknown key{hint}")

    def _named(self, key: str, name: str, values: object) -> bool:
        if not _IDENTIFIER.fullmatch(name):
            self.reader.complain(
                (*self.path, key, name),
                "expected a name of small letters, digits and _, at most 32, first a letter",
            )
        elif not isinstance(values, dict):
            self.reader.complain((*self.path, key, name), f"expected a table [{key}.{name}]")
        else:
            return True
        return False


def nearest(word: str, known: Iterable[str]) -> str:
    known = sorted(known)
    near = get_close_matches(word, known, 1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are: {', '.join(known)}" if known else ""
