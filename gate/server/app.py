"""The service as a whole: what it starts, in which order, and the application in front of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
from aiohttp import web

from gate.access.known import Known
from gate.access.model import GateId, ZoneId
from gate.access.policy import Policy
from gate.access.policy_file import PolicyError, parse
from gate.access.wire import FeedRow
from gate.editions import example
from gate.server import migrate, problem, routes
from gate.server.api import all_routes
from gate.server.appender import Appender
from gate.server.auth import Auth, operator_token
from gate.server.claims import Claims
from gate.server.desk import photos, reprints
from gate.server.desk.directory import Directory
from gate.server.devices import Devices
from gate.server.issue import Signer
from gate.server.lan_key import LanKey
from gate.server.live import Live
from gate.server.mail.outbox import Outbox
from gate.server.problem import Refused
from gate.server.rights_book import RightsBook
from gate.server.service import SERVICE, Service
from gate.server.signing_keys import PrivateHalves, Ring, ring
from gate.server.store import devices as device_store
from gate.server.store import log as log_store
from gate.server.store import registrations as store
from gate.server.store import supervisors
from gate.settings import ServerSettings

POOL_MAX = 10
HEADERS = {
    "Server": "gate",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def policy_text(settings: ServerSettings) -> tuple[str, str]:
    """(text, name for messages) of the edition's policy file. Raises OSError."""
    if settings.policy_file:
        return Path(settings.policy_file).read_text(encoding="utf-8"), settings.policy_file
    return example(), "the example edition"


@asynccontextmanager
async def service(settings: ServerSettings, database_url: str) -> AsyncIterator[Service]:
    """Everything that runs behind the API, started and stopped in order.

    Raises PolicyError, SchemaTooNew, AnotherServer and database errors with words for people.
    """
    text, source = policy_text(settings)
    policy = parse(text, source)

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(database_url, timeout=10)

    connection = await connect()
    try:
        await migrate.migrate(connection)
    finally:
        await connection.close()
    pool = await asyncpg.create_pool(database_url, min_size=1, max_size=POOL_MAX)
    halves = PrivateHalves(settings.data_dir / "keys", policy.edition)
    keys = ring(policy, await store.keys(pool, policy.edition), halves, settings.clock.now())
    book = RightsBook(settings.data_dir / f"{policy.edition}-rights.json")
    appender = Appender(connect, await _known(pool, policy, keys), book)
    appender.known.places = appender.intake.places
    live = Live(connect, pool, appender.known, settings.clock)
    live.in_doubt = lambda: appender.intake.in_doubt
    try:
        await appender.start()
        await _tell_changes(appender, policy, text, keys)
        appender.intake.zones_of = await device_store.zones(pool, policy.edition)
        await live.start()
        claims = Claims(policy.edition, settings.data_dir / "keys")
        outbox = Outbox(
            pool,
            policy,
            settings.smtp_url,
            settings.mail_from,
            settings.claim_link,
            settings.url,
            settings.mails_per_minute,
            claims.of,
            claims.mail_token,
            settings.clock.now_ms,
        )
        running = Service(
            settings=settings,
            clock=settings.clock,
            policy=policy,
            policy_text=text,
            pool=pool,
            appender=appender,
            signer=Signer(policy, keys.signs.key_id, keys.seed),
            halves=halves,
            devices=Devices(pool, policy),
            auth=Auth(pool, operator_token(settings.data_dir)),
            live=live,
            lan_key=LanKey(settings.data_dir / "keys" / f"{policy.edition}-lan.key"),
            directory=Directory(pool, policy.edition),
            photo_box=photos.box(settings.data_dir / "keys"),
            claims=claims,
            outbox=outbox,
        )
        await reprints.settle_all(running)
        outbox.start()
        try:
            yield running
        finally:
            await outbox.stop()
    finally:
        await live.stop()
        await appender.stop()
        await pool.close()


async def _known(pool: asyncpg.Pool, policy: Policy, keys: Ring) -> Known:
    """What the database says, in memory; the appender adds positions and presence.

    The cursor is read first: what another server still changes now, the appender applies again.
    """
    known = Known(policy)
    _, known.cursor = await log_store.heads(pool, policy.edition)
    known.keys = dict(keys.keys)
    known.profiles = {p.number: p for p in await store.profiles(pool, policy.edition)}
    for row in await store.holders(pool, policy.edition):
        known.hold(row.record())
    known.supervisors = {s.number: s for s in await supervisors.all_of(pool, policy.edition)}
    known.mode = await store.mode(pool, policy.edition)
    # The server itself knows every badge it ever signed: a badge without a record is forged.
    known.known_until_min = 2**24
    return known


async def _tell_changes(appender: Appender, policy: Policy, text: str, keys: Ring) -> None:
    """Tell the lanes of a policy or keys that changed while the service was down."""

    async def apply(connection: asyncpg.Connection) -> list[FeedRow]:
        rows = []
        before = await store.edition_policy(connection, policy.edition)
        await store.save_edition(connection, policy, text)
        await device_store.save_zones(connection, policy.edition, _led(policy))
        with suppress(PolicyError):  # one that only an older program could read
            was = parse(before or "", "the policy before")
            await device_store.save_zones(connection, policy.edition, _led(was))
        if before != text:
            rows.append(FeedRow(seq=0, policy=text))
        stored = await store.keys(connection, policy.edition)
        for key in keys.keys.values():
            if key not in stored:
                await store.save_key(connection, policy.edition, key)
                rows.append(FeedRow(seq=0, key=key))
        return rows

    await appender.change(apply)


def _led(policy: Policy) -> list[tuple[GateId, ZoneId]]:
    return [(gate.id, gate.zone) for gate in policy.gates.values()]


def application(running: Service) -> web.Application:
    """The aiohttp application. Raises RouteTableError when a route is not wholly declared."""
    app = web.Application(middlewares=[_answer_errors], client_max_size=64 * 1024)
    app[SERVICE] = running
    routes.install(app, all_routes())
    app.on_response_prepare.append(_headers)
    app.on_shutdown.append(_close_streams)
    return app


async def _headers(request: web.Request, response: web.StreamResponse) -> None:
    route = getattr(request.match_info.handler, "declared_as", None)
    response.headers.update(HEADERS)
    if route is not None and route.headers:
        response.headers.update(route.headers)
    response.headers.setdefault("Cache-Control", "no-store")


async def _close_streams(app: web.Application) -> None:
    app[SERVICE].live.close_streams()


@web.middleware
async def _answer_errors(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Whatever happens, the answer is a problem in plain words."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        answer = problem.answer(Refused(error.status, error.reason))
        answer.headers.update({k: v for k, v in error.headers.items() if k == "Allow"})
        return answer
    except Exception as error:  # noqa: BLE001 - no exception page for anybody
        return problem.answer(problem.refusal(error))
