"""The preflight's report, as a table for a spreadsheet and as a page for the operator.

Rows are written as they are found; only a few of each kind are kept for the page.
"""

import csv
import html
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from badge_printer.preflight import TO_DO, WHAT, Checked, Kind, Problem

SHOWN_MAX = 200
"""Of one kind on the page; the table has all."""
COLUMNS = ("what", "blocks", "code", "name", "pile", "field", "found", "what to do")
_STYLE = """
body { font: 16px/1.45 "Noto Sans", sans-serif; margin: 2rem auto; max-width: 70rem }
table { border-collapse: collapse; width: 100% } h2 { margin-top: 2rem }
td, th { text-align: start; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #d0d4da }
.bad { color: #b3261e } .good { color: #00695c } 
.todo { background: #f2f4f7; padding: .5rem .75rem }
"""


class Report:
    """Use as a context; `write_page` at the end. Both files are for their owner's eyes only."""

    def __init__(self, out: Path) -> None:
        self._page = out if out.suffix == ".html" else None
        self._file = _private(out.with_suffix(".csv")).open("w", encoding="utf-8-sig", newline="")
        self._table = csv.writer(self._file)
        self._table.writerow(COLUMNS)
        self._kept: dict[Kind, list[Problem]] = {kind: [] for kind in Kind}
        self.counts: dict[Kind, int] = dict.fromkeys(Kind, 0)
        self.badges = self.not_wanted = self.blocking = 0
        self.people_blocked = 0
        self.resident_mb = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, checked: Checked) -> None:
        self.badges += checked.badges
        self.not_wanted += checked.not_wanted
        self.resident_mb = max(self.resident_mb, checked.resident_mb)
        self.people_blocked += len({each.code for each in checked.problems if each.blocking})
        for each in checked.problems:
            self.counts[each.kind] += 1
            self.blocking += each.blocking
            if len(self._kept[each.kind]) < SHOWN_MAX:
                self._kept[each.kind].append(each)
            self._table.writerow(
                [
                    WHAT[each.kind], "yes" if each.blocking else "no", *map(cell, (
                        each.code, each.name, each.pile, each.field, each.said)), TO_DO[each.kind],
                ]
            )  # fmt: skip

    def write_page(self, template: str) -> None:
        if self._page is None:
            return
        parts = [
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Badges checked</title>',
            f"<style>{_STYLE}</style><h1>Badges checked before printing</h1>",
            f"<p>{self.badges:,} badges with the template <b>{html.escape(template)}</b>"
            + (f"; {self.not_wanted:,} of categories that get none" if self.not_wanted else "")
            + ".</p>",
            f'<p class="bad"><b>{self.people_blocked:,} cannot be printed as they are.</b></p>'
            if self.blocking
            else '<p class="good"><b>All can be printed.</b></p>',
        ]
        for kind in Kind:
            if self.counts[kind]:
                parts += self._section(kind)
        _private(self._page).write_text("\n".join(parts), encoding="utf-8")

    def _section(self, kind: Kind) -> list[str]:
        shown = self._kept[kind]
        more = self.counts[kind] - len(shown)
        rows = [
            f'<tr><td>{html.escape(each.code)}</td><td dir="auto">{html.escape(each.name)}</td>'
            f"<td>{html.escape(each.field.replace('_', ' '))}</td><td>{html.escape(each.said)}</td>"
            f"<td>{'cannot be printed' if each.blocking else 'to look at'}</td></tr>"
            for each in shown
        ]
        tail = [f"<p>And {more:,} more, in the table beside this page.</p>"] if more else []
        return [
            f"<h2>{WHAT[kind]}: {self.counts[kind]:,}</h2>",
            f'<p class="todo">{TO_DO[kind]}</p>',
            "<table><tr><th>Code<th>Name<th>Field<th>Found<th>Badge</tr>",
            *rows,
            "</table>",
            *tail,
        ]


def _private(path: Path) -> Path:
    """The file exists and only its owner reads it: it names people."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    path.chmod(0o600)
    return path


def cell(text: str) -> str:
    """A spreadsheet must not take a name for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text
