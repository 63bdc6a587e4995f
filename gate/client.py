"""The server's API as typed calls, for lanes, kiosks, printers and the command line.

No call retries by itself: whoever calls owns the retries. Every wait and every answer is bounded.
"""

import json
import socket
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar
from urllib.parse import quote, urlencode

import aiohttp
import msgspec

from gate.access.ledger import LogRecord
from gate.access.wire import (
    BadgeData,
    BadgePage,
    BadgeQuery,
    Compare,
    Compared,
    Decided,
    Enrol,
    Enrolled,
    Feed,
    Hello,
    KioskNews,
    Lease,
    Leased,
    LogAck,
    LogBatch,
    NotPrinted,
    OnlineScan,
    PrePrinted,
    PrePrintedAnswer,
    PrePrintedBadges,
    PrintOrder,
    Reserve,
    Reserved,
    Snapshot,
    Ticket,
    Welcome,
)

ANSWER_S = 15.0
CONNECT_S = 3.0
SILENT_S = 3
"""A peer that acknowledges nothing for so long is gone: a cable was pulled. Without this, what was
under way would be repeated at ever longer intervals, and healing go unnoticed for as long."""
IMPORT_S = 600.0
SNAPSHOT_S = 60.0
"""For one attempt; the next goes on behind what came."""
ANSWER_BYTES_MAX = 64 * 1024 * 1024
T = TypeVar("T")


class ServerAway(Exception):
    """No answer, or none that can be used; trying again later may help."""


class AskedTooOften(ServerAway):
    """It answers, but has a limit for this; in a while it helps."""


