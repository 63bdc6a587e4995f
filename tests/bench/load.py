"""The load of a measurement, in a process of its own: scans over kept-alive connections.

Each connection is one device with holders of its own, who enter and leave in turn; it sends the
next scan when it has the answer. A bare protocol over uvloop, so that the server is what is
measured: `Report.cpu_share` says how busy this process was.
"""

import asyncio
import functools
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import msgspec
import uvloop

from gate.access.model import Direction
from gate.access.wire import OnlineScan
from tests.bench.server import Server

ENDS_S = 60.0
"""A server that stops answering ends the measurement, not the patience of who runs it."""
ADMITTED = b'"admitted":true'


class Device(msgspec.Struct):
    token: str
    epoch: int
    number: int
    """Of its last scan."""
    texts: list[str]


class Plan(msgspec.Struct):
    """It ends after `seconds`, or with `scans` of each device when that is not 0."""

    port: int
    devices: list[Device]
    seconds: float = 0.0
    scans: int = 0


class Report(msgspec.Struct):
    scans: list[int]
    """Of each device."""
    latencies_s: list[float]
    admitted: int
    wall_s: float
    cpu_share: float
    """Of one core."""

    @property
    def per_s(self) -> float:
        return len(self.latencies_s) / self.wall_s


async def run(plan: Plan) -> Report:
    """Carry a plan out in another process; its devices then stand at their last number.

    Raises SystemExit when the server answers anything but 200.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.load", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        out, _ = await process.communicate(msgspec.json.encode(plan))
    except BaseException:
        process.kill()
        raise
    if process.returncode:
        raise SystemExit("the load failed")
    report = msgspec.json.decode(out, type=Report)
    for device, scans in zip(plan.devices, report.scans, strict=True):
        device.number += scans
    return report


async def devices(server: Server, count: int) -> list[Device]:
    """Enrolled lanes that share everybody's badges out among themselves."""
    lanes = [await server.enrol(f"bench-{number}") for number in range(count)]
    texts = await server.badges(lanes[0])
    return [
        Device(lane.token, lane.epoch, 0, texts[place::count]) for place, lane in enumerate(lanes)
    ]


class _Connection(asyncio.Protocol):
    def __init__(self, plan: Plan, device: Device, ends: float) -> None:
        self._requests = _requests(plan, device)
        self._ends = ends
        self._transport: asyncio.Transport
        self._answer = b""
        self._sent = 0.0
        self.latencies: list[float] = []
        self.admitted = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        request = next(self._requests, None)
        self._sent = time.perf_counter()
        if request is None or self._sent >= self._ends:
            self.done.set_result(None)
            return
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, split, body = self._answer.partition(b"\r\n\r\n")
        if not split or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(SystemExit(f"not answered: {self._answer[:300]!r}"))
            return
        self.latencies.append(time.perf_counter() - self._sent)
        self.admitted += ADMITTED in body
        self._answer = b""
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(SystemExit("the server closed a connection"))


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])


def _requests(plan: Plan, device: Device) -> Iterator[bytes]:
    head = (
        "POST /api/v1/scans HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {device.token}\r\nContent-Length: "
    ).encode()
    number = device.number
    while not plan.scans or number < device.number + plan.scans:
        turn, place = divmod(number, len(device.texts))
        number += 1
        way = Direction.EXIT if turn % 2 else Direction.ENTRY
        body = msgspec.json.encode(OnlineScan(device.epoch, number, device.texts[place], way))
        yield head + b"%d\r\n\r\n" % len(body) + body


async def _main() -> None:
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    loop, started, cpu = asyncio.get_running_loop(), time.perf_counter(), time.process_time()
    ends = started + (plan.seconds or ENDS_S)
    connections = []
    for device in plan.devices:
        connect = functools.partial(_Connection, plan, device, ends)
        connections.append((await loop.create_connection(connect, "127.0.0.1", plan.port))[1])
    async with asyncio.timeout(ENDS_S + 10):
        await asyncio.gather(*(each.done for each in connections))
    wall_s = time.perf_counter() - started
    report = Report(
        [len(each.latencies) for each in connections],
        [each for connection in connections for each in connection.latencies],
        sum(each.admitted for each in connections),
        wall_s,
        (time.process_time() - cpu) / wall_s,
    )
    sys.stdout.buffer.write(msgspec.json.encode(report))
    sys.stdout.flush()


if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    uvloop.run(_main())
