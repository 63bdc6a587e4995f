"""The edition's badge-signing keys: which there are, which one signs, where the private halves are.

The private half is a file of the server, mode 0600, in no table and no answer; the database holds
the public ones, and lanes are told of those. Rules kept here:

- The newest key that is trusted, and whose private half is here, signs. Older ones stay trusted
  until one is revoked or withdrawn; its file is put away under that name, so that a database
  restored from an older backup cannot bring it back.
- A private half that the database does not know (it was restored) is taken in: badges bear it.
- Where no private half is left, a new key is made. Badges of the lost one stay good.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from nacl.signing import SigningKey as PrivateKey

from gate.access.model import KeyStatus, Kind, SigningKey
from gate.access.policy import Policy
from gate.server.issue import secret

KEYS_MAX = 255
"""A badge holds one byte for the number of its key."""
SLACK_MIN = 60
"""A key is trusted from a little before it was made: a clock put right must refuse nobody."""


class TooManyKeys(Exception):
    """A badge names its key in one byte; this edition had 255."""


class PrivateHalves:
    """The files of one edition's keys."""

    def __init__(self, folder: Path, edition: str) -> None:
        self._folder = folder
        self._edition = edition
        self._pattern = re.compile(re.escape(edition) + r"-(\d{1,3})\.(key|revoked|withdrawn)")

    def seeds(self) -> dict[int, tuple[bytes, KeyStatus]]:
        """Number -> private half, and what its file says became of the key."""
        found: dict[int, tuple[bytes, KeyStatus]] = {}
        for path in sorted(self._folder.glob(f"{self._edition}-*")):
            named = self._pattern.fullmatch(path.name)
            if named:
                word = named[2]
                status = KeyStatus.ACTIVE if word == "key" else KeyStatus(word)
                found[int(named[1])] = path.read_bytes(), status
        return found

    def make(self, key_id: int) -> bytes:
        """The private half of a new key; on disk when it returns."""
        return secret(self._path(key_id, "key"))

    def put_away(self, key_id: int, status: KeyStatus) -> None:
        """This key signs nothing any more, whatever a database says."""
        for before in ("key", "revoked"):
            path = self._path(key_id, before)
            if path.exists() and before != status.value:
                path.rename(self._path(key_id, status.value))

    def _path(self, key_id: int, word: str) -> Path:
        return self._folder / f"{self._edition}-{key_id}.{word}"


@dataclass(frozen=True, slots=True)
class Ring:
    """`keys` are all there are; `signs` is the one that signs, `seed` its private half."""

    keys: Mapping[int, SigningKey]
    signs: SigningKey
    seed: bytes


def ring(policy: Policy, stored: Iterable[SigningKey], halves: PrivateHalves, at: datetime) -> Ring:
    """What database and files say together; makes a key where none is left to sign."""
    seeds = halves.seeds()
    keys = {each.key_id: _in_edition(each, policy) for each in stored}
    for key_id, (seed, status) in seeds.items():
        known = keys.get(key_id) or public_half(policy, key_id, seed, at)
        if status is not KeyStatus.ACTIVE and known.public == _public(seed):
            known = replace(known, status=_worse(known.status, status))
        keys[key_id] = known
    able = [
        each
        for each in keys.values()
        if each.status is KeyStatus.ACTIVE
        and each.key_id in seeds
        and each.public == _public(seeds[each.key_id][0])
    ]
    if able:
        signs = max(able, key=lambda each: each.key_id)
        return Ring(keys, signs, seeds[signs.key_id][0])
    key_id = next_number({*keys, *seeds})
    seed = halves.make(key_id)
    signs = public_half(policy, key_id, seed, at)
    return Ring({**keys, key_id: signs}, signs, seed)


def next_number(taken: Iterable[int]) -> int:
    """Raises TooManyKeys."""
    number = max(taken, default=0) + 1
    if number > KEYS_MAX:
        raise TooManyKeys("a badge names its key in one byte; this edition had 255")
    return number


def public_half(policy: Policy, key_id: int, seed: bytes, at: datetime) -> SigningKey:
    """Trusted for badges issued from about `at` to the edition's end; the first from its epoch."""
    since_min = max(0, policy.minutes(at) - SLACK_MIN) if key_id > 1 else 0
    return SigningKey(
        key_id=key_id,
        public=_public(seed),
        not_before=policy.epoch + timedelta(minutes=since_min),
        not_after=policy.expires,
        kinds=frozenset(Kind) - {Kind.TEST},
    )


def _public(seed: bytes) -> bytes:
    return bytes(PrivateKey(seed).verify_key)


def _in_edition(key: SigningKey, policy: Policy) -> SigningKey:
    """A policy may have moved the edition's beginning or end since."""
    begins = policy.epoch if key.key_id == 1 else max(key.not_before, policy.epoch)
    return replace(key, not_before=begins, not_after=policy.expires)


def _worse(one: KeyStatus, other: KeyStatus) -> KeyStatus:
    order = (KeyStatus.ACTIVE, KeyStatus.REVOKED, KeyStatus.WITHDRAWN)
    return max(one, other, key=order.index)
