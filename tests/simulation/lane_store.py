"""A lane's store in memory: what `LaneStore` keeps in SQLite, as plain values.

Each call is one transaction, durable when it returns; `tests/unit/test_edge_power_loss.py` proves
that of the real file, and `test_lane_store` that the two answer alike. Trouble comes on command.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import msgspec

from gate.access.ledger import LogRecord, Move
from gate.access.model import Mode
from gate.access.wire import FeedRow, Snapshot
from gate.edge.store import TOLD_KEPT_MAX, StoreUnusable


class PowerCut(BaseException):
    """The lane's program ends in the middle of a write."""


@dataclass(slots=True)
class Tables:
    """What is on disk."""

    meta: dict[str, str] = field(default_factory=dict)
    keys: dict = field(default_factory=dict)
    profiles: dict = field(default_factory=dict)
    holders: dict = field(default_factory=dict)
    supervisors: dict = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    told: list[Move] = field(default_factory=list)
    generations: dict[int, int] = field(default_factory=dict)
    log: dict[int, list[LogRecord]] = field(default_factory=dict)


class MemoryStore:
    def __init__(self) -> None:
        self.disk = Tables()
        self.fails = False
        """Every write is refused, as by a disk that is full."""
        self.cut: bool | None = None
        """The power goes at the next write; True: just after it reached the disk."""

    def close(self) -> None:
        pass

    @contextmanager
    def reading(self) -> Iterator[None]:
        yield

    @contextmanager
    def _write(self) -> Iterator[Tables]:
        if self.fails:
            raise sqlite3.OperationalError("database or disk is full")
        cut, self.cut = self.cut, None
        if cut is False:
            raise PowerCut
        yield self.disk
        if cut:
            raise PowerCut

    def claim(self, device: str) -> None:
        owner = self.disk.meta.get("device")
        if owner is None:
            with self._write() as disk:
                disk.meta["device"] = device
        elif owner != device:
            raise StoreUnusable(f"belongs to {owner}")

    # --- what was synced

    def snapshot(self) -> Snapshot | None:
        disk, meta = self.disk, self.disk.meta
        if "cursor" not in meta or "policy" not in meta:
            return None
        return Snapshot(
            cursor=int(meta["cursor"]),
            known_until_min=int(meta.get("known_until_min", 0)),
            policy=meta["policy"],
            keys=tuple(disk.keys[n] for n in sorted(disk.keys)),
            profiles=tuple(disk.profiles[n] for n in sorted(disk.profiles)),
            holders=tuple(disk.holders[n] for n in sorted(disk.holders)),
            mode=Mode(meta.get("mode", Mode.NORMAL)),
            supervisors=tuple(disk.supervisors[n] for n in sorted(disk.supervisors)),
            moves=(*disk.moves, *disk.told),
            moves_through=int(meta.get("moves_through", 0)),
            timeline=meta.get("timeline", ""),
            lan_key=meta.get("lan_key", ""),
        )

    def replace(self, snapshot: Snapshot) -> None:
        with self._write() as disk:
            if disk.meta.get("lan_key") != snapshot.lan_key:
                disk.told = []
            self._keep_generations(disk)
            disk.keys = {each.key_id: each for each in snapshot.keys}
            disk.profiles = {each.number: each for each in snapshot.profiles}
            disk.holders = {each.holder: each for each in snapshot.holders}
            disk.supervisors = {each.number: each for each in snapshot.supervisors}
            disk.moves = list(snapshot.moves)
            disk.meta |= {
                "moves_through": str(snapshot.moves_through),
                "policy": snapshot.policy,
                "mode": snapshot.mode.value,
                "timeline": snapshot.timeline,
                "lan_key": snapshot.lan_key,
                "cursor": str(snapshot.cursor),
                "known_until_min": str(snapshot.known_until_min),
            }

    def _keep_generations(self, disk: Tables) -> None:
        for row in disk.holders.values():
            if row.generation > 1:
                before = disk.generations.get(row.holder, 0)
                disk.generations[row.holder] = max(row.generation, before)

    def apply(
        self,
        rows: Iterable[FeedRow],
        known_until_min: int | None,
        moves: Iterable[Move] = (),
        moves_through: int | None = None,
    ) -> None:
        with self._write() as disk:
            disk.moves.extend(moves)
            if moves_through is not None:
                disk.meta["moves_through"] = str(moves_through)
            for row in rows:
                self._apply(disk, row)
            if known_until_min is not None:
                disk.meta["known_until_min"] = str(known_until_min)

    def _apply(self, disk: Tables, row: FeedRow) -> None:
        if row.key:
            disk.keys[row.key.key_id] = row.key
        if row.profile:
            disk.profiles[row.profile.number] = row.profile
        if row.holder:
            disk.holders[row.holder.holder] = row.holder
        if row.supervisor:
            disk.supervisors[row.supervisor.number] = row.supervisor
        if row.policy is not None:
            disk.meta["policy"] = row.policy
        if row.mode is not None:
            disk.meta["mode"] = row.mode.value
            disk.meta.pop("local_mode", None)
        disk.meta["cursor"] = str(row.seq)

    def heard(self, moves: Iterable[Move], raised: Iterable[tuple[int, int]]) -> None:
        with self._write() as disk:
            disk.told.extend(each for each in moves if each not in disk.told)
            del disk.told[:-TOLD_KEPT_MAX]
            _raise(disk, raised)

    def told(self) -> tuple[Move, ...]:
        return tuple(self.disk.told)

    def keep_moves(self, moves: Iterable[Move]) -> None:
        with self._write() as disk:
            disk.moves = list(moves)

    def wipe(self) -> None:
        with self._write() as disk:
            self._keep_generations(disk)
            disk.keys, disk.profiles, disk.holders, disk.supervisors = {}, {}, {}, {}
            disk.moves, disk.told = [], []
            for name in ("cursor", "policy", "local_mode", "lan_key"):
                disk.meta.pop(name, None)

    def granted(self) -> dict[tuple[int, str], int]:
        named = ((name.split(" "), value) for name, value in self.disk.meta.items())
        return {(int(n[1]), n[2]): int(value) for n, value in named if n[0] == "granted"}

    def set_granted(self, epoch: int, zone: str, total: int) -> None:
        self._set(f"granted {epoch} {zone}", str(total))

    def local_mode(self) -> Mode | None:
        value = self.disk.meta.get("local_mode")
        return Mode(value) if value else None

    def peers(self) -> tuple[str, ...]:
        return tuple(self.disk.meta.get("peers", "").split())

    def set_peers(self, peers: Iterable[str]) -> None:
        self._set("peers", " ".join(peers))

    def wrong_pins(self) -> list[int]:
        return [int(at_ms) for at_ms in self.disk.meta.get("wrong_pins", "").split()]

    def set_wrong_pins(self, at_ms: Iterable[int]) -> None:
        self._set("wrong_pins", " ".join(map(str, at_ms)))

    def offset_ms(self) -> int:
        return int(self.disk.meta.get("offset_ms", 0))

    def set_offset_ms(self, offset_ms: int) -> None:
        self._set("offset_ms", str(offset_ms))

    # --- what happened here

    def append(
        self,
        record: LogRecord,
        raised: Iterable[tuple[int, int]] = (),
        local_mode: Mode | None = None,
    ) -> None:
        with self._write() as disk:
            if local_mode is not None:
                disk.meta["local_mode"] = local_mode.value
            log = disk.log.setdefault(record.epoch, [])
            if record.number != len(log) + 1:
                raise sqlite3.IntegrityError("UNIQUE constraint failed: log.epoch, log.number")
            log.append(record)
            _raise(disk, raised)

    def highest(self) -> dict[int, int]:
        return {epoch: len(log) for epoch, log in sorted(self.disk.log.items()) if log}

    def batch(self, epoch: int, after: int, limit: int) -> list[LogRecord]:
        return self.disk.log.get(epoch, [])[after : after + limit]

    def record(self, epoch: int, number: int) -> LogRecord | None:
        log = self.disk.log.get(epoch, [])
        return log[number - 1] if 0 < number <= len(log) else None

    def records(self) -> Iterator[LogRecord]:
        return (record for epoch in sorted(self.disk.log) for record in self.disk.log[epoch])

    def generations(self) -> dict[int, int]:
        return dict(self.disk.generations)

    def acked(self) -> dict[int, int]:
        meta = self.disk.meta.items()
        return {int(name[6:]): int(value) for name, value in meta if name.startswith("acked ")}

    def set_acked(self, epoch: int, number: int) -> None:
        self._set(f"acked {epoch}", str(number))

    def _set(self, name: str, value: str) -> None:
        with self._write() as disk:
            disk.meta[name] = value


