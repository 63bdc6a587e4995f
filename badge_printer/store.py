"""The station's own store: one SQLite file with its jobs, its paper counts and its log.

Durable before it returns: WAL with synchronous=FULL. A job's end and its `printed` record are one
transaction, so that the log can neither miss a badge nor count one twice. A badge's data is kept
only while its job lasts. Used from one thread at a time; a write takes milliseconds.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from badge_printer.queue import Job
from gate.access.ledger import LogRecord
from gate.access.model import DeviceId
from gate.access.wire import BadgeData

SCHEMA_VERSION = 1
BUSY_S = 5.0

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, printer TEXT NOT NULL,
    state TEXT NOT NULL, why TEXT NOT NULL, code TEXT NOT NULL, holder INTEGER NOT NULL,
    generation INTEGER NOT NULL, text_hash TEXT NOT NULL, who TEXT NOT NULL,
    printer_job TEXT NOT NULL, attempt INTEGER NOT NULL, made_at_ms INTEGER NOT NULL,
    changed_at_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE badge (job INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;
CREATE TABLE untold (job INTEGER PRIMARY KEY) STRICT;
CREATE INDEX job_open ON job (printer, id) WHERE state NOT IN ('printed', 'failed');
CREATE INDEX job_holder ON job (holder, generation);
CREATE TABLE printer (
    name TEXT PRIMARY KEY, paused INTEGER NOT NULL DEFAULT 0, stock INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE log (
    epoch INTEGER NOT NULL, number INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (epoch, number)
) STRICT, WITHOUT ROWID;
"""
GET = "SELECT value FROM meta WHERE name = ?"
SET = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
ADD = """
INSERT INTO job (key, printer, state, why, code, holder, generation, text_hash, who, printer_job,
    attempt, made_at_ms, changed_at_ms)
VALUES (?, ?, 'queued', '', ?, ?, ?, ?, ?, '', 0, ?, ?)
"""
ADD_BADGE = "INSERT INTO badge VALUES (?, ?)"
SAVE = """
UPDATE job SET printer = ?, state = ?, why = ?, printer_job = ?, attempt = ?, changed_at_ms = ?
WHERE id = ?
"""
DROP_BADGE = "DELETE FROM badge WHERE job = ?"
ADD_UNTOLD = "INSERT INTO untold VALUES (?) ON CONFLICT DO NOTHING"
ONE = "SELECT * FROM job WHERE id = ?"
BY_KEY = "SELECT * FROM job WHERE key = ?"
OPEN = "SELECT * FROM job WHERE state NOT IN ('printed', 'failed') ORDER BY id"
ENDED = """
SELECT * FROM job WHERE state IN ('printed', 'failed')
ORDER BY changed_at_ms DESC, id DESC LIMIT ?
"""
OF_BADGE = """
SELECT * FROM job WHERE holder = ? AND generation = ? AND state <> 'failed'
ORDER BY id DESC LIMIT 1
"""
UNTOLD = "SELECT job.* FROM untold JOIN job ON job.id = untold.job ORDER BY job.id LIMIT ?"
TOLD = "DELETE FROM untold WHERE job = ?"
BADGE = "SELECT body FROM badge WHERE job = ?"
FORGET_NAMES = """
UPDATE job SET who = '' WHERE who <> '' AND state IN ('printed', 'failed') AND changed_at_ms < ?
"""
PRINTER = "INSERT INTO printer (name) VALUES (?) ON CONFLICT DO NOTHING"
PRINTERS = "SELECT name, paused, stock FROM printer"
PAUSE = "UPDATE printer SET paused = ? WHERE name = ?"
STOCK = "UPDATE printer SET stock = ? WHERE name = ?"
USE_PAPER = "UPDATE printer SET stock = max(stock - 1, 0) WHERE name = ? AND stock IS NOT NULL"
HIGHEST = "SELECT coalesce(max(number), 0) FROM log WHERE epoch = ?"
APPEND = "INSERT INTO log VALUES (?, ?, ?)"
EPOCHS = "SELECT DISTINCT epoch FROM log ORDER BY epoch"
BATCH = "SELECT body FROM log WHERE epoch = ? AND number > ? ORDER BY number LIMIT ?"

_record = msgspec.json.Decoder(LogRecord).decode
_badge = msgspec.json.Decoder(BadgeData).decode


class StoreUnusable(Exception):
    """The station's file cannot be used; the message says what to do."""


class Desk(msgspec.Struct, frozen=True):
    """What people set on a printer: paused, and how many sheets are in it (None: not counted)."""

    paused: bool = False
    stock: int | None = None


