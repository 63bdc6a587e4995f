"""What a newcomer sees: the example week starts, its links open, its wall moves, Ctrl-C ends it."""

import asyncio
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import aiohttp
import psutil
import pytest

from deploy.demo import programs
from gate.client import Client
from tests.programs import EDITION, eventually, ports_in_a_row

START_S = 120.0


@pytest.fixture
def folder():
    made = Path(tempfile.mkdtemp(prefix="gate-test-"))
    made.chmod(0o755)  # PostgreSQL runs as another user when we are root
    yield made
    shutil.rmtree(made, ignore_errors=True)


class Run:
    """`deploy/dev run` without its set-up, small and fast."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port, self.said = folder, port, ""

    async def start(self) -> None:
        """Returns when it has printed its links, or has ended."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.demo.run", "--folder", str(self.folder),
            "--port", str(self.port), "--people", "200", "--speed", "60", cwd=programs.ROOT,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout is not None
        async with asyncio.timeout(START_S):
            async for line in self.process.stdout:
                self.said += line.decode()
                if "Ctrl-C" in self.said:
                    return
            await self.process.wait()

    def link(self, name: str) -> str:
        found = re.search(rf"^  {name}\s+(\S+)", self.said, re.MULTILINE)
        assert found, self.said
        return found[1]

    async def interrupt(self) -> int:
        """As Ctrl-C does; what it had started is gone afterwards."""
        started = psutil.Process(self.process.pid).children(recursive=True)
        assert {"server", "lane", "crowd"} <= {p.stem for p in (self.folder / "logs").iterdir()}
        assert len(started) >= 4
        self.process.send_signal(signal.SIGINT)
        status = await asyncio.wait_for(self.process.wait(), 60)
        _, left = psutil.wait_procs(started, timeout=30)
        assert not left, left
        return status


async def test_the_example_week_runs_shows_itself_and_leaves_nothing_behind(folder):
    run = Run(folder, ports_in_a_row())
    await run.start()
    steps = re.findall(r"^(\w.+) \.\.\. \d+\.\d s$", run.said, re.MULTILINE)
    assert [each.split()[0] for each in steps] == [
        "inventing", "starting", "importing", "enrolling", "recording", "starting",
    ], run.said  # fmt: skip
    try:
        async with aiohttp.ClientSession() as anybody:
            for name in ("dashboard", "lane page", "printing", "a badge", "API"):
                async with anybody.get(run.link(name)) as answer:
                    assert answer.status == 200, name
                    kind = "application/pdf" if name == "a badge" else "text/html"
                    assert answer.content_type == kind
        token = (folder / "server" / "operator.token").read_text()
        async with Client(f"http://127.0.0.1:{run.port}", token) as operator:

            async def people_came() -> bool:
                path = f"/api/v1/editions/{EDITION}/counts"
                return (await operator.operate("GET", path))["entered"] > 0

            await eventually(people_came, "the wall moves", 60)
        lane = folder / "logs" / "lane.log"
        await eventually(lambda: "GREEN" in lane.read_text(), "the lane turns green", 60)

        another = Run(folder / "another", run.port)
        await another.start()
        assert another.process.returncode == 1
        assert f"port {run.port} is in use" in another.said
        assert "Traceback" not in another.said
    finally:
        assert await run.interrupt() == 0
    logs = "".join(each.read_text() for each in (folder / "logs").iterdir())
    assert "Traceback" not in logs and "Unclosed" not in logs, logs

    again = Run(folder, run.port)
    await again.start()
    try:
        assert "importing" not in again.said, "the second run goes on where the first stopped"
    finally:
        assert await again.interrupt() == 0
