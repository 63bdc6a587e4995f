"""The badge's QR text `P1`: 16 signed bytes and their Ed25519 signature, in base45.

Layout, big-endian: version and kind (4 bits each), key id (1 byte), edition (2), holder (4),
generation (1), profile (2), issued in minutes (3) and expires in hours (2) since the edition's
epoch, signature (64) over ``DOMAIN`` and the first 16 bytes. 80 bytes give 120 characters of
base45 (RFC 9285) after the prefix: exactly a QR version 5-M.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey as PrivateKey
from nacl.signing import VerifyKey

from gate.access import claim
from gate.access.model import Credential, Holder, Kind, Reason, SigningKey

PREFIX = "P1"
TEXT_CHARS = 122
DOMAIN = b"onsite-badge/P1\0"
PROVEN_MAX = 16_384
"""Badges whose signature is remembered as good: a conference's, about 8 MB."""
_CLAIMS_BYTES = 16
_VERSION = 1
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_NO_VALUE = 0xFF
_VALUES = bytes(_ALPHABET.index(chr(c)) if chr(c) in _ALPHABET else _NO_VALUE for c in range(256))
_PAIRS = struct.Struct(">40H")
_HEAD = struct.Struct(">BBHIBH")
_TAIL_START = _HEAD.size
_KINDS = {kind.value: kind for kind in Kind}


def sign(credential: Credential, key: PrivateKey) -> str:
    """The QR text of a credential: 122 characters.

    Raises struct.error or OverflowError when a field does not fit its bytes: a mistake of ours.
    """
    claims = pack(credential)
    return PREFIX + _base45(claims + key.sign(DOMAIN + claims).signature)


def verify(text: str, edition: int, keys: Mapping[int, SigningKey]) -> Credential | Reason:
    """Any text whatever gives a credential or the reason there is none, never an exception.

    Shape first, then edition, key and signature; whether the key may still be used is the
    decision's business. The code of a mail is told apart: who shows it at a gate was not told
    where it is good.
    """
    raw = _raw(text)
    if raw is None:
        return Reason.CLAIM_CODE if claim.read(text) else Reason.UNREADABLE
    claims, signature = raw[:_CLAIMS_BYTES], raw[_CLAIMS_BYTES:]
    kind = _KINDS.get(claims[0] & 0x0F)
    if claims[0] >> 4 != _VERSION or kind is None:
        return Reason.UNREADABLE
    credential = unpack(claims)
    if credential.edition != edition:
        return Reason.WRONG_EDITION
    key = keys.get(credential.key_id)
    if key is None:
        return Reason.UNKNOWN_KEY
    try:
        _prove(key.public, claims, signature)
    except BadSignatureError:
        return Reason.BAD_SIGNATURE
    return credential


def pack(credential: Credential) -> bytes:
    """The 16 bytes a signature covers."""
    c = credential
    head = _HEAD.pack(
        _VERSION << 4 | c.kind, c.key_id, c.edition, c.holder, c.generation, c.profile
    )
    return head + c.issued_min.to_bytes(3, "big") + c.expires_h.to_bytes(2, "big")


def unpack(claims: bytes) -> Credential:
    """The credential in 16 signed bytes; ValueError for a kind that does not exist."""
    kind, key_id, edition, holder, generation, profile = _HEAD.unpack_from(claims)
    return Credential(
        kind=Kind(kind & 0x0F),
        key_id=key_id,
        edition=edition,
        holder=Holder(holder),
        generation=generation,
        profile=profile,
        issued_min=int.from_bytes(claims[_TAIL_START : _TAIL_START + 3], "big"),
        expires_h=int.from_bytes(claims[_TAIL_START + 3 : _CLAIMS_BYTES], "big"),
    )


def _raw(text: str) -> bytes | None:
    """The 80 bytes of a text with the right shape, else None."""
    if len(text) != TEXT_CHARS or not text.startswith(PREFIX) or not text.isascii():
        return None
    values = text[len(PREFIX) :].encode().translate(_VALUES)
    if max(values) == _NO_VALUE:
        return None
    numbers = [
        low + 45 * middle + 2025 * high
        for low, middle, high in zip(values[0::3], values[1::3], values[2::3], strict=True)
    ]
    return _PAIRS.pack(*numbers) if max(numbers) <= 0xFFFF else None


def _base45(raw: bytes) -> str:
    out = []
    for start in range(0, len(raw), 2):
        number = raw[start] << 8 | raw[start + 1]
        out.append(_ALPHABET[number % 45])
        out.append(_ALPHABET[number // 45 % 45])
        out.append(_ALPHABET[number // 2025])
    return "".join(out)


@lru_cache(maxsize=PROVEN_MAX)
def _prove(public: bytes, claims: bytes, signature: bytes) -> None:
    """Raises BadSignatureError. A badge is scanned many times in a week and only the first costs
    the curve's arithmetic; what raises is not remembered, so no forgery pushes a good one out."""
    _verifier(public).verify(DOMAIN + claims, signature)


@lru_cache(maxsize=256)
def _verifier(public: bytes) -> VerifyKey:
    return VerifyKey(public)
