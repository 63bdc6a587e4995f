"""A lane's own store: one SQLite file with what it knows and everything that happened at it.

Durable before green: WAL with synchronous=FULL, so that a committed record survives a power cut.
A snapshot, or feed rows with their cursor, are one transaction. Records are never deleted here: a
server restored from a backup is sent again what it lost. The file belongs to one device, and while
a lane runs to one program: the lock is never given up. Used from one thread at a time.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import msgspec

from gate.access.ledger import LogRecord, Move
from gate.access.model import DeviceId, Mode, Profile, SigningKey, Status, ZoneId
from gate.access.wire import FeedRow, HolderRow, Snapshot, Supervisor

BUSY_S = 5.0
TOLD_KEPT_MAX = 5000
"""The newest moves that other lanes told; of older ones the server has told by now."""

FIRST = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE signing_key (key_id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    "CREATE TABLE profile (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    """CREATE TABLE holder (
    holder INTEGER PRIMARY KEY, generation INTEGER NOT NULL, profile INTEGER NOT NULL,
    status TEXT NOT NULL, attention TEXT NOT NULL, delegation INTEGER NOT NULL
) STRICT""",
    "CREATE TABLE supervisor (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    "CREATE TABLE move (place INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    """CREATE TABLE generation_min (
    holder INTEGER PRIMARY KEY, generation INTEGER NOT NULL
) STRICT""",
    """CREATE TABLE log (
    epoch INTEGER NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (epoch, number)
) STRICT, WITHOUT ROWID""",
)
SCHEMAS = (
    FIRST,
    (
        "ALTER TABLE holder ADD COLUMN digital INTEGER NOT NULL DEFAULT 0",
        # What was heard before did not say it: another timeline than the server's asks for a
        # snapshot.
        "DELETE FROM meta WHERE name = 'timeline'",
    ),
    # What other lanes told, which no snapshot of the server takes the place of.
    ("CREATE TABLE told (place INTEGER PRIMARY KEY, body BLOB NOT NULL UNIQUE) STRICT",),
)
"""What each version of the file added; the number of the last one stands in the file."""
GET = "SELECT value FROM meta WHERE name = ?"
SET = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
SAVE_KEY = "INSERT INTO signing_key VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
SAVE_PROFILE = "INSERT INTO profile VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
SAVE_SUPERVISOR = (
    "INSERT INTO supervisor VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body"
)
SAVE_HOLDER = """
INSERT INTO holder VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    generation = excluded.generation, profile = excluded.profile, status = excluded.status,
    attention = excluded.attention, delegation = excluded.delegation, digital = excluded.digital
"""
ADD_MOVE = "INSERT INTO move (body) VALUES (?)"
MOVES = "SELECT body FROM move ORDER BY place"
ADD_TOLD = "INSERT OR IGNORE INTO told (body) VALUES (?)"
TOLD = "SELECT body FROM told ORDER BY place"
FORGET_OLD = "DELETE FROM told WHERE place <= (SELECT max(place) FROM told) - ?"
RIGHTS = "SELECT name, value FROM meta WHERE name LIKE 'granted %'"
RAISE_GENERATION = """
INSERT INTO generation_min VALUES (?, ?) ON CONFLICT DO UPDATE
    SET generation = max(generation, excluded.generation)
"""
KEEP_GENERATIONS = """
INSERT INTO generation_min SELECT holder, generation FROM holder WHERE generation > 1
    ON CONFLICT DO UPDATE SET generation = max(generation_min.generation, excluded.generation)
"""
APPEND = "INSERT INTO log VALUES (?, ?, ?)"
HIGHEST = "SELECT epoch, max(number) FROM log GROUP BY epoch"
ACKED = "SELECT name, value FROM meta WHERE name LIKE 'acked %'"
BATCH = "SELECT body FROM log WHERE epoch = ? AND number > ? ORDER BY number LIMIT ?"
RECORDS = "SELECT body FROM log ORDER BY epoch, number"

_decode_record = msgspec.json.Decoder(LogRecord).decode
_decode_profile = msgspec.json.Decoder(Profile).decode
_decode_supervisor = msgspec.json.Decoder(Supervisor).decode
_decode_move = msgspec.json.Decoder(Move).decode
_decode_key = msgspec.json.Decoder(SigningKey).decode


FAILURES = (sqlite3.Error, OSError)
"""What a disk that is full, read-only or broken raises, at any call."""


_CIRCUMSTANCES = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
"""Errors that are not the file's own fault."""


