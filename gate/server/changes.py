"""Changed registrations on their way into the database: what is stored, signed and told.

The one way in for an import and for a desk. A registration is signed anew, in the same
generation, only where its entitlements or category changed or it was just approved. A badge
signed before keeps opening what the record says now: the record overrules the badge. A generation
that is on a phone is never signed for paper: it would be a second badge with its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import asyncpg

from gate.access.model import Status
from gate.access.wire import FeedRow
from gate.server.issue import Profiles, Signer
from gate.server.store import registrations as store
from gate.server.store.registrations import Issued, Stored

Signed = Mapping[tuple[int, int], tuple[int, int]]
"""(holder, generation) -> (newest issue, the profile it was signed with)."""


class Changes:
    """Collected before anything is written; `write` stores them all."""

    def __init__(self, profiles: Profiles, signer: Signer, now: datetime) -> None:
        self.profiles = profiles
        self.saved: list[Stored] = []
        self.issued: list[Issued] = []
        self.told: list[FeedRow] = []
        self._signer = signer
        self._now = now

    def take(self, new: Stored, old: Stored | None, signed: Signed) -> Stored:
        """The registration as it will be stored: with the number of its profile."""
        profile = self.profiles.of(new.registration)
        new = replace(new, profile=profile.number, version=old.version + 1 if old else 1)
        self.saved.append(new)
        if old is None or old.row != new.row:
            self.told.append(FeedRow(seq=0, holder=new.row))
        issue, signed_profile = signed.get((new.holder, new.generation), (0, None))
        on_phone = new.digital == new.generation
        if (
            new.registration.status is Status.APPROVED
            and signed_profile != profile.number
            and (not on_phone)
        ):
            self.issued.append(
                self._signer.issue(new.holder, new.generation, issue + 1, profile, self._now)
            )
        return new

    async def write(self, connection: asyncpg.Connection, edition: str) -> Sequence[FeedRow]:
        """Store everything; the rows to tell."""
        for profile in self.profiles.added:
            await store.save_profile(connection, edition, profile)
        if self.saved:
            await store.save(connection, edition, self.saved, int(self._now.timestamp() * 1000))
        if self.issued:
            await store.save_badges(connection, edition, self.issued)
        return [*(FeedRow(seq=0, profile=each) for each in self.profiles.added), *self.told]
