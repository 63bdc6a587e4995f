"""A disk that loses power: every write of SQLite is recorded, then cut off at any point.

The lane's own statements run over a recording file system (an SQLite VFS). Afterwards the same
files are built as a disk would have them had the power gone at a chosen moment: what was synced is
there; of what was not, any sectors in any order are there or not, or only in part. A file that was
made or removed is so for sure once its folder was synced; until then the disk may have either.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import apsw

SECTOR = 512
_names = count()


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: str
    folder: bool
    """SQLite syncs the folder too at the first sync of a journal or log it made."""


@dataclass(frozen=True, slots=True)
class Name:
    """The file is made, or removed."""

    file: str
    there: bool


@dataclass(slots=True)
class Disk:
    """What was asked of the disk, in order, and which promises had been given by then."""

    asked: list[Write | Truncate | Sync | Name] = field(default_factory=list)
    promised: list[tuple[int, object]] = field(default_factory=list)
    """(length of `asked`, promise): given to people after that many operations."""

    def promise(self, what: object) -> None:
        self.promised.append((len(self.asked), what))

    def promises_by(self, moment: int) -> list[object]:
        return [what for then, what in self.promised if then <= moment]

    def connect(self, after: Callable[["Connection"], None] | None = None):
        """A connection factory for `LaneStore`: real SQLite over this disk."""

        def connect(path: Path) -> "Connection":
            vfs = _Vfs(f"power{next(_names)}", self)
            connection = Connection(apsw.Connection(str(path), vfs=vfs.name), vfs)
            if after:
                after(connection)
            return connection

        return connect

    def crashes(self, moments: list[int], dice: random.Random) -> Iterator[tuple[int, dict]]:
        """(moment, files as the disk has them) for each moment, in order."""
        state, wanted = _State(), iter(sorted(moments))
        moment = next(wanted, None)
        for done in range(len(self.asked) + 1):
            while moment == done:
                yield moment, state.survivors(dice)
                moment = next(wanted, None)
            if done < len(self.asked):
                state.take(self.asked[done])


@dataclass(slots=True)
class _State:
    """`synced` and `named` are certain; `pending` and the difference to `there` are not."""

    synced: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[Write | Truncate]] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def take(self, asked: Write | Truncate | Sync | Name) -> None:
        match asked:
            case Name(file, there):
                (self.there.add if there else self.there.discard)(file)
            case Sync(file, folder):
                body = self.synced.setdefault(file, bytearray())
                for operation in self.pending.pop(file, []):
                    _apply(body, operation)
                if folder:
                    self.named = set(self.there)
            case _:
                self.pending.setdefault(asked.file, []).append(asked)

    def survivors(self, dice: random.Random) -> dict[str, bytes]:
        """Every unsynced write is kept, lost, or cut into sectors of which some are kept."""
        names = {
            name
            for name in self.there | self.named
            if name in self.there & self.named or dice.random() < 0.5
        }
        how, files = dice.choice(("none", "all", "prefix", "sectors", "torn")), {}
        for name in names:
            body = bytearray(self.synced.get(name, b""))
            operations = self.pending.get(name, [])
            kept = {"none": 0, "prefix": dice.randint(0, len(operations))}
            for operation in operations[: kept.get(how, len(operations))]:
                for piece in _pieces(operation, how, dice):
                    _apply(body, piece)
            files[name] = bytes(body)
        return files


class Connection:
    """As much of `sqlite3.Connection` as the lane's store uses."""

    def __init__(self, real: apsw.Connection, vfs: "_Vfs") -> None:
        self._real = real
        self._vfs = vfs
        self.execute = real.execute
        self.executemany = real.executemany
        self.close = real.close

    @property
    def in_transaction(self) -> bool:
        return self._real.in_transaction


class _Vfs(apsw.VFS):
    def __init__(self, name: str, disk: Disk) -> None:
        self.name = name
        self._disk = disk
        super().__init__(name, base="")

    def xOpen(self, name, flags):
        return _File("", name, flags, self._disk)

    def xDelete(self, name, sync_folder):
        super().xDelete(name, sync_folder)
        assert not sync_folder, "not modelled: the lane's store never asks for it"
        self._disk.asked.append(Name(name.rpartition("/")[2], there=False))


class _File(apsw.VFSFile):
    def __init__(self, base, name, flags, disk: Disk) -> None:
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._tail = path.rpartition("/")[2] if path else "temporary"
        self._disk = disk
        made = not Path(path or "/").exists()
        super().__init__(base, name, flags)
        journal = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL
        self._names_folder = made and bool(flags[0] & journal)
        if made:
            disk.asked.append(Name(self._tail, there=True))

    def xWrite(self, data, offset):
        self._disk.asked.append(Write(self._tail, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size):
        self._disk.asked.append(Truncate(self._tail, size))
        super().xTruncate(size)

    def xSync(self, flags):
        super().xSync(flags)
        self._disk.asked.append(Sync(self._tail, self._names_folder))
        self._names_folder = False


def _pieces(operation, how: str, dice: random.Random) -> list:
    if how in ("all", "prefix"):
        return [operation]
    if isinstance(operation, Truncate):
        return [operation] * dice.choice((0, 1))
    whole = [
        Write(operation.file, operation.at + at, operation.data[at : at + SECTOR])
        for at in range(0, len(operation.data), SECTOR)
    ]
    if how == "torn":
        whole = [Write(w.file, w.at, w.data[: dice.randint(0, len(w.data))]) for w in whole]
    return [each for each in whole if dice.random() < 0.6]


def _apply(body: bytearray, operation: Write | Truncate) -> None:
    if isinstance(operation, Truncate):
        del body[operation.size :]
        return
    end = operation.at + len(operation.data)
    if len(body) < end:
        body.extend(bytes(end - len(body)))
    body[operation.at : end] = operation.data
