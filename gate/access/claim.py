"""The claim code `C1`: what the e-mail's QR holds, and what opens a person's record at a kiosk.

``C1`` and 16 characters of Crockford's base32: 80 bits that nobody guesses. It is no credential:
no gate opens for it. A kiosk keeps each record sealed under its claim code (and the code sealed
under family name and e-mail), so that a stolen kiosk tells nobody who is expected.
"""

import hashlib
import hmac
import re
import unicodedata
import zlib

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

PREFIX = "C1"
CLAIM_CHARS = 18
UNSEALED_BYTES_MAX = 64 * 1024
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_DOMAIN = b"onsite-badge/C1\0"
_SECRET_BYTES = 10
_SHAPE = re.compile(f"{PREFIX}[{_ALPHABET}]{{16}}")
_LOOKALIKES = str.maketrans("OIL", "011", " -\u2010\u2011")
"""What people and printed lines make of a code: Crockford's O, I and L, spaces and hyphens."""


def make(key: bytes, edition: str, code: str) -> str:
    """The claim code of one registration. The same key always makes the same one, so that none
    has to be stored; changing the key changes them all."""
    name = _DOMAIN + f"{edition}\0{code}".encode()
    number = int.from_bytes(hmac.digest(key, name, "sha256")[:_SECRET_BYTES], "big")
    return PREFIX + "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -5, -5))


def read(text: str) -> str | None:
    """The claim code in any text whatever, as it was made; None when it is none."""
    if len(text) > 4 * CLAIM_CHARS:
        return None
    plain = text.strip().upper()
    plain = PREFIX + plain[2:].translate(_LOOKALIKES) if plain.startswith(PREFIX) else ""
    return plain if _SHAPE.fullmatch(plain) else None


def shown(claim: str) -> str:
    """For people to read: ``C1-8F3K-...``."""
    rest = claim[len(PREFIX) :]
    return "-".join([PREFIX, *(rest[at : at + 4] for at in range(0, len(rest), 4))])


def digest(claim: str) -> str:
    """What a kiosk knows a claim code by."""
    return hashlib.sha256(_DOMAIN + claim.encode()).hexdigest()[:32]


def name_secret(family: str, email: str) -> str:
    """Family name and registration e-mail as one secret. Exact but for what a touch keyboard
    cannot say: case, accents, spaces, hyphens and apostrophes. Empty if either is empty."""
    name = "".join(char for char in _plain(family) if char.isalnum())
    address = _plain(email).replace(" ", "")
    return f"{name}\n{address}" if name and address else ""


def seal(secret: str, body: bytes) -> bytes:
    """The body for whoever brings the secret. The same in, the same out: the nonce is the
    body's own hash, and a key seals one record only."""
    packed = zlib.compress(body, 6)
    nonce = hashlib.sha256(b"nonce" + secret.encode() + packed).digest()[: SecretBox.NONCE_SIZE]
    return bytes(SecretBox(_key(secret)).encrypt(packed, nonce))


def unseal(secret: str, sealed: bytes) -> bytes | None:
    """None for another secret, or for bytes that nobody sealed."""
    try:
        packed = SecretBox(_key(secret)).decrypt(sealed)
        unpacker = zlib.decompressobj()
        body = unpacker.decompress(packed, UNSEALED_BYTES_MAX)
    except (CryptoError, ValueError, zlib.error):
        return None
    return body if unpacker.eof else None


def _key(secret: str) -> bytes:
    return hashlib.sha256(b"onsite-badge/seal\0" + secret.encode()).digest()


def _plain(text: str) -> str:
    """Without case and accents: é, ё and أ are written as e, е and ا."""
    apart = unicodedata.normalize("NFKD", text.strip()).casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(c))
