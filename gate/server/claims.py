"""Claim codes of an edition's registrations: made from one key file, stored nowhere."""

import hmac
import os
import secrets
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from gate.access import claim
from gate.server.limits import Attempts
from gate.server.mail.bounces import TOKEN_CHARS

WRONG_PER_MINUTE = 60
DRAWN_PER_MINUTE = 5
_KEY_BYTES = 32


class Claims:
    """`folder` keeps the key beside the signing keys; made at the first start, mode 0600."""

    def __init__(self, edition: str, folder: Path) -> None:
        self._edition = edition
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{edition}-claims.key"
        if not path.exists():
            part = path.with_suffix(".part")
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        self._key = path.read_bytes()
        self._codes: dict[str, str] = {}
        """Digest of each claim code -> registration code, made when first asked for."""
        self.guesses = Attempts(WRONG_PER_MINUTE, 60.0)
        """Wrong codes by address. Nobody guesses one; this only keeps a machine from trying."""
        self.drawn = Attempts(DRAWN_PER_MINUTE, 60.0)
        """PDFs by registration code: each costs half a second of a core."""

    def find(self, made: str, codes: Mapping[str, object]) -> str | None:
        """Whose claim code it is. `codes` are all registration codes, new ones at the end."""
        for code in islice(codes, len(self._codes), None):
            self._codes[claim.digest(self.of(code))] = code
        return self._codes.get(claim.digest(made))

    def mail_token(self, number: int) -> str:
        """What stands in the Message-ID of a mail, so that only we can have written it."""
        name = f"mail\0{self._edition}\0{number}".encode()
        return hmac.new(self._key, name, "sha256").hexdigest()[:TOKEN_CHARS].upper()

    def of(self, code: str) -> str:
        """The claim code of the registration with this code."""
        return claim.make(self._key, self._edition, code)