class CallRefused(Exception):
    """The server answered with a problem; trying the same again does not help."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(f"{title}: {detail}" if detail else title)
        self.status = status


class Client:
    """One server, one token. Use as an async context, or close it."""

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session: aiohttp.ClientSession | None = None
        self._snapshot = _Download()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    # --- devices

    async def enrol(self, code: str, version: str = "", epoch_before: int = 0) -> Enrolled:
        body = Enrol(code, version, epoch_before)
        return await self._post("/api/v1/devices/enrol", body, Enrolled)

    async def hello(self, hello: Hello) -> Welcome:
        return await self._post("/api/v1/lane/hello", hello, Welcome)

    async def snapshot(self) -> Snapshot:
        """Goes on where the last attempt of this client broke off, as long as the server keeps
        what it began with."""
        download = self._snapshot
        async with self._answer(
            "GET", "/api/v1/lane/snapshot", wait_s=SNAPSHOT_S, headers=download.goes_on()
        ) as answer:
            await _check(answer)
            await download.take(answer)
            self._snapshot = _Download()
            return msgspec.json.decode(download.unpacked(), type=Snapshot)

    async def feed(self, after: int, wait_s: float = 0.0, moves_after: int | None = None) -> Feed:
        path = f"/api/v1/lane/feed?after={after}&wait={wait_s}"
        if moves_after is not None:
            path += f"&moves_after={moves_after}"
        return await self._call("GET", path, Feed, wait_s=ANSWER_S + wait_s)

    async def log(self, epoch: int, first: int, records: list[LogRecord]) -> LogAck:
        """Hand in consecutive records from number `first`; at most RECORDS_PER_BATCH_MAX. With
        none, only ask how much of the epoch the server holds."""
        raw = tuple(msgspec.Raw(msgspec.json.encode(record)) for record in records)
        return await self._post("/api/v1/lane/log", LogBatch(epoch, first, raw), LogAck)

    async def lease(self, lease: Lease) -> Leased:
        return await self._post("/api/v1/lane/lease", lease, Leased)

    async def scan(self, scan: OnlineScan) -> Decided:
        return await self._post("/api/v1/scans", scan, Decided)

    async def compare(self, text: str, wait_s: float = ANSWER_S) -> Compared:
        """Whose badge was just presented; `wait_s` because a guard and a person stand there."""
        raw = msgspec.json.encode(Compare(text))
        return await self._call("POST", "/api/v1/lane/compare", Compared, raw, wait_s)

    async def badge(self, code: str) -> BadgeData:
        path = f"/api/v1/printer/badges/{quote(code, safe='')}"
        return await self._call("GET", path, BadgeData)

    async def badges(self, query: BadgeQuery) -> BadgePage:
        path = f"/api/v1/printer/badges?{urlencode(msgspec.to_builtins(query))}"
        return await self._call("GET", path, BadgePage, wait_s=60.0)

    async def pre_printed(self, badges: Sequence[PrePrinted], lot: str) -> PrePrintedAnswer:
        """Say where badges of a lot wait; saying it again is harmless."""
        path, body = "/api/v1/printer/pre-printed", PrePrintedBadges(tuple(badges), lot)
        return await self._post(path, body, PrePrintedAnswer)

    async def print_orders(self) -> list[PrintOrder]:
        return await self._call("GET", "/api/v1/printer/reprints", list[PrintOrder])

    async def print_done(self, order: int) -> None:
        await self._call("POST", f"/api/v1/printer/reprints/{order}/done", object)

    async def print_failed(self, order: int, why: str) -> None:
        path = f"/api/v1/printer/reprints/{order}/failed"
        await self._post(path, NotPrinted(why[:200]), object)

    # --- kiosks

    async def kiosk_news(
        self, timeline: str, after: int, prints_after: int, wait_s: float = 0.0
    ) -> KioskNews:
        path = (
            f"/api/v1/kiosk/news?timeline={quote(timeline, safe='')}&after={after}"
            f"&prints_after={prints_after}&wait={wait_s}"
        )
        return await self._call("GET", path, KioskNews, wait_s=ANSWER_S + wait_s)

    async def reserve(self, reserve: Reserve, wait_s: float = ANSWER_S) -> Reserved:
        """Ask whether this kiosk may print a badge; `wait_s` because a person stands there."""
        raw = msgspec.json.encode(reserve)
        return await self._call("POST", "/api/v1/kiosk/reservations", Reserved, raw, wait_s)

    async def keep_digital(self, badge: Reserve, wait_s: float = ANSWER_S) -> None:
        """The person keeps this badge on the phone; a person stands there as well."""
        raw = msgspec.json.encode(badge)
        await self._call("POST", "/api/v1/kiosk/digital", object, raw, wait_s)

    async def release(self, reserve: Reserve) -> None:
        await self._post("/api/v1/kiosk/reservations/release", reserve, object)

    async def ticket(self, ticket: Ticket) -> None:
        await self._post("/api/v1/kiosk/tickets", ticket, object)

    # --- the operator's command line

    async def operate(self, method: str, path: str, body: object = None) -> Any:
        """Any other operation, as plain JSON values."""
        raw = None if body is None else json.dumps(body).encode()
        return await self._call(method, path, object, raw)

    async def import_file(
        self, edition: str, name: str, raw: bytes, dry_run: bool
    ) -> AsyncIterator[dict[str, Any]]:
        """Each step of an import while it runs; the last has the report.

        Raises CallRefused and ServerAway, also in the middle: then nothing was stored, or the
        answer was lost; importing the file again is harmless.
        """
        path = (
            f"/api/v1/editions/{edition}/imports?file={quote(name, safe='')}&dry_run={int(dry_run)}"
        )
        try:
            async with self._request(
                "POST", path, raw, IMPORT_S, "application/octet-stream"
            ) as answer:
                await _check(answer)
                async for line in answer.content:
                    step = json.loads(line)
                    if problem := step.get("problem"):
                        _refuse(problem["status"], problem["title"], problem.get("detail", ""))
                    yield step
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise ServerAway(f"{self._url} broke off: {error or type(error).__name__}") from None

    # --- one call

    async def _post(self, path: str, body: msgspec.Struct, kind: type[T]) -> T:
        return await self._call("POST", path, kind, msgspec.json.encode(body))

    async def _call(
        self,
        method: str,
        path: str,
        kind: type[T],
        raw: bytes | None = None,
        wait_s: float = ANSWER_S,
    ) -> T:
        async with self._answer(method, path, raw, wait_s) as answer:
            await _check(answer)
            body = await _limited(answer)
            if answer.status == HTTPStatus.NO_CONTENT:
                return None  # type: ignore[return-value]
            return msgspec.json.decode(body, type=kind)

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        raw: bytes | None = None,
        wait_s: float = ANSWER_S,
        headers: dict[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Whatever goes wrong until the answer is read and understood is ServerAway."""
        try:
            async with self._request(
                method, path, raw, wait_s, "application/json", headers
            ) as answer:
                yield answer
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise ServerAway(
                f"{self._url} does not answer: {error or type(error).__name__}"
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, zlib.error) as error:
            raise ServerAway(
                f"{self._url} answers what this version cannot read: {error}"
            ) from None

    def _request(
        self,
        method: str,
        path: str,
        raw: bytes | None,
        wait_s: float,
        kind: str,
        more: dict[str, str] | None = None,
    ) -> "aiohttp.client._RequestContextManager":
        if self._session is None:
            self._session = aiohttp.ClientSession(
                headers=self._headers, connector=aiohttp.TCPConnector(socket_factory=_socket)
            )
        headers = {"Content-Type": kind} if raw is not None else {}
        headers |= more or {}
        return self._session.request(
            method,
            self._url + path,
            data=raw,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=wait_s, sock_connect=CONNECT_S),
            allow_redirects=False,
            # A range is of the bytes as they travel.
            auto_decompress=not more,
        )


