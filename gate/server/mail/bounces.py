"""Reading what comes back: delivery status notifications (RFC 3464), whoever wrote them.

A notification names our mail by the Message-ID it was sent with, `claim.NUMBER.TOKEN@...`. The
token follows from a key of the server, so that nobody can have mails taken for bounced by writing
to the mailbox. Pure: bytes in, values out; the most hostile ones are a reason, never an exception.
"""

import re
from email import message_from_bytes
from email.message import Message
from typing import Annotated

import msgspec
from msgspec import Meta

MESSAGE_BYTES_MAX = 1_000_000
WHY_CHARS_MAX = 200
TOKEN_CHARS = 16
_OURS = re.compile(rb"claim\.([0-9]{1,18})\.([0-9A-Z]{16})@")
_PARTS_MAX = 50
_SPACES = re.compile(r"[\s\x00-\x1f\x7f]+")


class Bounce(msgspec.Struct, frozen=True):
    """A mail that did not arrive for good, by number and token, and what its server said."""

    mail: Annotated[int, Meta(ge=1, le=2**60)]
    token: Annotated[str, Meta(pattern=r"^[0-9A-Z]{16}$")]
    why: Annotated[str, Meta(max_length=WHY_CHARS_MAX, pattern=r"^[^\x00]*$")]


class NotABounce(Exception):
    """The message says of no mail of ours that it failed; the words say what it is instead."""


def message_id(number: int, token: str, domain: str) -> str:
    return f"<claim.{number}.{token}@{domain}>"


def read(raw: bytes) -> Bounce:
    """Raises NotABounce for everything else, such as a delay, an absence note or a broken file."""
    if len(raw) > MESSAGE_BYTES_MAX:
        raise NotABounce(f"larger than {MESSAGE_BYTES_MAX:,} bytes")
    try:
        return _read(message_from_bytes(raw), raw)
    except NotABounce:
        raise
    except Exception as fault:  # noqa: BLE001 - the parser meets whatever strangers send
        raise NotABounce(f"it cannot be read ({type(fault).__name__})") from None


def _read(message: Message, raw: bytes) -> Bounce:
    kind = str(message.get_param("report-type", "")).lower()
    if message.get_content_type() != "multipart/report" or kind != "delivery-status":
        raise NotABounce("no delivery status notification")
    parts = [part for part, _ in zip(message.walk(), range(_PARTS_MAX), strict=False)]
    recipients = [
        block
        for part in parts
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for block in part.get_payload()
        if isinstance(block, Message) and "Action" in block
    ]
    if not recipients:
        raise NotABounce("it names no recipient")
    failed = next((each for each in recipients if _field(each, "Action") == "failed"), None)
    if failed is None:
        raise NotABounce(f"not failed, {_field(recipients[0], 'Action')[:40]}")
    ours = _OURS.search(raw) or _OURS.search(b"\n".join(map(_decoded, parts)))
    if ours is None:
        raise NotABounce("it is about no mail of ours")
    said = _field(failed, "Diagnostic-Code", lower=False).partition(";")
    why = f"{_field(failed, 'Status')} {said[2] or said[0]}"
    return Bounce(int(ours[1]), ours[2].decode(), _SPACES.sub(" ", why).strip()[:WHY_CHARS_MAX])


def _field(block: Message, name: str, lower: bool = True) -> str:
    text = str(block.get(name, "")).strip()
    return text.lower() if lower else text


def _decoded(part: Message) -> bytes:
    body = part.get_payload(decode=True)
    return body if isinstance(body, bytes) else b""
