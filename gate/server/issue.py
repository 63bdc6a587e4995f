"""Signing: which pseudonym, which profile, and the badge text that results.

Which key signs is said in `signing_keys`. A signature is a row of `badge` in the same transaction
that releases it.
"""

import os
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from nacl.signing import SigningKey as PrivateKey

from gate.access.credential import sign
from gate.access.model import (
    CategoryId,
    Credential,
    Entitlement,
    Holder,
    Profile,
)
from gate.access.policy import Policy
from gate.server.registrations.parse import Registration
from gate.server.store.registrations import Issued, meaning

PROFILES_MAX = 65_535
_SECRET_BYTES = 32


class TooManyProfiles(Exception):
    """A badge holds 65,535 profile numbers; this edition would need more."""


class Signer:
    """One private key, and the number gates know its public half by."""

    def __init__(self, policy: Policy, key_id: int, seed: bytes) -> None:
        self._policy = policy
        self.turn_to(key_id, seed)

    def turn_to(self, key_id: int, seed: bytes) -> None:
        """This key signs from now on."""
        self.key_id, self._private = key_id, PrivateKey(seed)

    def issue(
        self, holder: int, generation: int, issue: int, profile: Profile, at: datetime
    ) -> Issued:
        """A signed badge; its profile is in force from `at`."""
        issued_min = max(0, self._policy.minutes(at))
        credential = Credential(
            kind=self._policy.categories[profile.category].kind,
            key_id=self.key_id,
            edition=self._policy.number,
            holder=Holder(holder),
            generation=generation,
            profile=profile.number,
            issued_min=min(issued_min, 0xFFFFFF),
            expires_h=self._policy.expires_h(),
        )
        text = sign(credential, self._private)
        return Issued(
            holder,
            generation,
            issue,
            credential.key_id,
            profile.number,
            credential.issued_min,
            text,
        )


def secret(path: Path) -> bytes:
    """The 32 random bytes in a file that only its owner reads; made when it is not there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        part = path.with_suffix(".part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    return path.read_bytes()


def pseudonym(taken: Collection[int]) -> int:
    """A random 32-bit number nobody of the edition has; 0 is nobody."""
    while True:
        holder = secrets.randbits(32)
        if holder and holder not in taken:
            return holder


class Profiles:
    """The entitlement table: one number for each different category and set of event days."""

    def __init__(self, known: Iterable[Profile]) -> None:
        self._by_meaning = {meaning(p.category, p.entitlements): p for p in known}
        self.added: list[Profile] = []

    def of(self, registration: Registration) -> Profile:
        return self.for_meaning(registration.category, registration.entitlements)

    def for_meaning(self, category: CategoryId, entitlements: tuple[Entitlement, ...]) -> Profile:
        key = meaning(category, entitlements)
        profile = self._by_meaning.get(key)
        if profile is None:
            number = len(self._by_meaning) + 1
            if number > PROFILES_MAX:
                raise TooManyProfiles(f"{number:,} different sets of entitlements")
            profile = Profile(number, category, entitlements)
            self._by_meaning[key] = profile
            self.added.append(profile)
        return profile