class _Download:
    """A compressed body that may take several requests (RFC 9110, section 14)."""

    def __init__(self) -> None:
        self._tag = ""
        self._body = bytearray()

    def goes_on(self) -> dict[str, str]:
        headers = {"Accept-Encoding": "deflate"}
        if self._tag and self._body:
            headers |= {"Range": f"bytes={len(self._body)}-", "If-Range": self._tag}
        return headers

    async def take(self, answer: aiohttp.ClientResponse) -> None:
        """All that comes is kept, also when it breaks off."""
        if answer.status != HTTPStatus.PARTIAL_CONTENT:
            self._tag, self._body = answer.headers.get("ETag", ""), bytearray()
        elif not answer.headers.get("Content-Range", "").startswith(f"bytes {len(self._body)}-"):
            self._tag = ""
            raise ServerAway("it went on at another place than was asked for")
        async for part in answer.content.iter_any():
            self._body += part
            if len(self._body) > ANSWER_BYTES_MAX:
                raise ServerAway("the answer is larger than any answer of ours")

    def unpacked(self) -> bytes:
        unpacker = zlib.decompressobj()
        body = unpacker.decompress(self._body, ANSWER_BYTES_MAX)
        if not unpacker.eof:
            raise zlib.error("it is not whole, or larger than any answer of ours")
        return body


def _socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """A socket that notices a silent network, also while it waits for an answer."""
    made = socket.socket(*address[:3])
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (
        ("TCP_USER_TIMEOUT", SILENT_S * 1000),
        ("TCP_KEEPIDLE", 1),
        ("TCP_KEEPINTVL", 1),
        ("TCP_KEEPCNT", SILENT_S),
    ):
        if hasattr(socket, option):  # Linux has them all
            made.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return made


async def _check(answer: aiohttp.ClientResponse) -> None:
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return
    raw = (await answer.content.read(64 * 1024)).decode("utf-8", "replace")
    try:
        problem = json.loads(raw)
        title, detail = str(problem["title"]), str(problem.get("detail", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        title, detail = f"HTTP {answer.status}", raw[:200]
    _refuse(answer.status, title, detail)


def _refuse(status: int, title: str, detail: str) -> NoReturn:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise AskedTooOften(f"{title}: {detail}")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ServerAway(f"{title}: {detail}")
    raise CallRefused(status, title, detail)


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in answer.content.iter_any():
        size += len(part)
        if size > ANSWER_BYTES_MAX:
            raise ServerAway("the answer is larger than any answer of ours")
        parts.append(part)
    return b"".join(parts)
