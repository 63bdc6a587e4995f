"""A real PostgreSQL for the session, a fresh database and a fresh server for each test.

The cluster is the product's own launcher; the schema is migrated once into a template, and each
test clones it. Nothing listens on a fixed port.
"""

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher

from gate import clock
from gate.server import auth, migrate
from gate.server.app import application, service
from gate.server.postgres import Embedded
from gate.server.service import Service
from gate.settings import ServerSettings
from tests import venue
from tests.integration.calls import Api
from tests.integration.served import Served

TEMPLATE = "gate_template"
MOMENT = "07-08 09:00"
"""The venue's time in these tests, unless a test says otherwise: the joint opening."""
PASSWORD = "correct horse battery"
QUICK_PASSWORDS = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hundreds of tests sign in; what a password costs in earnest, `test_signing_in.py` says."""
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Callable[[], Path]]:
    """Makes folders that also PostgreSQL's unprivileged account can reach; gone at the end."""
    made: list[Path] = []

    def folder() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="gate-test-")))
        made[-1].chmod(0o755)
        return made[-1]

    yield folder
    for each in made:
        shutil.rmtree(each, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(open_folder) -> Iterator[Embedded]:
    server = Embedded(open_folder() / "postgres")

    async def start() -> None:
        await server.start()
        await _administer(server, f'CREATE DATABASE "{TEMPLATE}"')
        connection = await asyncpg.connect(server.url(TEMPLATE))
        await migrate.migrate(connection)
        await connection.close()

    asyncio.run(start())
    yield server
    asyncio.run(server.stop())


async def _administer(server: Embedded, *statements: str) -> None:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        for each in statements:
            await connection.execute(each)
    finally:
        await connection.close()


@pytest.fixture
async def empty_database_url(cluster) -> AsyncIterator[str]:
    """A database without any table."""
    name = f"empty_{next(_numbers)}"
    await _administer(cluster, f'CREATE DATABASE "{name}"')
    yield cluster.url(name)
    await _administer(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database_url(cluster) -> AsyncIterator[str]:
    """A database of its own, with the newest schema."""
    name = f"test_{next(_numbers)}"
    await _administer(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    yield cluster.url(name)
    await _administer(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database(database_url) -> AsyncIterator[asyncpg.Connection]:
    """A look into the test's database, beside the server's own connections."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def backup(cluster, database_url) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Copies the test's database as it is now, while no server has it: its new address."""
    made: list[str] = []

    async def copy() -> str:
        name, of = f"backup_{next(_numbers)}", urlsplit(database_url).path[1:]
        await _administer(cluster, f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
        made.append(name)
        return cluster.url(name)

    yield copy
    for name in made:
        await _administer(cluster, f'DROP DATABASE "{name}" WITH (FORCE)')


@dataclass
class Running:
    """A server on a free port, and whoever calls it."""

    service: Service
    url: str
    stack: AsyncExitStack

    async def api(self, **who: object) -> Api:
        edition = self.service.policy.edition
        return await self.stack.enter_async_context(Api(self.url, edition, **who))

    async def nobody(self) -> Api:
        return await self.api()

    async def operator(self) -> Api:
        token = (self.service.settings.data_dir / "operator.token").read_text().strip()
        return await self.api(token=token)

    async def staff(self, *roles: str, name: str = "") -> Api:
        """Somebody who signed in with a password, as a browser would."""
        name = name or "-".join(roles)
        body = {"name": name, "password": PASSWORD, "roles": roles}
        (await (await self.operator()).post("/api/v1/staff", body)).good()
        api = await self.nobody()
        sign_in = await api.post("/api/v1/sign-in", {"name": name, "password": PASSWORD})
        api.csrf = sign_in.good()["csrf"]
        return api

    async def device(
        self, name: str, gate: str | None = "west_3", role: str = "lane", direction: str = "entry"
    ) -> Api:
        """A device enrolled by a one-time code."""
        body = {"id": name, "role": role, "gate": gate, "direction": direction}
        made = await (await self.operator()).post("/api/v1/editions/{edition}/devices", body)
        anybody = await self.nobody()
        enrolled = await anybody.post("/api/v1/devices/enrol", {"code": made.good()["code"]})
        mine = enrolled.good()
        return await self.api(token=mine["token"], device=mine["device"], epoch=mine["epoch"])

    async def import_rows(self, text: str) -> dict:
        return await (await self.operator()).report(text)

    async def badge(self, code: str) -> str:
        """The signed QR text of a registration."""
        p = self.service.pool
        return await p.fetchval(
            "SELECT text FROM badge JOIN registration USING (edition, holder, generation)"
            " WHERE code = $1 ORDER BY issue DESC LIMIT 1", code
        )  # fmt: skip


@pytest.fixture
def settings(tmp_path) -> Callable[..., ServerSettings]:
    def make(**more: object) -> ServerSettings:
        values: dict[str, object] = {
            "data_dir": tmp_path / "server",
            "clock": clock.starting_now(venue.at(MOMENT)),
        }
        return ServerSettings(**(values | more))  # type: ignore[arg-type]

    return make


@pytest.fixture
def serve(settings, database_url) -> Callable[..., AbstractAsyncContextManager[Running]]:
    """`async with serve(viewers_max=2) as server:` - a server of the test's own making."""

    def one(**more: object) -> AbstractAsyncContextManager[Running]:
        return serving(settings(**more), database_url)

    return one


@asynccontextmanager
async def serving(chosen: ServerSettings, url: str) -> AsyncIterator[Running]:
    """A server in this process, behind a real socket."""
    quick = mock.patch.object(auth, "PASSWORDS", QUICK_PASSWORDS)
    async with AsyncExitStack() as stack:
        with quick:
            behind = await stack.enter_async_context(service(chosen, url))
        http = TestServer(application(behind))
        await http.start_server(access_log=None, shutdown_timeout=1.0)
        stack.push_async_callback(http.close)
        yield Running(behind, str(http.make_url("")).rstrip("/"), stack)


@pytest.fixture
async def server(serve) -> AsyncIterator[Running]:
    """One server with nobody registered yet."""
    async with serve() as running:
        yield running


@pytest.fixture
async def served(open_folder) -> AsyncIterator[Served]:
    """The service as a program of its own, with its embedded database; not started yet."""
    process = Served(open_folder())
    yield process
    await process.stop()


@pytest.fixture
async def operator(server) -> Api:
    """The command line on the server's own machine."""
    return await server.operator()


@pytest.fixture
async def nobody(server) -> Api:
    return await server.nobody()
