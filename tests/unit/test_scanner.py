"""A hand scanner's lines: as the badge says it, whatever the scanner puts around it."""

import os
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.access.credential import verify
from gate.access.model import Credential, Reason
from gate.access.wire import SCAN_CHARS_MAX
from kiosk import scanner
from kiosk.scanner import clean
from tests import venue

BADGE = venue.badge()
KEYS, EDITION = {1: venue.key()}, venue.policy().number


def read(raw: bytes, tmp_path) -> list[str]:
    path = tmp_path / "scanner"
    path.write_bytes(raw)
    said: list[str] = []
    scanner.lines(str(path), said.append, threading.Event())
    return said


# --- one line


@pytest.mark.parametrize(
    "around", ["{}", "]Q1{}", "]Q3{}", "\\000026{}", "]Q2\\000026{}", "  {}", "\x02{}\x03",
               "\ufeff{}", "]C1{}"],
)  # fmt: skip
def test_what_a_scanner_puts_around_a_badge_is_taken_away(around):
    text = clean(around.format(BADGE).encode())
    assert text == BADGE
    assert isinstance(verify(text, EDITION, KEYS), Credential)


def test_no_badge_ends_in_a_space_that_trimming_would_take():
    for holder in range(2000):
        badge = venue.badge(holder=holder)
        assert clean(f"{badge} ".encode()) == badge


@pytest.mark.parametrize("char", "+/=-% $")
def test_characters_of_the_alphabet_stay(char):
    assert clean(f"P1{char}{char}X".encode()) == f"P1{char}{char}X"


def test_other_codes_stay_as_they_are_to_be_refused_by_name():
    for text in ("https://example.org/?a=1", "مرحبا", "12345", "]Q"):
        assert clean(text.encode()) == text
        assert verify(text, EDITION, KEYS) is Reason.UNREADABLE


@given(st.binary(max_size=400))
def test_any_bytes_are_a_text(raw):
    text = clean(raw)
    assert text.isprintable()
    assert verify(text, EDITION, KEYS) in set(Reason)


def test_a_line_without_end_is_cut():
    assert len(clean(b"x" * SCAN_CHARS_MAX * 9)) == SCAN_CHARS_MAX
    assert len(clean("é".encode() * SCAN_CHARS_MAX * 9)) == SCAN_CHARS_MAX


# --- a source of lines


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\t"])
def test_lines_end_as_the_scanner_is_set_up(tmp_path, end):
    raw = end.join([b"one", b"", b"two", b"three"])
    assert read(raw, tmp_path) == ["one", "two", "three"], "the last one needs no end"


def test_a_flood_without_a_line_end_stays_bounded_and_the_next_line_is_read(tmp_path):
    said = read(b"x" * 1_000_000 + b"\n" + BADGE.encode() + b"\n", tmp_path)
    assert len(said[0]) == SCAN_CHARS_MAX
    assert said[1] == BADGE


def test_a_device_that_writes_bit_by_bit_is_read_line_by_line(tmp_path):
    device = tmp_path / "ttyACM0"
    os.mkfifo(device)
    said: list[str] = []
    reader = threading.Thread(
        target=scanner.lines, args=(str(device), said.append, threading.Event())
    )
    reader.start()
    with device.open("wb", buffering=0) as writer:
        for part in (BADGE[:50], BADGE[50:] + "\r", "\nsecond", "\n"):
            writer.write(part.encode())
    reader.join(20)
    assert not reader.is_alive(), "the end of the source ends it"
    assert said == [BADGE, "second"]


def test_a_lane_that_stops_reads_no_further(tmp_path):
    stop, said = threading.Event(), []

    def first(text: str) -> None:
        said.append(text)
        stop.set()

    path = tmp_path / "scanner"
    path.write_bytes(b"x\n" + b"y" * 5000 + b"\nz\n")
    scanner.lines(str(path), first, stop)
    assert "z" not in said


def test_a_device_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FileNotFoundError):
        scanner.lines(str(tmp_path / "nowhere"), print, threading.Event())


def test_a_scanner_that_types_is_read_from_standard_input():
    program = (
        "import threading; from kiosk import scanner;"
        "scanner.lines('-', lambda text: print(repr(text)), threading.Event())"
    )
    typed = subprocess.run(
        [sys.executable, "-c", program], input=f"{BADGE}\n\nx\n".encode(), capture_output=True,
        check=True,
    )  # fmt: skip
    assert typed.stdout.decode().splitlines() == [repr(BADGE), repr("x")]
