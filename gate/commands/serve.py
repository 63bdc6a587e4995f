"""`gate serve`: the service, from database to last request, with a line for every slow step."""

import asyncio
import contextlib
import gc
import logging
import signal
import ssl
import sys
import time
from collections.abc import Iterator

import asyncpg
import uvloop
from aiohttp import web

from gate.access.policy_file import PolicyError
from gate.commands.configured import settings
from gate.server.app import application, service
from gate.server.appender import AnotherServer
from gate.server.migrate import SchemaTooNew
from gate.server.postgres import database
from gate.server.routes import RouteTableError
from gate.server.unprivileged import DatabaseError
from gate.settings import ServerSettings, SettingsError

SHUTDOWN_S = 2.0
GC_EVERY = 20_000
"""Objects between two collections of the youngest; Python's own 700 costs 4 % at full load."""


def serve() -> int:
    """Runs until SIGINT or SIGTERM; 0 after a clean stop, 1 with words when it cannot start."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    chosen = settings(ServerSettings)
    try:
        uvloop.run(_serve(chosen))
    except (
        SettingsError,
        PolicyError,
        SchemaTooNew,
        AnotherServer,
        DatabaseError,
        RouteTableError,
    ) as error:
        print(f"gate serve: {error}", file=sys.stderr)
        return 1
    except (OSError, asyncpg.PostgresError) as error:
        print(f"gate serve: {error}", file=sys.stderr)
        return 1
    return 0


async def _serve(chosen: ServerSettings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        with _step("database"):
            url = await stack.enter_async_context(database(chosen))
        with _step("schema, signing key, registrations, log"):
            running = await stack.enter_async_context(service(chosen, url))
        # 12,000 holders live as long as the process: spare every later collection the walk.
        gc.collect()
        gc.freeze()
        # What a request leaves behind is freed by its count; cycles are rare and can wait.
        gc.set_threshold(GC_EVERY)
        runner = web.AppRunner(
            application(running), access_log=None, shutdown_timeout=SHUTDOWN_S, handle_signals=False
        )
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, chosen.host, chosen.port, backlog=1024, ssl_context=_tls(chosen))
        await site.start()
        print(f"{running.policy.name}: {chosen.url}", flush=True)
        await stop.wait()
        print("stopping", flush=True)


def _tls(chosen: ServerSettings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with the configured certificate; None: plain http, as behind a proxy.

    Raises SettingsError naming the file that cannot be used.
    """
    if not chosen.tls_certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(chosen.tls_certificate, chosen.tls_key or None)
    except (OSError, ssl.SSLError) as error:
        files = " with ".join(filter(None, (chosen.tls_certificate, chosen.tls_key)))
        raise SettingsError(f"server.tls_certificate {files}: {error}") from None
    return context


@contextlib.contextmanager
def _step(what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    print(f"{what}: {time.monotonic() - started:.1f} s", flush=True)
