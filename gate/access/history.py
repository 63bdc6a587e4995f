"""What the feed said at any of its positions: the tables a decision rested on, as they were."""

from bisect import bisect_right
from collections import defaultdict
from typing import Generic, TypeVar

from gate.access.model import HolderRecord, Mode, Profile, SigningKey
from gate.access.policy import Policy
from gate.access.wire import FeedRow

T = TypeVar("T")


class _Past(Generic[T]):
    """One thing's values, each from a position on."""

    def __init__(self) -> None:
        self._since: list[int] = []
        self.values: list[T] = []

    def add(self, seq: int, value: T) -> None:
        self._since.append(seq)
        self.values.append(value)

    def at(self, seq: int) -> T | None:
        """None: nothing was said of it yet."""
        place = bisect_right(self._since, seq)
        return self.values[place - 1] if place else None


class History:
    """Tell it every row, in the order of the feed."""

    def __init__(self) -> None:
        self._holders: defaultdict[int, _Past[HolderRecord]] = defaultdict(_Past)
        self._profiles: defaultdict[int, _Past[Profile]] = defaultdict(_Past)
        self._keys: defaultdict[int, _Past[SigningKey]] = defaultdict(_Past)
        self._policies: defaultdict[int, _Past[Policy]] = defaultdict(_Past)
        self._modes: _Past[Mode] = _Past()

    def tell(self, row: FeedRow, policy: Policy | None = None) -> None:
        """`policy` is the row's policy text, already read."""
        if row.holder is not None:
            self._holders[row.holder.holder].add(row.seq, row.holder.record())
        if row.profile is not None:
            self._profiles[row.profile.number].add(row.seq, row.profile)
        if row.key is not None:
            self._keys[row.key.key_id].add(row.seq, row.key)
        if row.mode is not None:
            self._modes.add(row.seq, row.mode)
        if policy is not None:
            self._policies[policy.version].add(row.seq, policy)

    def holder(self, holder: int, seq: int) -> HolderRecord | None:
        return self._holders[holder].at(seq) if holder in self._holders else None

    def newest(self, holder: int) -> int:
        """The highest generation the feed ever named."""
        past = self._holders.get(holder)
        return max((each.generation for each in past.values), default=0) if past else 0

    def profiles(self, seq: int) -> dict[int, Profile]:
        return _all(self._profiles, seq)

    def keys(self, seq: int) -> dict[int, SigningKey]:
        return _all(self._keys, seq)

    def mode(self, seq: int) -> Mode:
        return self._modes.at(seq) or Mode.NORMAL

    def policy(self, version: int, seq: int) -> Policy | None:
        """A version's text may have been corrected without a new number: the one in force. A server
        that starts with a new policy decides by it before the feed has told."""
        past = self._policies.get(version)
        return (past.at(seq) or past.values[0]) if past else None


def _all(pasts: dict[int, _Past[T]], seq: int) -> dict[int, T]:
    return {n: value for n, past in pasts.items() if (value := past.at(seq)) is not None}
