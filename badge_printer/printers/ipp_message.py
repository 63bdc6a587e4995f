"""IPP messages as bytes (RFC 8010): written exactly, read tolerantly and within bounds. No IO.

Printers in the field repeat attributes, use unknown tags and send broken UTF-8; none of that
matters for what we ask. A message that cannot be walked raises NotIpp, nothing else.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

VERSIONS = ((2, 0), (1, 1))
"""The newest first; RFC 8011 has a printer name the versions it knows in its refusal."""
ATTRIBUTES_MAX = 20_000
DEPTH_MAX = 8


class Operation(IntEnum):
    """RFC 8011, 5.4.15."""

    PRINT_JOB = 0x0002
    CANCEL_JOB = 0x0008
    GET_JOB_ATTRIBUTES = 0x0009
    GET_JOBS = 0x000A
    GET_PRINTER_ATTRIBUTES = 0x000B


class Tag(IntEnum):
    """Delimiters and value tags (RFC 8010, 3.5)."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    UNSUPPORTED = 0x05
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RESOLUTION = 0x32
    RANGE = 0x33
    BEGIN_COLLECTION = 0x34
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    END_COLLECTION = 0x37
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME = 0x49
    MEMBER = 0x4A


_FIRST_VALUE_TAG = 0x10
_PER_CM = 4
_CM_PER_INCH = 2.54


