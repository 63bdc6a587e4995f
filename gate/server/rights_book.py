"""What this server granted of rooms with a hard limit, in a file beside the database.

A database restored from a backup has forgotten what was granted since; lanes hold it all the same,
or used it up. Rules kept here:

- A grant is in the file, durably, before it is committed or anybody hears of it.
- Where a server takes its database over, the higher of the two holds, right by right.
- File and database bear the same random name. A file that is missing, damaged or of another name
  (a spare machine, a restored one) cannot say what lanes hold, and neither can the database: the
  server is *in doubt*. So it is when a lane was granted more than both know.
- In doubt nothing is granted, until an operator says that every lane was heard: each tells all it
  was ever granted. Lanes go on with what they have. The doubt outlives a restart.

An ordinary restart finds its file, and grants at once. Never put the file into a backup: restored
together with the database it would know as little.
"""

import asyncio
import logging
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from gate.access.capacity import Holding
from gate.access.model import DeviceId, ZoneId

_log = logging.getLogger(__name__)


class _Page(msgspec.Struct, frozen=True):
    """The file."""

    name: str
    in_doubt: bool
    granted: tuple[tuple[str, int, str, int], ...]
    """(device, epoch, zone, total)"""


_decode = msgspec.json.Decoder(_Page).decode


class RightsBook:
    """Reads the file, if there is one that can be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = ""
        """Empty: nothing is known yet."""
        self.in_doubt = False
        self.granted: dict[Holding, int] = {}
        self._written: dict[Holding, int] = {}
        """Of `granted`, what is on disk for certain."""
        try:
            page = _decode(path.read_bytes())
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.error("%s cannot be read: %s", path, error)
            return
        self.name, self.in_doubt = page.name, page.in_doubt
        self._raise((DeviceId(d), epoch, ZoneId(z), total) for d, epoch, z, total in page.granted)
        self._written = dict(self.granted)

    async def begin(self, in_doubt: bool) -> None:
        """Another name, for another database. In doubt what is in the book may still be true; for a
        new database it is not."""
        self.name, self.in_doubt = secrets.token_hex(8), in_doubt
        if not in_doubt:
            self.granted = {}
        await self._write()

    async def keep(self, granted: Mapping[Holding, int]) -> None:
        """These totals are on disk when it returns. Raises OSError."""
        if any(total > self._written.get(each, 0) for each, total in granted.items()):
            self._raise((*each, total) for each, total in granted.items())
            await self._write()

    async def doubt(self) -> None:
        """Lanes may hold more than is known here. Raises OSError."""
        self.in_doubt = True
        await self._write()

    async def trust(self, admitted: Mapping[Holding, int]) -> None:
        """Every lane was heard; what the server itself `admitted` is all on record."""
        self.in_doubt = False
        self.granted.update(admitted)
        await self._write()

    def _raise(self, rows: Iterable[tuple[DeviceId, int, ZoneId, int]]) -> None:
        for device, epoch, zone, total in rows:
            holding = (device, epoch, zone)
            self.granted[holding] = max(total, self.granted.get(holding, 0))

    async def _write(self) -> None:
        rows = tuple((*each, total) for each, total in sorted(self.granted.items()))
        page = msgspec.json.encode(_Page(self.name, self.in_doubt, rows))
        written = dict(self.granted)
        await asyncio.to_thread(_replace, self._path, page)
        self._written = written


def _replace(path: Path, page: bytes) -> None:
    """All of the new page or all of the old one, whenever the power goes."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(page)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
