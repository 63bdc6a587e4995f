"""Changing one registration: the version seen, the change, its history, and taking it back.

Rules kept here:
- Whoever edits says which version they saw; a newer one is a `Conflict` that shows both.
- What changed stands in the history with before and after, in the transaction that changed it.
- Only the newest change is undone, within UNDO_MIN minutes, and only when nothing followed it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import msgspec

from gate.access.badge_number import holder as holder_of_badge
from gate.access.badge_number import number as badge_number
from gate.access.model import GENERATION_FIRST, Status
from gate.access.wire import FeedRow
from gate.server.changes import Changes
from gate.server.issue import Profiles, pseudonym
from gate.server.problem import Refused
from gate.server.registrations.parse import Registration
from gate.server.service import Service
from gate.server.store import desk as store
from gate.server.store import registrations
from gate.server.store.desk import Fields, Past
from gate.server.store.registrations import Stored

UNDO_MIN = 15
BADGE_MARK = "~"
"""`~0123-4567` in place of a code names a person by the number on the badge; no code starts so."""
UNDOABLE = frozenset({"corrected", "status", "held", "released", "noted", "collected"})


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done, by whom, and why."""

    act: str
    who: str
    why: str = ""


class Conflict(Exception):
    """Somebody else changed this registration since it was read; `stored` is how it stands now,
    `since` what changed, the newest first."""

    def __init__(self, stored: Stored, since: Sequence[Past]) -> None:
        super().__init__(f"version {stored.version} is newer")
        self.stored = stored
        self.since = since


async def find_one(connection: registrations.Connection, edition: str, name: str) -> Stored:
    """By code, or by `~` and the badge's number. Raises Refused 404."""
    stored = None
    if not name.startswith(BADGE_MARK):
        stored = await registrations.one(connection, edition, name)
    elif holder := holder_of_badge(name.removeprefix(BADGE_MARK)):
        stored = await registrations.of_holder(connection, edition, holder)
    if stored is None:
        raise Refused(404, "No such registration", "there is none with this code")
    return stored


async def edit(
    service: Service, name: str, seen: int, doing: Doing, change: Callable[[Stored], Stored]
) -> Stored:
    """The registration after `change`, stored, signed anew where it must be, told to lanes.

    A change that changes nothing leaves no trace. Raises Conflict, Refused, and what `change`
    raises.
    """
    done: list[Stored] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        old = await find_one(connection, service.policy.edition, name)
        await _check_version(connection, service, old, seen)
        new, rows = await save(connection, service, old, change(old), doing)
        done.append(new)
        return rows

    await service.appender.change(apply)
    service.live.wake()
    return done[0]


async def save(
    connection: asyncpg.Connection, service: Service, old: Stored, new: Stored, doing: Doing
) -> tuple[Stored, Sequence[FeedRow]]:
    """Within a transaction of the appender's: the change, with its history."""
    before, after = differing(old, new)
    if not after:
        return old, ()
    edition, now = service.policy.edition, service.clock.now()
    changes = Changes(
        Profiles(await registrations.profiles(connection, edition)), service.signer, now
    )
    signed = await registrations.badges_of(connection, edition, new.holder)
    kept = changes.take(replace(new, imported=old.imported or old.registration), old, signed)
    rows = await changes.write(connection, edition)
    await store.add_history(
        connection, edition, kept.registration.code, service.clock.now_ms(),
        doing.who, doing.act, doing.why, kept.version, before, after,
    )  # fmt: skip
    return kept, rows


async def add(service: Service, registration: Registration, doing: Doing) -> Stored:
    """A new registration. Raises Refused 409 when the code is taken."""
    done: list[Stored] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition, now = service.policy.edition, service.clock.now()
        if await registrations.one(connection, edition, registration.code):
            raise Refused(409, "Code taken", f"{registration.code} is somebody else's")
        changes = Changes(
            Profiles(await registrations.profiles(connection, edition)), service.signer, now
        )
        holder = pseudonym(await registrations.taken(connection, edition))
        done.append(changes.take(Stored(registration, holder, 0, GENERATION_FIRST), None, {}))
        rows = await changes.write(connection, edition)
        await store.add_history(
            connection, edition, registration.code, service.clock.now_ms(),
            doing.who, doing.act, doing.why, 1, {}, flat(done[0]),
        )  # fmt: skip
        return rows

    await service.appender.change(apply)
    return done[0]


