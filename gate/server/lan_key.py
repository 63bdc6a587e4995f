"""The venue's LAN key: under it lanes believe each other. New whenever a device is cut off, so that
a stolen lane can neither hear nor tell what happens at the others."""

from pathlib import Path

from gate.server.issue import secret


class LanKey:
    """`hex` is what lanes are told with their snapshot."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.hex = secret(path).hex()

    def renew(self) -> None:
        """Lanes learn it with their next snapshot; until then those that have it and those that
        have not do not believe each other."""
        self._path.unlink(missing_ok=True)
        self.hex = secret(self._path).hex()
