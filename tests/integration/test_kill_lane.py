"""Lanes as programs: killed under load (`deploy/dev kill`: by the thousand), started twice."""

import random
import signal
import subprocess
import sys

from deploy.demo.programs import ROOT
from tests import programs
from tests.integration import kill_lane


async def test_no_kill_takes_or_doubles_what_a_lane_had_shown(program, tmp_path):
    account = await kill_lane.campaign(program, tmp_path, 20, random.Random(7))
    assert account.balances and account.kills == 20 <= account.acknowledged
    assert account.cut, "something shown had not been sent yet"


async def test_a_second_program_on_the_same_lane_is_refused_in_words(program, tmp_path):
    await program.enrol("twice", tmp_path)
    first, second = _entrance(program, tmp_path), None
    try:
        assert b"page at" in first.stdout.readline()
        second = _entrance(program, tmp_path)
        said = second.communicate(timeout=40)[0].decode()
        assert second.returncode == 1
        assert "another program has it open" in said and "Traceback" not in said
        first.send_signal(signal.SIGTERM)
        assert first.wait(40) == 0
    finally:
        for each in filter(None, (first, second)):
            each.kill()
            each.wait()
            each.stdout.close()


def _entrance(server, folder) -> subprocess.Popen[bytes]:
    environ = {
        "PATH": "/usr/bin:/bin",
        "GATE_LANE_SERVER_URL": server.url,
        "GATE_LANE_DATA_DIR": str(folder),
        "GATE_LANE_SOURCE": "-",
        "GATE_LANE_PAGE_PORT": str(programs.free_port()),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "kiosk", "entrance"], cwd=ROOT, env=environ,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
