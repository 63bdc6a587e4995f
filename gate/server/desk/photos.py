"""Photos of people: what comes in is drawn anew, then sealed with a key that stands in no
database and no backup of one."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from nacl.secret import SecretBox

from gate.access.wire import FeedRow
from gate.server import apart
from gate.server.desk import redraw
from gate.server.desk.editing import Doing, find_one
from gate.server.issue import secret
from gate.server.problem import Refused
from gate.server.service import Service
from gate.server.store import desk as store

AT_ONCE = 2
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_drawing = asyncio.Semaphore(AT_ONCE)


def box(folder: Path) -> SecretBox:
    """Seals and opens photos; the key is made at the first start."""
    return SecretBox(secret(folder / "photos.key"))


async def save(service: Service, name: str, raw: bytes, doing: Doing) -> None:
    """Take a photo of somebody, in place of an earlier one. Raises Refused."""
    sealed = bytes(service.photo_box.encrypt(await redrawn(raw)))

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition, now_ms = service.policy.edition, service.clock.now_ms()
        stored = await find_one(connection, edition, name)
        code = stored.registration.code
        earlier = await store.photo_at(connection, edition, code)
        await store.save_photo(connection, edition, code, sealed, now_ms)
        before = {"photo_at_ms": earlier} if earlier else {}
        await store.add_history(
            connection, edition, code, now_ms, doing.who, doing.act, doing.why, stored.version,
            before, {"photo_at_ms": now_ms},
        )  # fmt: skip
        return ()

    await service.appender.change(apply)


async def forget(service: Service, name: str, doing: Doing) -> None:
    """Raises Refused 404 when there is none."""

    async def apply(connection: asyncpg.Connection) -> Sequence[FeedRow]:
        edition = service.policy.edition
        stored = await find_one(connection, edition, name)
        code = stored.registration.code
        earlier = await store.forget_photo(connection, edition, code)
        if earlier is None:
            raise Refused(404, "No photo", "there is none of this person")
        await store.add_history(
            connection, edition, code, service.clock.now_ms(), doing.who, doing.act, doing.why,
            stored.version, {"photo_at_ms": earlier}, {},
        )  # fmt: skip
        return ()

    await service.appender.change(apply)


async def read(service: Service, code: str) -> bytes:
    """The JPEG. Raises Refused 404 when there is none."""
    sealed = await store.photo(service.pool, service.policy.edition, code)
    if sealed is None:
        raise Refused(404, "No photo", "there is none of this person")
    return service.photo_box.decrypt(sealed)


async def of(service: Service, codes: Sequence[str]) -> dict[str, bytes]:
    """The JPEG of each of these people who has one, for their badges."""
    sealed = await store.photos(service.pool, service.policy.edition, codes)
    return {code: service.photo_box.decrypt(body) for code, body in sealed.items()}


async def redrawn(raw: bytes) -> bytes:
    """The photo as we keep it. Raises Refused 422 with what is wrong with the file."""
    if not raw.startswith(_SIGNATURES):
        raise Refused(422, "Not a photo", "expected a JPEG or PNG file")
    async with _drawing:
        try:
            status, out, said = await apart.run(redraw.__name__, raw, redraw.SECONDS_MAX)
        except TimeoutError:
            raise Refused(422, "Not a photo", "it takes too long to read") from None
    if status == 0:
        return out
    words = said if status == redraw.NOT_TAKEN else ""
    raise Refused(422, "Not a photo", words[:200] or "it cannot be read")
