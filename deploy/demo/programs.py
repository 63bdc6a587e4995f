"""Child programs of the demonstration: started with their own log, ended with their parent."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STOP_S = 8.0
LAST_LINES = 12
_PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-LAST_LINES:])


def start(name: str, module: list[str], environ: Mapping[str, str], logs: Path) -> Program:
    """`python -m MODULE...`, in a session of its own, killed by the kernel when we are."""
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{name}.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *module], stdout=file, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, cwd=ROOT, env={**os.environ, **environ},
            preexec_fn=_die_with_parent, start_new_session=True,  # noqa: PLW1509 - one thread
        )  # fmt: skip
    return Program(name, process, log)


def stop(programs: list[Program]) -> None:
    """The last started first: nobody is left talking to a server that is gone."""
    for each in reversed(programs):
        if each.process.poll() is None:
            each.process.send_signal(signal.SIGTERM)
            try:
                each.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
