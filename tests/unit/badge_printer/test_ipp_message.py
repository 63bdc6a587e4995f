"""IPP messages: RFC 8010's own examples, what printers send in the field, and any bytes at all."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badge_printer.printers import media
from badge_printer.printers.ipp_message import (
    ATTRIBUTES_MAX,
    DEPTH_MAX,
    Attribute,
    NotIpp,
    Operation,
    Range,
    Resolution,
    Tag,
    integers,
    read,
    request,
    texts,
)

URI = Attribute("printer-uri", Tag.URI, ("ipp://printer.example.com/ipp/print/pinetree",))


def value(tag, name, raw):
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(raw)) + raw


def answer(*parts, status=0):
    return struct.pack(">BBHI", 2, 0, status, 1) + b"".join(parts) + b"\x03"


def printer(*values):
    return read(answer(b"\x04", *values)).of(Tag.PRINTER)[0]


def test_a_print_job_request_is_as_rfc_8010_appendix_a_writes_it():
    """Its example A.1 in version 2.0: header, operation attributes, job attributes, end."""
    raw = request(
        Operation.PRINT_JOB,
        1,
        [URI, Attribute("job-name", Tag.NAME, ("foobar",))],
        [
            Attribute("copies", Tag.INTEGER, (20,)),
            Attribute("sides", Tag.KEYWORD, ("two-sided-long-edge",)),
        ],
    )
    assert raw == (
        b"\x02\x00\x00\x02\x00\x00\x00\x01\x01"
        b"\x47\x00\x12attributes-charset\x00\x05utf-8"
        b"\x48\x00\x1battributes-natural-language\x00\x02en"
        b"\x45\x00\x0bprinter-uri\x00\x2cipp://printer.example.com/ipp/print/pinetree"
        b"\x42\x00\x08job-name\x00\x06foobar"
        b"\x02\x21\x00\x06copies\x00\x04\x00\x00\x00\x14"
        b"\x44\x00\x05sides\x00\x13two-sided-long-edge\x03"
    )


def test_further_values_of_an_attribute_have_no_name():
    raw = request(
        Operation.GET_JOBS, 1, [Attribute("requested-attributes", Tag.KEYWORD, ("a", "b"))]
    )
    assert raw.endswith(b"\x44\x00\x14requested-attributes\x00\x01a\x44\x00\x00\x00\x01b\x03")


def test_a_collection_is_as_rfc_8010_3_1_6_writes_it_and_comes_back():
    raw = request(Operation.PRINT_JOB, 1, [], [media.collection(105, 148)])
    assert (
        b"\x34\x00\x09media-col\x00\x00"
        b"\x4a\x00\x00\x00\x0amedia-size\x34\x00\x00\x00\x00"
        b"\x4a\x00\x00\x00\x0bx-dimension\x21\x00\x00\x00\x04\x00\x00\x29\x04"
        b"\x4a\x00\x00\x00\x0by-dimension\x21\x00\x00\x00\x04\x00\x00\x39\xd0"
        b"\x37\x00\x00\x00\x00\x37\x00\x00\x00\x00" in raw
    )
    (job,) = read(raw).of(Tag.JOB)
    assert job == {
        "media-col": [{"media-size": [{"x-dimension": [10500], "y-dimension": [14800]}]}]
    }


def test_what_printers_send_is_read_by_kind():
    members = printer(
        value(Tag.RESOLUTION, b"dpi", struct.pack(">iib", 300, 600, 3)),
        value(Tag.RESOLUTION, b"dpcm", struct.pack(">iib", 118, 118, 4)),
        value(Tag.RANGE, b"range", struct.pack(">ii", 1, 9)),
        value(Tag.BOOLEAN, b"accepts", b"\x01"),
        value(Tag.NAME_WITH_LANGUAGE, b"info", b"\x00\x02en\x00\x04Desk"),
        value(0x13, b"missing", b""),
        value(0x30, b"octets", b"\xff\x00"),
    )
    assert members["dpi"] == [Resolution(300, 600)]
    assert members["dpcm"] == [Resolution(118 * 2.54, 118 * 2.54)]
    assert members["range"] == [Range(1, 9)]
    assert members["accepts"] == [True]
    assert members["info"] == ["Desk"]
    assert members["missing"] == []
    assert members["octets"] == [b"\xff\x00"]
    assert (texts(members, "octets"), integers(members, "accepts")) == ([], [])


def test_a_repeated_attribute_a_broken_value_and_broken_utf_8_do_no_harm():
    members = printer(
        value(Tag.MIME, b"formats", b"application/pdf"),
        value(Tag.INTEGER, b"count", b"\x00\x01"),
        value(Tag.MIME, b"formats", b"image/urf"),
        value(Tag.TEXT, b"words", b"caf\xe9"),
    )
    assert members["formats"] == ["application/pdf", "image/urf"]
    assert members["count"] == []
    assert members["words"] == ["caf\ufffd"]


def test_the_status_message_is_found():
    words = value(Tag.TEXT, b"status-message", b"Printer is busy.")
    assert read(answer(b"\x01", words, status=0x507)).words == "Printer is busy."
    assert read(answer(b"\x01")).words == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x02\x00",
        answer()[:-1],
        answer(value(Tag.INTEGER, b"x", bytes(4))),
        answer(b"\x04", b"\x21\x00\x01x\xff\xff"),
        answer(b"\x04", value(Tag.BEGIN_COLLECTION, b"c", b"")),
        answer(b"\x04", value(Tag.BEGIN_COLLECTION, b"c", b"") * (DEPTH_MAX + 1)),
        answer(b"\x04", value(Tag.INTEGER, b"x", bytes(4)) * (ATTRIBUTES_MAX + 1)),
    ],
    ids=["nothing", "cut", "no-end", "no-group", "length", "open", "deep", "many"],
)
def test_what_is_no_message_or_too_much_is_refused(raw):
    with pytest.raises(NotIpp):
        read(raw)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(raw):
    for each in (raw, answer(raw), answer(b"\x04", raw)):
        try:
            read(each)
        except NotIpp:
            continue


@given(st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_a_message_with_broken_bytes_is_a_message_or_refused(place, noise):
    raw = bytearray(request(Operation.PRINT_JOB, 1, [URI], [media.collection(105, 148)]))
    raw[place : place + len(noise)] = noise
    try:
        read(bytes(raw))
    except NotIpp:
        return
