"""The host status of label printers, as Zebra's guide writes it and as wires garble it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from badge_printer.printers import zpl
from badge_printer.printers.printer import Condition
from tests.integration.printing import zpl_reader

GOOD = ["030,0,0,1245,000,0,0,0,000,0,0,0", "000,0,0,0,0,2,4,0,00000000,1,000", "1234,0"]


def answer(*lines):
    return b"".join(b"\x02" + line.encode() + b"\x03\r\n" for line in lines)


def changed(line, place, text):
    parts = GOOD[line].split(",")
    parts[place] = text
    return answer(*(",".join(parts) if each == line else GOOD[each] for each in range(3)))


def test_a_printer_that_is_well():
    status = zpl.read_status(answer(*GOOD))
    assert (status.conditions, status.idle, status.words) == ((), True, "")


@pytest.mark.parametrize(
    ("line", "place", "condition"),
    [
        (0, 1, Condition.PAPER_OUT),
        (0, 2, Condition.PAUSED),
        (0, 9, Condition.ATTENTION),
        (0, 11, Condition.ATTENTION),
        (1, 2, Condition.COVER_OPEN),
        (1, 3, Condition.SUPPLY_OUT),
    ],
)
def test_each_flag_is_its_condition(line, place, condition):
    assert zpl.read_status(changed(line, place, "1")).conditions == (condition,)


def test_what_it_still_has_to_print():
    assert not zpl.read_status(changed(0, 4, "002")).idle
    assert not zpl.read_status(changed(1, 8, "00000001")).idle
    assert zpl.read_status(changed(1, 7, "1")).words == "a label waits to be taken"


def test_an_answer_is_whole_with_its_third_line():
    raw = answer(*GOOD)
    assert zpl.status_whole(raw)
    assert not zpl.status_whole(raw[:-4])


@given(st.binary(max_size=120))
def test_anything_else_is_no_host_status(raw):
    for each in (raw, b"\x02" + raw + b"\x03" + answer(*GOOD)):
        try:
            zpl.read_status(each)
        except zpl.NotHostStatus:
            continue


@pytest.mark.parametrize(
    ("said", "dpi"),
    [
        (b"\x02ZT411-300dpi,V92.21.39Z,12,8192KB\x03\r\n", 300),
        (b"\x02ZD421,V93,8,8176KB\x03", 203),
        (b"\x02ZT411,V92,24,8192KB\x03", 600),
        (b"\x02ZX,V1,99,1KB\x03", None),
        (b"nothing", None),
    ],
)
def test_the_resolution_it_says_it_has(said, dpi):
    assert zpl.read_dpi(said) == dpi


@given(st.integers(1, 40), st.integers(1, 30), st.randoms(use_true_random=False))
def test_any_picture_comes_back_dot_by_dot(width, height, chance):
    picture = Image.new("1", (width, height))
    picture.putdata([chance.choice((0, 255)) for _ in range(width * height)])
    read = zpl_reader.read(zpl.label(picture))
    assert (read.width, read.length, read.copies) == (width, height, 1)
    assert list(read.picture.convert("L").tobytes()) == list(picture.convert("L").tobytes())


def test_colours_become_black_where_they_are_dark():
    picture = Image.new("RGB", (3, 1))
    picture.putdata([(11, 95, 165), (255, 255, 255), (255, 196, 77)])
    assert zpl.black_and_white(picture).convert("L").tobytes() == bytes([0, 255, 255])
