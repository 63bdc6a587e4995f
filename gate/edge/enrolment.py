"""Who this device is: its enrolment, kept in one file that only its owner can read."""

import os
from pathlib import Path

import msgspec

from gate import __version__
from gate.access.wire import Enrolled
from gate.client import Client

FILE = "device.json"


class NotEnrolled(Exception):
    """The device has no enrolment yet; the message says how to get one."""


def load(folder: Path) -> Enrolled:
    """Raises NotEnrolled when there is none, or it cannot be read."""
    path = folder / FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Enrolled)
    except FileNotFoundError:
        raise NotEnrolled(
            f"no {path}: ask the server's operator for a code (`gate enrol NAME --gate GATE`) "
            "and start once with `--enrol CODE`"
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, OSError) as error:
        raise NotEnrolled(f"{path} cannot be read ({error}); enrol this device anew") from None


async def enrol(url: str, code: str, folder: Path) -> Enrolled:
    """Trade a one-time code for an enrolment and keep it. Raises ServerAway, CallRefused."""
    try:
        before = load(folder).epoch
    except NotEnrolled:
        before = 0
    async with Client(url) as client:
        enrolled = await client.enrol(code, __version__, before)
    save(folder, enrolled)
    return enrolled


def save(folder: Path, enrolled: Enrolled) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{FILE}.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(enrolled))
        file.flush()
        os.fsync(file.fileno())
    part.rename(folder / FILE)
    named = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(named)  # the code is used up: a power cut must not take the name back
    finally:
        os.close(named)
