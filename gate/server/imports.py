"""A registration file goes in: planned against what is stored, applied in one transaction.

Importing a file twice changes nothing. A changed row updates the registration; it is signed anew,
in the same generation, only where its entitlements or category changed or it was just approved.
A badge signed before keeps opening what the record says now: the record overrules the badge.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime

import asyncpg
import msgspec

from gate.access.model import Status
from gate.access.policy import Policy
from gate.access.wire import FeedRow
from gate.server.appender import Appender
from gate.server.issue import GENERATION_FIRST, Profiles, Signer, pseudonym
from gate.server.registrations.parse import Parsed, Problem
from gate.server.store import registrations as store
from gate.server.store.registrations import Issued, Stored

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
    """What an import would store, and the rows lanes would be told."""

    def __init__(self, profiles: Profiles) -> None:
        self.profiles = profiles
        self.saved: list[Stored] = []
        self.issued: list[Issued] = []
        self.told: list[FeedRow] = []
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
    plan = _Plan(Profiles(()))

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        nonlocal plan
        plan = await _plan(connection, policy, signer, parsed, now, progress)
        if dry_run:
            return ()
        progress("storing", len(plan.saved), len(parsed.rows))
        for profile in plan.profiles.added:
            await store.save_profile(connection, policy.edition, profile)
        if plan.saved:
            now_ms = int(now.timestamp() * 1000)
            await store.save(connection, policy.edition, plan.saved, now_ms)
        if plan.issued:
            await store.save_badges(connection, policy.edition, plan.issued)
        rows = [FeedRow(seq=0, profile=profile) for profile in plan.profiles.added]
        return [*rows, *plan.told]

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
        signed=len(plan.issued),
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
    plan = _Plan(Profiles(await store.profiles(connection, edition)))
    taken = {each.holder for each in before.values()}
    for done, (_, registration) in enumerate(parsed.rows):
        if done % ROWS_PER_STEP == 0:
            progress("signing", done, len(parsed.rows))
            await asyncio.sleep(0)
        old = before.get(registration.code)
        if old is not None and old.registration == registration:
            plan.unchanged += 1
            continue
        if old is None:
            plan.added += 1
            holder, generation = pseudonym(taken), GENERATION_FIRST
            taken.add(holder)
        else:
            plan.updated += 1
            holder, generation = old.holder, old.generation
        profile = plan.profiles.of(registration)
        new = Stored(registration, holder, profile.number, generation)
        plan.saved.append(new)
        if old is None or old.row != new.row:
            plan.told.append(FeedRow(seq=0, holder=new.row))
        issue, signed_profile = signed.get((holder, generation), (0, None))
        if registration.status is Status.APPROVED and signed_profile != profile.number:
            plan.issued.append(signer.issue(holder, generation, issue + 1, profile, now))
    return plan


def _shown(problem: Problem) -> ImportProblem:
    return ImportProblem(problem.line, problem.column, problem.value, problem.message)