# --- holding


def held(old: Stored) -> Stored:
    """Blocked everywhere, remembering what to give back. Raises Refused when on hold already."""
    if old.held_status is not None or old.registration.status is Status.BLOCKED:
        raise Refused(409, "On hold already", "release it first")
    blocked = replace(old.registration, status=Status.BLOCKED)
    return replace(old, registration=blocked, held_status=old.registration.status)


def released(old: Stored) -> Stored:
    if old.registration.status is not Status.BLOCKED:
        raise Refused(409, "Not on hold", "there is nothing to release")
    given_back = old.held_status or Status.PENDING
    return replace(old, registration=replace(old.registration, status=given_back), held_status=None)


# --- undoing


async def undo(service: Service, name: str, seen: int, doing: Doing, anybodys: bool) -> Stored:
    """The registration as before the newest change; `anybodys`: also somebody else's."""
    done: list[Stored] = []

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition = service.policy.edition
        old = await find_one(connection, edition, name)
        await _check_version(connection, service, old, seen)
        past = await undoable(connection, service, old)
        if past is None:
            raise Refused(409, "Nothing to undo", f"only the last change of {UNDO_MIN} minutes")
        if past.who != doing.who and not anybodys:
            raise Refused(403, "Not allowed", f"{past.who} did it; ask them, or the desk's lead")
        if past.act == "collected":
            await store.forget_collection(connection, edition, old.registration.code)
            await registrations.touch(connection, edition, [old.holder])
            await store.add_history(
                connection, edition, old.registration.code, service.clock.now_ms(),
                doing.who, doing.act, past.act, old.version, past.after, past.before,
            )  # fmt: skip
            done.append(old)
            return ()
        new, rows = await save(
            connection, service, old, with_fields(old, past.before), replace(doing, why=past.act)
        )
        done.append(new)
        return rows

    await service.appender.change(apply)
    service.live.wake()
    return done[0]


async def undoable(
    connection: registrations.Connection, service: Service, stored: Stored
) -> Past | None:
    """The newest act, if it can still be taken back."""
    edition, code = service.policy.edition, stored.registration.code
    newest = await store.history(connection, edition, code, limit=1)
    if not newest or newest[0].act not in UNDOABLE or newest[0].version != stored.version:
        return None
    recent = service.clock.now_ms() - newest[0].at_ms <= UNDO_MIN * 60_000
    return newest[0] if recent else None


# --- what differs


def flat(stored: Stored) -> Fields:
    """Everything a desk can change, as JSON has it."""
    fields: Fields = msgspec.to_builtins(stored.registration, order="deterministic")
    return fields | {
        "notes": stored.notes,
        "held_status": stored.held_status and stored.held_status.value,
        "badge": badge_number(stored.holder),
    }


def differing(old: Stored, new: Stored) -> tuple[Fields, Fields]:
    """(before, after) of the fields that are not the same."""
    was, is_now = flat(old), flat(new)
    names = [name for name in was if was[name] != is_now[name]]
    return {n: was[n] for n in names}, {n: is_now[n] for n in names}


def with_fields(stored: Stored, fields: Fields) -> Stored:
    """The registration with these of its fields; the inverse of `flat`."""
    values: dict[str, Any] = flat(stored) | fields
    held_status = values.pop("held_status")
    notes = values.pop("notes")
    values.pop("badge")
    return replace(
        stored,
        registration=msgspec.convert(values, Registration),
        notes=notes,
        held_status=Status(held_status) if held_status else None,
    )


async def _check_version(
    connection: asyncpg.Connection, service: Service, stored: Stored, seen: int
) -> None:
    if stored.version != seen:
        code = stored.registration.code
        since = await store.history(connection, service.policy.edition, code, seen)
        raise Conflict(stored, since)
