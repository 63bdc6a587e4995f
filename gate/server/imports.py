"""A registration file goes in: planned against what is stored, applied in one transaction.

Importing a file twice changes nothing, also what the desk corrected in between. A changed row
updates the registration, field by field; a hold stays. What is signed anew: see `changes`.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import datetime

import asyncpg
import msgspec

from gate.access.model import GENERATION_FIRST, Status
from gate.access.policy import Policy
from gate.access.wire import FeedRow
from gate.server.appender import Appender
from gate.server.changes import Changes
from gate.server.issue import Profiles, Signer, pseudonym
from gate.server.registrations.parse import Parsed, Problem, Registration
from gate.server.store import registrations as store
from gate.server.store.registrations import Stored

Progress = Callable[[str, int, int], None]
ROWS_PER_STEP = 500


class ImportProblem(msgspec.Struct, frozen=True):
    """A row (or, with line 0, a file) that was not taken, and why."""

    line: int
    column: str
    value: str
    message: str


class ImportReport(msgspec.Struct, frozen=True):
    file: str
    encoding: str
    separator: str
    dry_run: bool
    rows: int
    """Good rows in the file, each person once."""
    added: int
    updated: int
    unchanged: int
    signed: int
    refused: int
    """Rows with problems: not taken, everything else was."""
    repeats: int
    seconds: float
    unknown_columns: tuple[str, ...] = ()
    problems: tuple[ImportProblem, ...] = ()


class _Plan:
    """What an import would change."""

    def __init__(self, changes: Changes) -> None:
        self.changes = changes
        self.added = self.updated = self.unchanged = 0


async def run(
    appender: Appender,
    policy: Policy,
    signer: Signer,
    parsed: Parsed,
    file: str,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = lambda *_: None,
) -> ImportReport:
    """Apply a parsed file (or only plan it) and report. `progress(step, done, of)` is told how
    far it is; other work of the server goes on meanwhile."""
    started = time.perf_counter()
    plan = _Plan(Changes(Profiles(()), signer, now))

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        nonlocal plan
        plan = await _plan(connection, policy, signer, parsed, now, progress)
        if dry_run:
            return ()
        progress("storing", len(plan.changes.saved), len(parsed.rows))
        return await plan.changes.write(connection, policy.edition)

    if parsed.rows:
        await appender.change(apply)
    return ImportReport(
        file=file,
        encoding=parsed.encoding,
        separator=parsed.separator,
        dry_run=dry_run,
        rows=len(parsed.rows),
        added=plan.added,
        updated=plan.updated,
        unchanged=plan.unchanged,
        signed=len(plan.changes.issued),
        refused=parsed.refused,
        repeats=parsed.repeats,
        seconds=round(time.perf_counter() - started, 3),
        unknown_columns=parsed.unknown_columns,
        problems=tuple(_shown(problem) for problem in parsed.problems),
    )


async def _plan(
    connection: asyncpg.Connection,
    policy: Policy,
    signer: Signer,
    parsed: Parsed,
    now: datetime,
    progress: Progress,
) -> _Plan:
    edition = policy.edition
    before = await store.all_stored(connection, edition)
    signed = await store.badges(connection, edition)
    changes = Changes(Profiles(await store.profiles(connection, edition)), signer, now)
    plan = _Plan(changes)
    taken = await store.taken(connection, edition)
    for done, (_, registration) in enumerate(parsed.rows):
        if done % ROWS_PER_STEP == 0:
            progress("signing", done, len(parsed.rows))
            await asyncio.sleep(0)
        old = before.get(registration.code)
        if old is None:
            plan.added += 1
            holder = pseudonym(taken)
            taken.add(holder)
            changes.take(Stored(registration, holder, 0, GENERATION_FIRST), None, signed)
        elif registration == (old.imported or old.registration):
            plan.unchanged += 1
        else:
            plan.updated += 1
            changes.take(imported_over(old, registration), old, signed)
    return plan


def imported_over(old: Stored, registration: Registration) -> Stored:
    """What the file changed since the last import is taken; what only the desk changed stays.

    A hold stays a hold: the file's status is what the release will give back.
    """
    base, ours = old.imported or old.registration, old.registration
    if old.held_status is not None:
        ours = replace(ours, status=old.held_status)
    news = {
        each.name: theirs
        for each in fields(Registration)
        if (theirs := getattr(registration, each.name)) != getattr(base, each.name)
    }
    merged = replace(ours, **news)
    imported = registration if merged != registration or old.held_status else None
    if old.held_status is None:
        return replace(old, registration=merged, imported=imported)
    held = replace(merged, status=Status.BLOCKED)
    return replace(old, registration=held, held_status=merged.status, imported=imported)


def _shown(problem: Problem) -> ImportProblem:
    return ImportProblem(problem.line, problem.column, problem.value, problem.message)
