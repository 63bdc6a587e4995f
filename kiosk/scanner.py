"""Lines from a hand scanner: stdin, or a device file a HID or serial scanner writes to."""

import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from gate.access.wire import SCAN_CHARS_MAX

_PREFIX = re.compile(r"^(\][A-Za-z][0-9A-Za-z])?(\\000026)?")
"""AIM's symbology identifier, then the ECI escape for UTF-8: scanners put either, or both."""
_END = re.compile(rb"[\r\n\t]")


def clean(raw: bytes) -> str:
    """A line as the badge says it, at most SCAN_CHARS_MAX characters."""
    text = raw[: SCAN_CHARS_MAX * 4].decode("utf-8", "replace")
    text = "".join(char for char in text if char.isprintable())
    # A badge never ends in a space: the last of three characters stands for 0 to 32, "0" to "W".
    return _PREFIX.sub("", text.strip())[:SCAN_CHARS_MAX]


def lines(source: str, said: Callable[[str], None], stop: threading.Event) -> None:
    """Call `said` with each line until the source ends. Raises OSError when it cannot open."""
    if source == "-":
        _read(sys.stdin.buffer, said, stop)
        return
    with Path(source).open("rb", buffering=0) as file:
        _read(file, said, stop)


def _read(file: BinaryIO, said: Callable[[str], None], stop: threading.Event) -> None:
    waiting = b""
    while not stop.is_set():
        part = file.read1(4096) if hasattr(file, "read1") else file.read(4096)
        if not part:
            break
        *whole, waiting = _END.split(waiting + part)
        waiting = waiting[-SCAN_CHARS_MAX * 4 :]
        for each in whole:
            if text := clean(each):
                said(text)
    if text := clean(waiting):
        said(text)