class NotIpp(ValueError):
    """These bytes are no IPP message."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Dots per inch, across and along the feed."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Range:
    low: int
    high: int


Members = dict[str, list["Value"]]
Value = int | bool | str | bytes | Resolution | Range | Members
"""What an attribute can hold; bytes for a kind we do not read, and out-of-band values are left
out."""


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    tag: Tag
    values: tuple[int | bool | str | list["Attribute"], ...]


@dataclass(slots=True)
class Answer:
    """`groups` in order, each with its delimiter tag; a repeated attribute has all its values."""

    status: int
    request_id: int
    groups: list[tuple[int, Members]] = field(default_factory=list)

    def of(self, tag: Tag) -> list[Members]:
        return [members for kind, members in self.groups if kind == tag]

    @property
    def words(self) -> str:
        """The status message, when there is one."""
        for members in self.of(Tag.OPERATION):
            return texts(members, "status-message")[0] if members.get("status-message") else ""
        return ""


def texts(members: Members, name: str) -> list[str]:
    return [value for value in members.get(name, ()) if isinstance(value, str)]


def integers(members: Members, name: str) -> list[int]:
    return [value for value in members.get(name, ()) if type(value) is int]


# --- writing


def request(
    operation: Operation,
    request_id: int,
    target: list[Attribute],
    job: list[Attribute] | None = None,
    version: tuple[int, int] = VERSIONS[0],
) -> bytes:
    """A request; `target` are its operation attributes behind charset and language."""
    out = bytearray(struct.pack(">BBHI", *version, operation, request_id))
    out.append(Tag.OPERATION)
    first = (
        Attribute("attributes-charset", Tag.CHARSET, ("utf-8",)),
        Attribute("attributes-natural-language", Tag.LANGUAGE, ("en",)),
    )
    for each in (*first, *target):
        out += _attribute(each)
    if job:
        out.append(Tag.JOB)
        for each in job:
            out += _attribute(each)
    out.append(Tag.END)
    return bytes(out)


def _attribute(attribute: Attribute) -> bytes:
    out = bytearray()
    for index, value in enumerate(attribute.values):
        name = attribute.name if index == 0 else ""
        if isinstance(value, list):
            out += _field(Tag.BEGIN_COLLECTION, name, b"")
            for member in value:
                out += _field(Tag.MEMBER, "", member.name.encode())
                out += _attribute(Attribute("", member.tag, member.values))
            out += _field(Tag.END_COLLECTION, "", b"")
        else:
            out += _field(attribute.tag, name, _raw(attribute.tag, value))
    return bytes(out)


def _raw(tag: Tag, value: int | bool | str) -> bytes:
    if tag is Tag.BOOLEAN:
        return bytes([bool(value)])
    if tag in (Tag.INTEGER, Tag.ENUM):
        assert isinstance(value, int)
        return struct.pack(">i", value)
    assert isinstance(value, str)
    return value.encode()


def _field(tag: Tag, name: str, value: bytes) -> bytes:
    encoded = name.encode()
    return struct.pack(">BH", tag, len(encoded)) + encoded + struct.pack(">H", len(value)) + value


# --- reading


def read(raw: bytes) -> Answer:
    """The answer in these bytes. Raises NotIpp."""
    try:
        _, _, status, request_id = struct.unpack_from(">BBHI", raw)
        answer = Answer(status, request_id)
        walker = _Walker(raw)
        while (tag := walker.byte()) != Tag.END:
            if tag >= _FIRST_VALUE_TAG:
                raise NotIpp("a value outside any group")
            answer.groups.append((tag, walker.group()))
    except (struct.error, IndexError):
        raise NotIpp("the message ends before its end tag") from None
    return answer


class _Walker:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 8
        self._left = ATTRIBUTES_MAX

    def byte(self) -> int:
        self._at += 1
        return self._raw[self._at - 1]

    def group(self) -> Members:
        members: Members = {}
        values: list[Value] = []
        while (tag := self._raw[self._at]) >= _FIRST_VALUE_TAG:
            self._at += 1
            name, raw = self._field()
            if name:
                values = members.setdefault(name, [])
            self._take(tag, raw, values, DEPTH_MAX)
        return members

    def _take(self, tag: int, raw: bytes, into: list[Value], depth: int) -> None:
        value = self._collection(depth - 1) if tag == Tag.BEGIN_COLLECTION else _value(tag, raw)
        if value is not None:
            into.append(value)

    def _collection(self, depth: int) -> Members:
        if depth <= 0:
            raise NotIpp("collections nested too deep")
        members: Members = {}
        values: list[Value] = []
        while (tag := self.byte()) != Tag.END_COLLECTION:
            if tag < _FIRST_VALUE_TAG:
                raise NotIpp("a collection that does not end")
            _, raw = self._field()
            if tag == Tag.MEMBER:
                values = members.setdefault(raw.decode("utf-8", "replace"), [])
            else:
                self._take(tag, raw, values, depth)
        self._field()
        return members

    def _field(self) -> tuple[str, bytes]:
        self._left -= 1
        if self._left < 0:
            raise NotIpp(f"more than {ATTRIBUTES_MAX} values")
        return self._counted().decode("utf-8", "replace"), self._counted()

    def _counted(self) -> bytes:
        (length,) = struct.unpack_from(">H", self._raw, self._at)
        start = self._at + 2
        self._at = start + length
        if self._at > len(self._raw):
            raise NotIpp("a length beyond the message")
        return self._raw[start : self._at]


def _value(tag: int, raw: bytes) -> Value | None:
    """One value; None for an out-of-band one (`unknown`, `no-value`) and for broken lengths."""
    if tag < 0x20:
        return None
    try:
        match tag:
            case Tag.INTEGER | Tag.ENUM:
                return int(struct.unpack(">i", raw)[0])
            case Tag.BOOLEAN:
                return bool(raw[0])
            case Tag.RESOLUTION:
                x, y, unit = struct.unpack(">iib", raw)
                scale = _CM_PER_INCH if unit == _PER_CM else 1.0
                return Resolution(x * scale, y * scale)
            case Tag.RANGE:
                return Range(*struct.unpack(">ii", raw))
            case Tag.TEXT_WITH_LANGUAGE | Tag.NAME_WITH_LANGUAGE:
                (skipped,) = struct.unpack_from(">H", raw)
                return raw[skipped + 4 :].decode("utf-8", "replace")
    except (struct.error, IndexError):
        return None
    return raw.decode("utf-8", "replace") if tag >= 0x40 else raw