def _raise(disk: Tables, raised: Iterable[tuple[int, int]]) -> None:
    for holder, generation in raised:
        disk.generations[holder] = max(generation, disk.generations.get(holder, 0))


class Twin:
    """The store in memory and another beside it: every call must give the same answer. Trouble
    comes to the first; what it did not write, the other is not asked to."""

    def __init__(self, memory: MemoryStore, other: object) -> None:
        object.__setattr__(self, "_both", (memory, other))

    def __getattr__(self, name: str):
        memory, other = self._both
        if name in ("disk", "fails", "cut", "reading"):
            return getattr(memory, name)

        def call(*arguments):
            arguments = tuple(list(a) if _is_stream(a) else a for a in arguments)
            cut = memory.cut
            try:
                answer = _plain(getattr(memory, name)(*arguments))
            except PowerCut:
                if cut:
                    getattr(other, name)(*arguments)
                raise
            same = _plain(getattr(other, name)(*arguments))
            assert answer == same, f"{name}{arguments}: {answer} in memory, {same} in the file"
            return answer

        return call

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._both[0], name, value)


def _is_stream(value: object) -> bool:
    return not isinstance(value, str | tuple | list | msgspec.Struct | int | type(None))


def _plain(answer: object) -> object:
    return list(answer) if isinstance(answer, Iterator) else answer
