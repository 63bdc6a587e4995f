"""A lane as a process of its own, scanning without pause: for tests that kill it or cut it off.

Each admission is reported, one line `EPOCH NUMBER REASON`, only after `scan` has returned: the line
stands for the green light. SIGTERM ends the scanning; the program leaves when all is sent.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from deploy.demo.programs import ROOT
from gate import clock
from tests import lanes

DRAIN_S = 40.0


@dataclass(frozen=True, slots=True)
class LaneProgram:
    """The process and what it reported. `inside` may name a network namespace."""

    process: subprocess.Popen[bytes]
    reports: Path

    def reported(self) -> list[tuple[int, int]]:
        """(epoch, number) of each scan shown; a line cut off by the kill was not shown yet."""
        whole = self.reports.read_bytes().rpartition(b"\n")[0].decode()
        return [(int(line.split()[0]), int(line.split()[1])) for line in whole.splitlines()]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def finish(self) -> None:
        """No more scans; returns when everything is sent. Raises when it could not."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(DRAIN_S + 20) == 0, f"the lane left records unsent: {self.reports}"


def start(
    folder: Path, url: str, badges: list[str], venue: clock.Clock, pause_s: float = 0.0,
    inside: str = "",
) -> LaneProgram:  # fmt: skip
    """The lane enrolled in `folder`; its reports go to a new file there."""
    (folder / "badges").write_text("\n".join(badges))
    reports = folder / f"reports-{len(list(folder.glob('reports-*')))}"
    enter = ["ip", "netns", "exec", inside] if inside else []
    with reports.open("wb") as out, (folder / "errors").open("ab") as errors:
        process = subprocess.Popen(
            [*enter, sys.executable, "-m", "tests.lane_program", str(folder), url, str(venue),
             str(pause_s)],
            stdout=out, stderr=errors, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    return LaneProgram(process, reports)


async def _main(arguments: argparse.Namespace) -> int:
    stop, now = asyncio.Event(), clock.read(arguments.clock)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    badges = cycle((arguments.folder / "badges").read_text().splitlines())
    async with lanes.live(arguments.folder, arguments.url) as lane:
        while not stop.is_set():
            shown = await lane.scan(next(badges), now.now())
            if shown.record is not None:
                line = f"{shown.record.epoch} {shown.record.number} {shown.decision.reason}\n"
                os.write(1, line.encode())
            await asyncio.sleep(arguments.pause_s if shown.record else 0.01)
        try:
            async with asyncio.timeout(DRAIN_S):
                while lane.lane.outbox.waiting:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        except TimeoutError:
            return 1
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("clock")
    parser.add_argument("pause_s", type=float)
    sys.exit(asyncio.run(_main(parser.parse_args())))