class StationStore:
    """Opens or makes the file. Raises StoreUnusable for one that cannot be trusted, and while
    another program has it open: two stations would print one queue twice."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._path = path
        self._db = sqlite3.connect(
            path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
        )
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._db.close()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
                raise StoreUnusable(f"{path}: another program has it open; stop that one") from None
            raise StoreUnusable(
                f"{path} is damaged ({error}). Move it away and start again; keep it: jobs and "
                "records that were not sent yet are only in that file"
            ) from None
        except StoreUnusable:
            self._db.close()
            raise

    def _open(self) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise StoreUnusable(
                f"{self._path} was written by a newer version of this program; start that one"
            )
        if version == 0:
            self._db.executescript(
                f"BEGIN; {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT"
            )

    def claim(self, device: DeviceId) -> None:
        """The file is this device's from now on. Raises StoreUnusable for another's: its records
        could never be sent under our name."""
        row = self._db.execute(GET, ("device",)).fetchone()
        if row is None:
            self._db.execute(SET, ("device", device))
        elif row[0] != device:
            raise StoreUnusable(
                f"{self._path} belongs to {row[0]} and keeps its records; enrol as {row[0]}, or "
                f"give {device} a folder of its own"
            )

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing; also a commit that fails (a full disk) leaves none open behind it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    # --- jobs

    def add(self, key: str, printer: str, badge: BadgeData, text_hash: str, at_ms: int) -> Job:
        """A new job, queued. Raises sqlite3.IntegrityError when the key is taken."""
        who = f"{badge.given} {badge.family}".strip() or badge.name_on_badge
        with self._transaction():
            cursor = self._db.execute(
                ADD,
                (
                    key, printer, badge.code, badge.holder, badge.generation, text_hash, who,
                    at_ms, at_ms,
                ),
            )  # fmt: skip
            number = cursor.lastrowid or 0
            self._db.execute(ADD_BADGE, (number, msgspec.json.encode(badge)))
        return self.job(number)

    def save(self, job: Job, printed: LogRecord | None = None) -> None:
        """The job as it is now. `printed` is appended to the log with it, and a sheet used up."""
        with self._transaction():
            self._db.execute(
                SAVE,
                (
                    job.printer, job.state, job.why, job.printer_job, job.attempt,
                    job.changed_at_ms, job.id,
                ),
            )  # fmt: skip
            if job.state.ended:
                self._db.execute(DROP_BADGE, (job.id,))
                self._db.execute(ADD_UNTOLD, (job.id,))
            if printed is not None:
                row = printed.epoch, printed.number, msgspec.json.encode(printed)
                self._db.execute(APPEND, row)
                self._db.execute(USE_PAPER, (job.printer,))

    def job(self, number: int) -> Job:
        """Raises KeyError when there is none."""
        row = self._db.execute(ONE, (number,)).fetchone()
        if row is None:
            raise KeyError(number)
        return _job(row)

    def by_key(self, key: str) -> Job | None:
        row = self._db.execute(BY_KEY, (key,)).fetchone()
        return _job(row) if row else None

    def of_badge(self, holder: int, generation: int) -> Job | None:
        """The newest job of this very badge that printed it or may yet."""
        row = self._db.execute(OF_BADGE, (holder, generation)).fetchone()
        return _job(row) if row else None

    def open(self) -> list[Job]:
        """Every job that has not ended, the oldest first."""
        return [_job(row) for row in self._db.execute(OPEN)]

    def ended(self, limit: int) -> list[Job]:
        """The newest first."""
        return [_job(row) for row in self._db.execute(ENDED, (limit,))]

    def badge(self, job: Job) -> BadgeData:
        """What to draw; only until the job ends. Raises KeyError afterwards."""
        row = self._db.execute(BADGE, (job.id,)).fetchone()
        if row is None:
            raise KeyError(job.id)
        return _badge(row[0])

    def untold(self, limit: int) -> list[Job]:
        """Ended jobs whose end nobody was told of yet."""
        return [_job(row) for row in self._db.execute(UNTOLD, (limit,))]

    def told(self, job: Job) -> None:
        self._db.execute(TOLD, (job.id,))

    def forget_names(self, before_ms: int) -> None:
        """Of jobs that ended earlier than this."""
        self._db.execute(FORGET_NAMES, (before_ms,))

    # --- what people set on printers

    def know(self, printer: str) -> None:
        self._db.execute(PRINTER, (printer,))

    def desks(self) -> dict[str, Desk]:
        return {
            name: Desk(bool(paused), stock)
            for name, paused, stock in self._db.execute(PRINTERS).fetchall()
        }

    def pause(self, printer: str, paused: bool) -> None:
        self._db.execute(PAUSE, (paused, printer))

    def set_stock(self, printer: str, stock: int | None) -> None:
        self._db.execute(STOCK, (stock, printer))

    # --- the log

    def highest(self, epoch: int) -> int:
        number: int = self._db.execute(HIGHEST, (epoch,)).fetchone()[0]
        return number

    def epochs(self) -> list[int]:
        """Every epoch this station has records of: an earlier enrolment may have left some."""
        return [epoch for (epoch,) in self._db.execute(EPOCHS)]

    def batch(self, epoch: int, after: int, limit: int) -> list[LogRecord]:
        """The next records behind a number, in order."""
        return [_record(body) for (body,) in self._db.execute(BATCH, (epoch, after, limit))]

    def acked(self, epoch: int) -> int:
        row = self._db.execute(GET, (f"acked {epoch}",)).fetchone()
        return int(row[0]) if row else 0

    def set_acked(self, epoch: int, number: int) -> None:
        self._db.execute(SET, (f"acked {epoch}", str(number)))


def _job(row: tuple[object, ...]) -> Job:
    return msgspec.convert(dict(zip(Job.__struct_fields__, row, strict=True)), Job)
