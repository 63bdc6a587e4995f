"""ZPL II: a whole badge as one graphic, and the printer's host status. Pure, no IO.

Zebra's "ZPL II Programming Guide": ^GF with Z64 data (zlib, base64, CRC-16 of the base64 text),
~HS, ~HI, ~JA. A whole-page graphic prints every script the same on every printer, fonts or not.
"""

import base64
import binascii
import re
import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from badge_printer.printers.printer import Condition

CANCEL_ALL = b"~JA"
ASK_STATUS = b"~HS"
ASK_IDENTITY = b"~HI"
DPI = {203: 203.2, 300: 300.0, 600: 600.0}
"""Nominal to true dots per inch: a "203" has exactly 8 dots a millimetre."""
BLACK_BELOW = 128
_DPI_BY_DOTS_PER_MM = {8: 203, 11: 300, 12: 300, 23: 600, 24: 600}
_STATUS_LINES = 3
_FRAMED = re.compile(rb"\x02([^\x02\x03]*)\x03")


class NotHostStatus(ValueError):
    """These bytes are not the three lines of ~HS."""


@dataclass(frozen=True, slots=True)
class HostStatus:
    """What of ~HS matters to a queue."""

    conditions: tuple[Condition, ...]
    formats: int
    """Labels received and not begun."""
    remaining: int
    """Labels of the batch still to print."""
    words: str = ""

    @property
    def idle(self) -> bool:
        return self.formats == 0 and self.remaining == 0


def black_and_white(picture: Image.Image) -> Image.Image:
    """By a threshold, not by dithering: letters and modules keep their edges."""
    return picture.convert("L").point(lambda level: 255 if level >= BLACK_BELOW else 0).convert("1")


def label(picture: Image.Image) -> bytes:
    """One label of one graphic; `picture` is 1-bit, a pixel for each dot."""
    dark = ~np.asarray(picture.convert("1"))
    packed = np.packbits(dark, axis=1)  # rows are padded to whole bytes with white
    raw, bytes_per_row = packed.tobytes(), packed.shape[1]
    data = base64.b64encode(zlib.compress(raw, 9))
    crc = binascii.crc_hqx(data, 0)
    head = (
        f"^XA^PW{picture.width}^LL{picture.height}^LH0,0^LT0^LS0^PON^PMN^LRN"
        f"^FO0,0^GFA,{len(raw)},{len(raw)},{bytes_per_row},:Z64:"
    )
    return head.encode("ascii") + data + f":{crc:04X}^FS^PQ1,0,0,N^XZ\n".encode("ascii")


def status_whole(raw: bytes) -> bool:
    """Whether all three lines have arrived."""
    return len(_FRAMED.findall(raw)) >= _STATUS_LINES


def read_status(raw: bytes) -> HostStatus:
    """The answer to ~HS: three comma-separated lines, each between STX and ETX.

    Raises NotHostStatus.
    """
    try:
        first, second = (
            line.decode("ascii").split(",") for line in _FRAMED.findall(raw)[: _STATUS_LINES - 1]
        )
        flags = {
            Condition.PAPER_OUT: first[1],
            Condition.PAUSED: first[2],
            Condition.COVER_OPEN: second[2],
            Condition.SUPPLY_OUT: second[3],
        }
        troubles = {
            "the receive buffer is full": first[5],
            "memory is corrupt": first[9],
            "the head is too cold": first[10],
            "the head is too hot": first[11],
        }
        found = {condition for condition, flag in flags.items() if int(flag)}
        words = [text for text, flag in troubles.items() if int(flag)]
        if int(second[7]):
            words.append("a label waits to be taken")
        if any(int(first[each]) for each in (9, 11)):
            found.add(Condition.ATTENTION)
        return HostStatus(
            conditions=tuple(each for each in Condition if each in found),
            formats=int(first[4]),
            remaining=int(second[8]),
            words="; ".join(words),
        )
    except (ValueError, IndexError, UnicodeDecodeError):
        raise NotHostStatus(f"not an answer to ~HS: {raw[:80]!r}") from None


def read_dpi(raw: bytes) -> int | None:
    """The resolution in the answer to ~HI, such as ``ZT411-300dpi,V92.21,12,8192KB``."""
    for line in _FRAMED.findall(raw):
        parts = line.decode("ascii", "replace").split(",")
        if len(parts) > 2 and parts[2].strip().isdigit():
            return _DPI_BY_DOTS_PER_MM.get(int(parts[2]))
    return None
