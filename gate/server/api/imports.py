"""The import of registrations, with progress while it runs."""

import asyncio
import contextlib
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from gate.server import imports
from gate.server.imports import ImportReport
from gate.server.problem import Problem, Refused, refusal
from gate.server.registrations.parse import parse
from gate.server.roles import Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope, read_limited
from gate.server.store import staff as audit_store

NDJSON = "application/x-ndjson"
STEPS_QUEUED_MAX = 1000
UPLOAD_S = 600.0


class ImportQuery(msgspec.Struct):
    file: Annotated[str, Meta(max_length=200, pattern=WITHOUT_NUL)] = "upload"
    """Name of the file, for the report."""
    dry_run: bool = False


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of an import's answer; the last one carries the report, or why there is none."""

    step: str
    done: int = 0
    of: int = 0
    report: ImportReport | None = None
    problem: Problem | None = None


async def import_file(call: Call) -> web.StreamResponse:
    """Streams a `Step` a line, so that whoever waits sees how far it is."""
    service, query, request = call.service, call.query, call.request
    assert isinstance(query, ImportQuery)
    if service.clock.now() >= service.policy.expires:
        raise Refused(409, "Edition over", f"its badges expired on {service.policy.expires}")
    raw = await read_limited(request, service.settings.import_bytes_max, UPLOAD_S)
    steps: asyncio.Queue[Step | None] = asyncio.Queue(STEPS_QUEUED_MAX)

    def progress(step: str, done: int, of: int) -> None:
        with contextlib.suppress(asyncio.QueueFull):
            steps.put_nowait(Step(step, done, of))

    async def work() -> ImportReport:
        try:
            progress("reading", 0, 0)
            parsed = await asyncio.to_thread(parse, raw, service.policy)
            now = service.clock.now()
            return await imports.run(
                service.appender,
                service.policy,
                service.signer,
                parsed,
                query.file,
                now,
                query.dry_run,
                progress,
            )
        finally:
            await steps.put(None)

    running = asyncio.create_task(work())
    response = web.StreamResponse(headers={"Content-Type": NDJSON})
    await response.prepare(request)
    while (step := await steps.get()) is not None:
        await _tell(response, step)
    await _tell(response, await _outcome(call, running, query))
    return response


async def _outcome(call: Call, running: asyncio.Task[ImportReport], query: ImportQuery) -> Step:
    """The last line. The answer has begun, so an error is a line too."""
    try:
        report = await running
        if not query.dry_run:
            said = f"{query.file}: +{report.added} ~{report.updated} refused {report.refused}"
            pool, who = call.service.pool, call.staff.name
            await audit_store.audit(pool, who, "registrations imported", said)
    except Exception as error:  # noqa: BLE001 - whoever waits is told
        return Step("failed", problem=refusal(error).problem)
    return Step("done", report=report)


async def _tell(response: web.StreamResponse, step: Step) -> None:
    """The import goes on when whoever asked for it has left."""
    with contextlib.suppress(ConnectionError):
        await response.write(msgspec.json.encode(step) + b"\n")


ROUTES = (
    Route(
        "POST",
        "/api/v1/editions/{edition}/imports",
        import_file,
        Permission.WRITE_PEOPLE,
        Scope.PATH,
        "Import registrations from a CSV or JSON file (the raw file is the body)",
        Step,
        answer_type=NDJSON,
        query=ImportQuery,
        body_type="application/octet-stream",
        errors=(408, 409, 413, 415),
    ),
)
