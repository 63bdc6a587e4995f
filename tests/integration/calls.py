"""Calls of a running server as somebody: nobody, the operator, staff or a device."""

import asyncio
import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp

WAIT_S = 60.0
PROBLEM = "application/problem+json"


async def eventually(condition: Callable[[], Awaitable[bool]], within_s: float = WAIT_S) -> None:
    """Wait until it holds; a generous limit, so that no test depends on speed."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - the condition is another program's
            await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Answer:
    """`raw` is kept as it came: a retry must get the same bytes."""

    status: int
    headers: Any
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def title(self) -> str:
        """Of a problem; every error must be one."""
        assert self.headers["Content-Type"] == PROBLEM, self.raw[:300]
        assert self.json["status"] == self.status
        return self.json["title"]

    def good(self) -> Any:
        assert 200 <= self.status < 300, (self.status, self.raw[:500])
        return self.json if self.raw else None


@dataclass
class Api:
    """Whoever calls: their token, or their cookie and CSRF token, go with every call."""

    url: str
    edition: str
    token: str = ""
    csrf: str = ""
    device: str = ""
    epoch: int = 0
    session: aiohttp.ClientSession = field(default=None)  # type: ignore[assignment]

    async def __aenter__(self) -> Self:
        self.session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=WAIT_S),
            connector=aiohttp.TCPConnector(limit=0),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """`body` is sent as JSON, bytes and files as they are; `{edition}` in a path is filled."""
        sent = {"X-CSRF-Token": self.csrf} if self.csrf and method != "GET" else {}
        if body is not None and not isinstance(body, bytes | io.IOBase):
            body = json.dumps(body).encode()
        if body is not None:
            sent["Content-Type"] = "application/json"
        url = self.url + path.replace("{edition}", self.edition)
        async with self.session.request(
            method, url, data=body, headers=sent | (headers or {}), allow_redirects=False
        ) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", path, headers=headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.call("POST", path, body, headers)

    # --- what a lane does

    async def scan(self, number: int, text: str, direction: str = "entry") -> Answer:
        """Let the server decide one scan of this device."""
        body = {"epoch": self.epoch, "number": number, "text": text, "direction": direction}
        return await self.post("/api/v1/scans", body)

    async def upload(self, first: int, *records: Any, epoch: int | None = None) -> Answer:
        """Hand in records, each a dict or raw JSON bytes."""
        raw = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in records]
        head = b'{"epoch":%d,"first":%d,"records":[' % (epoch or self.epoch, first)
        return await self.post("/api/v1/lane/log", head + b",".join(raw) + b"]}")

    def record(self, number: int, at_ms: int, **more: Any) -> dict[str, Any]:
        """A log record of this device: somebody was admitted, unless told otherwise."""
        values = {
            "device": self.device, "epoch": self.epoch, "number": number, "at_ms": at_ms,
            "gate": "west_3", "zone": "venue", "reason": "admitted", "rule": "venue.1",
            "event": "wsis", "events": ["wsis"], "holder": 7, "generation": 1, "profile": 1,
        }  # fmt: skip
        return {k: v for k, v in (values | more).items() if v is not None}

    # --- what an operator does

    async def import_rows(self, text: str | bytes, query: str = "file=people.csv") -> list[Any]:
        """Every line of an import's answer; the last holds the report."""
        raw = text.encode() if isinstance(text, str) else text
        answer = await self.post(f"/api/v1/editions/{{edition}}/imports?{query}", raw)
        assert answer.status == 200, answer.raw[:500]
        return [json.loads(line) for line in answer.raw.splitlines()]

    async def report(self, text: str | bytes, query: str = "file=people.csv") -> Any:
        return (await self.import_rows(text, query))[-1]["report"]
