"""A small reader of ZPL labels, written from Zebra's guide and not from our writer."""

import re
import zlib
from base64 import b64decode
from dataclasses import dataclass

from PIL import Image

_GRAPHIC = re.compile(
    rb"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),:Z64:([A-Za-z0-9+/=]+):([0-9A-F]{4})\^FS"
)


@dataclass
class Label:
    width: int
    length: int
    copies: int
    picture: Image.Image
    """White paper, black where a dot is burnt."""


def read(zpl: bytes) -> Label:
    """One label of exactly one graphic field."""
    assert zpl.startswith(b"^XA") and zpl.rstrip().endswith(b"^XZ"), zpl[:40]
    width, length, copies = (_number(zpl, command) for command in (b"PW", b"LL", b"PQ"))
    paper = Image.new("1", (width, length), 1)
    (field,) = _GRAPHIC.findall(zpl)
    x, y, total, count, bytes_per_row = (int(value) for value in field[:5])
    data, crc = field[5], int(field[6], 16)
    assert _crc(data) == crc, "a printer drops a graphic whose CRC is wrong"
    raw = zlib.decompress(b64decode(data))
    assert len(raw) == total == count
    assert total % bytes_per_row == 0
    dots = paper.load()
    for place, byte in enumerate(raw):
        if not byte:
            continue
        row, left = divmod(place, bytes_per_row)
        for bit in range(8):
            column = left * 8 + bit
            if byte & (0x80 >> bit):
                assert column + x < width, "a dot beside the paper"
                dots[column + x, row + y] = 0
    return Label(width, length, copies, paper)


def _number(zpl: bytes, command: bytes) -> int:
    (found,) = re.findall(rb"\^" + command + rb"(\d+)", zpl)
    return int(found)


def _crc(data: bytes) -> int:
    """CRC-16/XMODEM, bit by bit: polynomial 0x1021, start 0, as the guide's Z64 has it."""
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc
