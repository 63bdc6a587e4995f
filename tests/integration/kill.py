"""`deploy/dev kill [CYCLES] [--only lane|server|database] [--seed N]`: SIGKILL a lane, the server
and PostgreSQL under load, so many times each, and account for every record.

Prints what was acknowledged, lost and doubled; exits 1 when anything was. Ctrl-C ends it early,
with the account of the kills there were.
"""

import argparse
import asyncio
import contextlib
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from tests import programs
from tests.integration import kill_lane, kill_server
from tests.integration.account import Account, Progress
from tests.integration.served import Served

CYCLES = 1000


def lane(cycles: int, dice: random.Random, progress: Progress) -> Account:
    with programs.running() as server, tempfile.TemporaryDirectory() as folder:
        started = kill_lane.campaign(server, Path(folder) / "lane", cycles, dice, progress)
        return asyncio.run(started)


def _served(kill: kill_server.Kill) -> Callable[[int, random.Random, Progress], Account]:
    async def run(cycles: int, dice: random.Random, progress: Progress) -> Account:
        folder = Path(tempfile.mkdtemp(prefix="gate-kill-"))
        folder.chmod(0o755)  # PostgreSQL runs as another user when we are root
        served = Served(folder)
        try:
            return await kill_server.campaign(served, kill, cycles, dice, progress)
        finally:
            await served.stop()
            shutil.rmtree(folder, ignore_errors=True)

    return lambda *asked: asyncio.run(run(*asked))


CAMPAIGNS = {
    "lane": lane,
    "server": _served(kill_server.server),
    "database": _served(kill_server.database),
}


def main(arguments: list[str]) -> int:
    asked = argparse.ArgumentParser(prog="deploy/dev kill", description=__doc__)
    asked.add_argument("cycles", nargs="?", type=int, default=CYCLES, help="of each")
    asked.add_argument("--only", choices=CAMPAIGNS, help="not all three")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = asked.parse_args(arguments)
    good, enough = True, Event()
    with _ctrl_c(enough):
        for name, campaign in CAMPAIGNS.items():
            if options.only in (None, name) and not enough.is_set():
                good &= _run(name, campaign, options.cycles, options.seed, enough)
    return 0 if good else 1


@contextlib.contextmanager
def _ctrl_c(enough: Event) -> Iterator[None]:
    asked = (signal.SIGINT, signal.SIGTERM)  # either would leave programs behind
    before = [signal.signal(each, lambda *_: enough.set()) for each in asked]
    try:
        yield
    finally:
        for each, handler in zip(asked, before, strict=True):
            signal.signal(each, handler)


def _run(
    name: str, campaign: Callable[..., Account], cycles: int, seed: int, enough: Event
) -> bool:
    """Whether everything is accounted for."""
    started = time.monotonic()

    def progress(done: int) -> bool:
        each_s = (time.monotonic() - started) / done
        left_min = (cycles - done) * each_s / 60
        said = f"{done:,} of {cycles:,} kills, {each_s:.1f} s each, {left_min:.0f} min left"
        print(f"\r{name}: {said} ", end="", file=sys.stderr, flush=True)
        return not enough.is_set()

    try:
        account = campaign(cycles, random.Random(f"{name} {seed}"), progress)
    except (AssertionError, TimeoutError, OSError) as wrong:
        print(f"\n{name}, seed {seed}: {wrong or f'went wrong ({type(wrong).__name__})'}")
        return False
    print(file=sys.stderr)
    print(f"{name}, seed {seed}: {account}, in {time.monotonic() - started:.0f} s", flush=True)
    return account.balances


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
