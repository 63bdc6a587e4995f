"""What a hand scanner sends becomes whole lines, whatever it puts around them."""

import io
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.access.wire import SCAN_CHARS_MAX
from kiosk import scanner
from tests import venue

BADGE = venue.badge()


def said(raw, chunk=None):
    found = []
    scanner._read(Chunks(raw, chunk or len(raw) or 1), found.append, threading.Event())
    return found


class Chunks(io.BytesIO):
    """As a device gives bytes: so many at a time."""

    def __init__(self, raw, chunk):
        super().__init__(raw)
        self._chunk = chunk

    def read1(self, size=-1):
        return super().read(self._chunk)


@pytest.mark.parametrize(
    "raw",
    [b"%s\n", b"%s\r\n", b"%s\t", b"%s", b"\r\n\r\n%s\r\n", b"]Q1%s\n", b"\\000026%s\n", b"  %s\r",
     b"\x02%s\x03\n", b"\x00%s\n"],
)  # fmt: skip
def test_a_badge_is_a_badge_whatever_is_around_it(raw):
    assert said(raw % BADGE.encode()) == [BADGE]


@pytest.mark.parametrize("chunk", [1, 2, 7, 122, 4096])
def test_lines_are_whole_however_they_arrive(chunk):
    other = venue.badge(holder=9)
    assert said(f"{BADGE}\r\n{other}\nabc\n".encode(), chunk) == [BADGE, other, "abc"]


def test_a_badge_may_end_in_a_space():
    assert scanner.clean(b"P1ABC \r\n") == "P1ABC "


@given(st.binary(max_size=300))
def test_any_bytes_become_printable_text_of_bounded_length(raw):
    text = scanner.clean(raw)
    assert len(text) <= SCAN_CHARS_MAX
    assert text.isprintable()


def test_a_line_without_end_is_cut_and_the_next_one_is_whole():
    lines = said(b"A" * 1_000_000 + b"\n" + BADGE.encode() + b"\n", 4096)
    assert [len(each) for each in lines] == [SCAN_CHARS_MAX, len(BADGE)]
    assert lines[1] == BADGE


def test_a_device_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError, match="nothing-here"):
        scanner.lines(str(tmp_path / "nothing-here"), print, threading.Event())