class StoreUnusable(Exception):
    """The lane's file cannot be used; the message says why and what to do."""


def connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


class LaneStore:
    """Opens or makes the file. Raises StoreUnusable for one that cannot be opened or trusted."""

    def __init__(self, path: Path, connect: Callable[[Path], sqlite3.Connection] = connect) -> None:
        self._path = path
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = connect(path)
        except FAILURES as error:
            raise StoreUnusable(f"{path} cannot be opened: {error}") from None
        try:
            with self.reading():
                self._open()
        except StoreUnusable:
            self._db.close()
            raise

    def close(self) -> None:
        self._db.close()

    def _open(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise ValueError(found)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(SCHEMAS):
            raise StoreUnusable(
                f"{self._path} was written by a newer version of this program; start that one"
            )
        if version < len(SCHEMAS):
            with _Transaction(self._db):
                for statement in chain(*SCHEMAS[version:]):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {len(SCHEMAS)}")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Whatever cannot be read inside is the file's fault: raises StoreUnusable with words."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", None)  # a text that is no UTF-8 has none
            if code is None or code & 0xFF not in _CIRCUMSTANCES:
                raise self._damaged(error) from None
            busy = code & 0xFF == sqlite3.SQLITE_BUSY
            why = "another program has it open" if busy else str(error)
            raise StoreUnusable(
                f"{self._path} cannot be used: {why}. Nothing in it was changed; start this lane "
                "again once that is mended"
            ) from None
        except (msgspec.MsgspecError, ValueError, TypeError) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> StoreUnusable:
        return StoreUnusable(
            f"{self._path} is damaged ({error}). Move it away and enrol this lane anew; "
            "records it had not sent yet are only in that file: keep it"
        )

    def claim(self, device: DeviceId) -> None:
        """The file is this device's from now on. Raises StoreUnusable for another's: its
        records could never be sent under our name."""
        owner = self._get("device")
        if owner is None:
            with _Transaction(self._db):
                self._set("device", device)
        elif owner != device:
            raise StoreUnusable(
                f"{self._path} belongs to {owner} and keeps its records; enrol as {owner}, "
                f"or give {device} a folder of its own"
            )

    # --- what was synced

    def snapshot(self) -> Snapshot | None:
        """What was last synced, as one value; None before the first snapshot."""
        cursor, policy = self._get("cursor"), self._get("policy")
        if cursor is None or policy is None:
            return None
        return Snapshot(
            cursor=int(cursor),
            known_until_min=int(self._get("known_until_min") or 0),
            policy=policy,
            keys=tuple(_decode_key(b) for (b,) in self._db.execute("SELECT body FROM signing_key")),
            profiles=tuple(
                _decode_profile(b) for (b,) in self._db.execute("SELECT body FROM profile")
            ),
            holders=tuple(
                HolderRow(h, g, p, Status(s), tuple(filter(None, a.split("\n"))), d, phone)
                for h, g, p, s, a, d, phone in self._db.execute("SELECT * FROM holder")
            ),
            mode=Mode(self._get("mode") or Mode.NORMAL),
            supervisors=tuple(
                _decode_supervisor(b) for (b,) in self._db.execute("SELECT body FROM supervisor")
            ),
            moves=(*(_decode_move(b) for (b,) in self._db.execute(MOVES)), *self.told()),
            moves_through=int(self._get("moves_through") or 0),
            timeline=self._get("timeline") or "",
            lan_key=self._get("lan_key") or "",
        )

    def replace(self, snapshot: Snapshot) -> None:
        """Take a snapshot in place of everything synced; the log stays, and so do the
        generations: what the table said before is a minimum, also against a restored server.

        What other lanes told stays too, for the server may not have heard of it yet; but not under
        another LAN key, for then a lane was cut off that may have lied. The others tell again."""
        with _Transaction(self._db):
            if self._get("lan_key") != snapshot.lan_key:
                self._db.execute("DELETE FROM told")
            self._db.execute(KEEP_GENERATIONS)
            for table in ("signing_key", "profile", "holder", "supervisor"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line
            self._save_keys(snapshot.keys)
            self._save_profiles(snapshot.profiles)
            self._save_holders(snapshot.holders)
            self._save_supervisors(snapshot.supervisors)
            self._keep_moves(snapshot.moves)
            self._set("moves_through", str(snapshot.moves_through))
            self._set("policy", snapshot.policy)
            self._set("mode", snapshot.mode)
            self._set("timeline", snapshot.timeline)
            self._set("lan_key", snapshot.lan_key)
            self._set("cursor", str(snapshot.cursor))
            self._set("known_until_min", str(snapshot.known_until_min))

    def apply(
        self,
        rows: Iterable[FeedRow],
        known_until_min: int | None,
        moves: Iterable[Move] = (),
        moves_through: int | None = None,
    ) -> None:
        """Feed rows, moves, and the positions they reach, together or not at all."""
        with _Transaction(self._db):
            self._add_moves(moves)
            if moves_through is not None:
                self._set("moves_through", str(moves_through))
            for row in rows:
                self._save_keys([row.key] if row.key else ())
                self._save_profiles([row.profile] if row.profile else ())
                self._save_holders([row.holder] if row.holder else ())
                self._save_supervisors([row.supervisor] if row.supervisor else ())
                if row.policy is not None:
                    self._set("policy", row.policy)
                if row.mode is not None:
                    self._set("mode", row.mode)
                    self._db.execute("DELETE FROM meta WHERE name = 'local_mode'")
                self._set("cursor", str(row.seq))
            if known_until_min is not None:
                self._set("known_until_min", str(known_until_min))

    def keep_moves(self, moves: Iterable[Move]) -> None:
        """Forget all moves but these."""
        with _Transaction(self._db):
            self._keep_moves(moves)

    def heard(self, moves: Iterable[Move], raised: Iterable[tuple[int, int]]) -> None:
        """What another lane told, together or not at all."""
        with _Transaction(self._db):
            self._db.executemany(ADD_TOLD, ((msgspec.json.encode(each),) for each in moves))
            self._db.execute(FORGET_OLD, (TOLD_KEPT_MAX,))
            self._db.executemany(RAISE_GENERATION, raised)

    def told(self) -> tuple[Move, ...]:
        """What other lanes told lately."""
        return tuple(_decode_move(body) for (body,) in self._db.execute(TOLD))

    def _keep_moves(self, moves: Iterable[Move]) -> None:
        self._db.execute("DELETE FROM move")
        self._add_moves(moves)

    def _add_moves(self, moves: Iterable[Move]) -> None:
        self._db.executemany(ADD_MOVE, ((msgspec.json.encode(each),) for each in moves))

    def wipe(self) -> None:
        """Forget everything synced: this device was cut off. What happened here stays, it names
        nobody."""
        with _Transaction(self._db):
            self._db.execute(KEEP_GENERATIONS)
            for table in ("signing_key", "profile", "holder", "supervisor", "move", "told"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line
            self._db.execute(
                "DELETE FROM meta WHERE name IN ('cursor', 'policy', 'local_mode', 'lan_key')"
            )

    def granted(self) -> dict[tuple[int, ZoneId], int]:
        """(epoch, zone) -> all rights ever granted."""
        found = ([*name.split(" ", 2)[1:], value] for name, value in self._db.execute(RIGHTS))
        return {(int(epoch), ZoneId(zone)): int(value) for epoch, zone, value in found}

    def set_granted(self, epoch: int, zone: str, total: int) -> None:
        with _Transaction(self._db):
            self._set(f"granted {epoch} {zone}", str(total))

    def local_mode(self) -> Mode | None:
        value = self._get("local_mode")
        return Mode(value) if value else None

    def peers(self) -> tuple[str, ...]:
        return tuple((self._get("peers") or "").split())

    def set_peers(self, peers: Iterable[str]) -> None:
        with _Transaction(self._db):
            self._set("peers", " ".join(peers))

    def wrong_pins(self) -> list[int]:
        """When the latest wrong PINs were typed, in Unix milliseconds."""
        return [int(at_ms) for at_ms in (self._get("wrong_pins") or "").split()]

    def set_wrong_pins(self, at_ms: Iterable[int]) -> None:
        with _Transaction(self._db):
            self._set("wrong_pins", " ".join(map(str, at_ms)))

    def offset_ms(self) -> int:
        """How far this device's clock was behind the server's when they last spoke."""
        return int(self._get("offset_ms") or 0)

    def set_offset_ms(self, offset_ms: int) -> None:
        with _Transaction(self._db):
            self._set("offset_ms", str(offset_ms))

    def _save_keys(self, keys: Iterable[SigningKey]) -> None:
        self._db.executemany(SAVE_KEY, ((k.key_id, msgspec.json.encode(k)) for k in keys))

    def _save_profiles(self, profiles: Iterable[Profile]) -> None:
        self._db.executemany(SAVE_PROFILE, ((p.number, msgspec.json.encode(p)) for p in profiles))

    def _save_holders(self, rows: Iterable[HolderRow]) -> None:
        self._db.executemany(
            SAVE_HOLDER,
            (
                (
                    r.holder,
                    r.generation,
                    r.profile,
                    r.status,
                    "\n".join(r.attention),
                    r.delegation,
                    r.digital,
                )
                for r in rows
            ),
        )

    def _save_supervisors(self, rows: Iterable[Supervisor]) -> None:
        self._db.executemany(SAVE_SUPERVISOR, ((s.number, msgspec.json.encode(s)) for s in rows))

    # --- what happened here

    def append(
        self,
        record: LogRecord,
        raised: Iterable[tuple[int, int]] = (),
        local_mode: Mode | None = None,
    ) -> None:
        """Durable when it returns. `raised` is each (holder, generation) a badge itself proved;
        `local_mode` what the record sets this lane to."""
        with _Transaction(self._db):
            if local_mode is not None:
                self._set("local_mode", local_mode)
            self._db.execute(APPEND, (record.epoch, record.number, msgspec.json.encode(record)))
            self._db.executemany(RAISE_GENERATION, raised)

    def highest(self) -> dict[int, int]:
        """The last number of each epoch."""
        return dict(self._db.execute(HIGHEST))

    def batch(self, epoch: int, after: int, limit: int) -> list[LogRecord]:
        """The next records behind a number, in order."""
        return [_decode_record(b) for (b,) in self._db.execute(BATCH, (epoch, after, limit))]

    def record(self, epoch: int, number: int) -> LogRecord | None:
        found = self.batch(epoch, number - 1, 1)
        return found[0] if found and found[0].number == number else None

    def records(self) -> Iterator[LogRecord]:
        return (_decode_record(body) for (body,) in self._db.execute(RECORDS))

    def generations(self) -> dict[int, int]:
        return dict(self._db.execute("SELECT holder, generation FROM generation_min"))

    def acked(self) -> dict[int, int]:
        """For each epoch, up to which number the server said it holds everything."""
        return {int(name[6:]): int(value) for name, value in self._db.execute(ACKED)}

    def set_acked(self, epoch: int, number: int) -> None:
        with _Transaction(self._db):
            self._set(f"acked {epoch}", str(number))

    def _get(self, name: str) -> str | None:
        row = self._db.execute(GET, (name,)).fetchone()
        return row[0] if row else None

    def _set(self, name: str, value: str) -> None:
        self._db.execute(SET, (name, value))


class _Transaction:
    """All or nothing; the lock is taken at once, so that it cannot fail half-way.

    A commit that fails (a full disk) is rolled back: an open transaction would refuse every scan
    after it, also once there is room again.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, at: object) -> None:
        try:
            if kind is None:
                self._db.execute("COMMIT")
        finally:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
