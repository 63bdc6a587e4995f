"""What a kiosk knows of everybody expected: one SQLite file, readable only with a claim code.

Each record is sealed under its owner's claim code; the file holds no name. Rows arrive in the
order of their change, each answer with its positions in one transaction. Also here: badges known
to be printed anywhere, and the numbers given to people sent to the desk until the server has them.
"""

import sqlite3
from datetime import date
from pathlib import Path

import msgspec

from gate.access import claim
from gate.access.model import Status
from gate.access.wire import BadgeData, KioskNews, Ticket
from kiosk.arrivals.state import Found

SCHEMA_VERSION = 2
BUSY_S = 5.0
TICKETS = 99
"""Numbers begin anew after this one: short enough to be remembered on the way to the desk."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE person (
    holder INTEGER PRIMARY KEY, generation INTEGER NOT NULL, status TEXT NOT NULL,
    claim TEXT NOT NULL, badge BLOB NOT NULL, names TEXT NOT NULL, named BLOB NOT NULL,
    waits BLOB NOT NULL
) STRICT;
CREATE INDEX person_claim ON person (claim);
CREATE INDEX person_names ON person (names);
CREATE TABLE printed (
    holder INTEGER NOT NULL, generation INTEGER NOT NULL, PRIMARY KEY (holder, generation)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ticket (
    id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT NOT NULL, body BLOB NOT NULL
) STRICT;
"""
OLDER = """
DROP TABLE person; DROP TABLE printed; DELETE FROM meta WHERE name NOT IN ('device', 'ticket');
"""
GET = "SELECT value FROM meta WHERE name = ?"
SET = "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
SAVE = """
INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
    generation = excluded.generation, status = excluded.status, claim = excluded.claim,
    badge = excluded.badge, names = excluded.names, named = excluded.named,
    waits = excluded.waits
"""
SAVE_PRINTED = "INSERT INTO printed VALUES (?, ?) ON CONFLICT DO NOTHING"
BY_CLAIM = "SELECT holder, generation, status, badge, waits FROM person WHERE claim = ?"
BY_NAMES = "SELECT named FROM person WHERE names = ? LIMIT 2"
PRINTED = "SELECT 1 FROM printed WHERE holder = ? AND generation = ?"
COUNT = "SELECT count(*) FROM person"
ADD_TICKET = "INSERT INTO ticket (number, body) VALUES (?, ?)"
NEXT_TICKET = "SELECT id, body FROM ticket ORDER BY id LIMIT 1"
DROP_TICKET = "DELETE FROM ticket WHERE id = ?"

_decode_badge = msgspec.json.Decoder(BadgeData).decode
_decode_ticket = msgspec.json.Decoder(Ticket).decode


class ReplicaUnusable(Exception):
    """The kiosk's file cannot be used; the message says what to do."""


class Edition(msgspec.Struct, frozen=True):
    """What the screen says of the conference."""

    name: str = ""
    place: str = ""
    days: tuple[date, ...] = ()
    may_keep_digital: bool = False


class Replica:
    """Opens or makes the file, mode 0600. Raises ReplicaUnusable. Used from one thread."""

    def __init__(self, path: Path, device: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
        try:
            self._open(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise ReplicaUnusable(
                f"{path} cannot be used ({error}). If no other kiosk program runs here, remove it: "
                "all in it comes again from the server"
            ) from None
        if self._get("device") not in ("", device):
            self.wipe()  # it was another kiosk's, and holds nothing that is not on the server
        self._set("device", device)

    def _open(self, path: Path) -> None:
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = ON")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise ReplicaUnusable(f"{path} was written by a newer version; start that one")
        if version < SCHEMA_VERSION:
            # An older one holds nothing that does not come again, but for numbers given to people.
            gone = OLDER if version else ""
            self._db.executescript(
                f"BEGIN; {gone} {SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            )

    def close(self) -> None:
        self._db.close()

    # --- who is there

    def by_claim(self, code: str) -> Found | None:
        """The one person with this claim code."""
        row = self._db.execute(BY_CLAIM, (claim.digest(code),)).fetchone()
        if row is None:
            return None
        holder, generation, status, sealed, waits = row
        approved = status == Status.APPROVED
        body = claim.unseal(code, sealed) if approved and sealed else None
        place = claim.unseal(code, waits) if body and waits else None
        on_phone = approved and not sealed
        return Found(
            holder, generation, _decode_badge(body) if body else None,
            on_phone or self.is_printed(holder, generation), place.decode() if place else "",
        )  # fmt: skip

    def by_name(self, family: str, email: str) -> Found | None:
        """The one person of this family name and e-mail; None too when there are several."""
        secret = claim.name_secret(family, email)
        if not secret:
            return None
        rows = self._db.execute(BY_NAMES, (claim.digest(secret),)).fetchall()
        code = claim.unseal(secret, rows[0][0]) if len(rows) == 1 else None
        return self.by_claim(code.decode()) if code else None

    def is_printed(self, holder: int, generation: int) -> bool:
        return self._db.execute(PRINTED, (holder, generation)).fetchone() is not None

    def set_printed(self, holder: int, generation: int) -> None:
        self._db.execute(SAVE_PRINTED, (holder, generation))

    @property
    def people(self) -> int:
        return int(self._db.execute(COUNT).fetchone()[0])

    @property
    def edition(self) -> Edition:
        text = self._get("edition")
        return msgspec.json.decode(text, type=Edition) if text else Edition()

    @property
    def complete(self) -> bool:
        """Whether everything there was has been taken over at least once."""
        return self._get("complete") == "1"

    # --- from the server

    @property
    def timeline(self) -> str:
        return self._get("timeline")

    @property
    def positions(self) -> tuple[int, int]:
        """(change, print) behind which to ask."""
        return int(self._get("through") or 0), int(self._get("prints_through") or 0)

    def take(self, news: KioskNews) -> None:
        """An answer of the server, wholly or not at all."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                SAVE,
                (
                    (p.holder, p.generation, p.status, p.claim, p.badge, p.names, p.named, p.waits)
                    for p in news.people
                ),
            )
            self._db.executemany(SAVE_PRINTED, news.prints)
            self._set("timeline", news.timeline)
            self._set("through", str(news.through))
            self._set("prints_through", str(news.prints_through))
            edition = Edition(news.edition_name, news.place, news.days, news.may_keep_digital)
            self._set("edition", msgspec.json.encode(edition).decode())
            if not news.more:
                self._set("complete", "1")

    def wipe(self) -> None:
        """Forget everybody: this kiosk was cut off. Tickets stay, they name nobody."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for table in ("person", "printed", "meta"):
                self._db.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # --- to the desk

    def next_number(self) -> int:
        """1 to TICKETS, then 1 again; never the same twice in between, also after a restart."""
        number = int(self._get("ticket") or 0) % TICKETS + 1
        self._set("ticket", str(number))
        return number

    def add_ticket(self, ticket: Ticket) -> None:
        self._db.execute(ADD_TICKET, (ticket.number, msgspec.json.encode(ticket)))

    def next_ticket(self) -> tuple[int, Ticket] | None:
        """The oldest the server does not have."""
        row = self._db.execute(NEXT_TICKET).fetchone()
        return (row[0], _decode_ticket(row[1])) if row else None

    def drop_ticket(self, number: int) -> None:
        self._db.execute(DROP_TICKET, (number,))

    def _get(self, name: str) -> str:
        row = self._db.execute(GET, (name,)).fetchone()
        return str(row[0]) if row else ""

    def _set(self, name: str, value: str) -> None:
        self._db.execute(SET, (name, value))
