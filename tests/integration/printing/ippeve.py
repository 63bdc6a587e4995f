"""A real IPP printer program (`ippeveprinter`, CUPS) with a private D-Bus, and ways to break it.

It prints by a command; ours raises the fault named in a file for as long as the file is there,
waits while a `hold` file is there, and then keeps what was printed.
"""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.programs import free_port

PROGRAM, BUS = "/usr/sbin/ippeveprinter", "/usr/bin/dbus-daemon"
START_S = 60.0

_BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>
"""
_ATTRIBUTES = """
ATTR mimeMediaType document-format-supported "{kind}"
ATTR mimeMediaType document-format-default "{kind}"
ATTR keyword media-default "{paper}"
ATTR keyword media-supported "{paper}"
ATTR keyword media-ready "{paper}"
ATTR resolution printer-resolution-supported {dpi}dpi
ATTR resolution printer-resolution-default {dpi}dpi
ATTR keyword print-color-mode-supported "auto","color","monochrome"
ATTR keyword print-scaling-supported "auto","none"
ATTR integer copies-default 1
"""
_COMMAND = """#!/bin/sh
cd "{folder}"
echo "ATTR: job-impressions=1" >&2
while [ -f fault ]; do
  F=$(cat fault)
  echo "STATE: +$F" >&2
  while [ -f fault ]; do sleep 0.05; done
  echo "STATE: -$F" >&2
done
while [ -f hold ]; do sleep 0.05; done
[ -f slow ] && sleep 0.25
[ -f fail ] && exit 1
cp "$1" "printed/$(date +%s%N).part" && mv printed/*.part "printed/$(date +%s%N).document"
echo "ATTR: job-impressions-completed=1" >&2
exit 0
"""


@dataclass
class IppEve:
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"ipp://127.0.0.1:{self.port}/ipp/print"

    def fault(self, reason: str) -> None:
        (self.folder / "fault").write_text(reason)

    def mend(self) -> None:
        (self.folder / "fault").unlink(missing_ok=True)

    def hold(self) -> None:
        """Jobs reach the printer and stay in it."""
        (self.folder / "hold").touch()

    def release(self) -> None:
        (self.folder / "hold").unlink(missing_ok=True)

    def slow(self) -> None:
        """A quarter of a second for each badge."""
        (self.folder / "slow").touch()

    def printed(self) -> list[bytes]:
        return [each.read_bytes() for each in sorted((self.folder / "printed").glob("*.document"))]

    def pull_the_plug(self) -> None:
        _end(self.process)


@contextlib.contextmanager
def bus(folder: Path) -> Iterator[str]:
    """The address of a D-Bus daemon of our own: ippeveprinter does not start without one."""
    folder.mkdir(parents=True, exist_ok=True)
    path, config = folder / "bus.sock", folder / "bus.conf"
    config.write_text(_BUS_CONFIG.format(socket=path))
    process = _start(
        [BUS, f"--config-file={config}", "--nofork", "--nopidfile"], {}, folder / "bus.log"
    )
    try:
        _until(path.exists, folder / "bus.log", process)
        yield f"unix:path={path}"
    finally:
        _end(process)


@contextlib.contextmanager
def printer(
    folder: Path,
    bus_address: str,
    kind: str = "application/pdf",
    paper: str = "iso_a6_105x148mm",
    dpi: int = 300,
    port: int = 0,
    version: str = "2.0",
) -> Iterator[IppEve]:
    """A running printer; `port` 0 takes a free one."""
    (folder / "printed").mkdir(parents=True, exist_ok=True)
    (folder / "spool").mkdir(exist_ok=True)
    command, attributes = folder / "command.sh", folder / "printer.conf"
    command.write_text(_COMMAND.format(folder=folder))
    command.chmod(0o755)
    attributes.write_text(_ATTRIBUTES.format(kind=kind, paper=paper, dpi=dpi))
    port = port or free_port()
    process = _start(
        [
            PROGRAM, "-n", "localhost", "-p", str(port), "-r", "off", "-d", str(folder / "spool"),
            "-V", version, "-a", str(attributes), "-c", str(command), "-K", str(folder), "Desk",
        ],
        {"DBUS_SYSTEM_BUS_ADDRESS": bus_address},
        folder / "printer.log",
    )  # fmt: skip
    try:
        _until(lambda: _listens(port), folder / "printer.log", process)
        yield IppEve(folder, port, process)
    finally:
        _end(process)


def _start(command: list[str], environ: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            env={**os.environ, **environ}, start_new_session=True,
            preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL),  # noqa: PLW1509
        )  # fmt: skip


def _end(process: subprocess.Popen[bytes]) -> None:
    """Its print commands end with it: they are of its session."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _until(ready: Callable[[], bool], log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while not ready():
        assert process.poll() is None, f"it ended by itself: {log.read_text()}"
        assert time.monotonic() < deadline, f"it did not start: {log.read_text()}"
        time.sleep(0.02)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
