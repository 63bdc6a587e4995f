"""All badges of an edition through a few drawing processes, with only a few in memory at a time."""

import asyncio
import multiprocessing
import multiprocessing.connection
import os
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import msgspec

from badge_printer.render import Renderer
from badge_printer.template import load
from gate.access.wire import BadgePage, BadgeQuery, PiledBadge
from gate.client import Client

WORKERS_MAX = 8
AHEAD = 2
"""Chunks handed out a worker: enough that none waits, few enough to be forgotten."""
T = TypeVar("T")


@lru_cache(maxsize=1)
def renderer(template: str, folder: Path) -> Renderer:
    """One for the life of a drawing process."""
    return Renderer(load(template, folder))


async def pages(client: Client, query: BadgeQuery) -> AsyncIterator[BadgePage]:
    """Every page of the list from `query.after` on; ends with the last. Raises what the client
    raises."""
    while True:
        page = await client.badges(query)
        if page.badges:
            yield page
        if not page.more:
            return
        query = msgspec.structs.replace(query, after=page.badges[-1].badge.code)


async def drawn(
    work: Callable[[int, bytes], T],
    chunks: AsyncIterator[tuple[PiledBadge, ...]],
    first: int = 1,
    workers: int = 0,
) -> AsyncIterator[tuple[tuple[PiledBadge, ...], T]]:
    """(chunk, what `work` made of its number and its MessagePack), in order. `work` runs in another
    process and must be a function of a module, or a partial of one. `workers` 0: one for each
    core this process may use."""
    workers = workers or max(1, min(WORKERS_MAX, len(os.sched_getaffinity(0))))
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=spawn, initializer=_end_with_parent)
    waiting: deque[tuple[tuple[PiledBadge, ...], Future[T]]] = deque()
    try:
        number = first
        async for chunk in chunks:
            waiting.append((chunk, pool.submit(work, number, msgspec.msgpack.encode(chunk))))
            number += 1
            if len(waiting) >= workers * AHEAD:
                done, future = waiting.popleft()
                yield done, await asyncio.wrap_future(future)
        while waiting:
            done, future = waiting.popleft()
            yield done, await asyncio.wrap_future(future)
    finally:
        for _, future in waiting:
            future.cancel()
        await asyncio.to_thread(pool.shutdown, wait=True, cancel_futures=True)


def _end_with_parent() -> None:
    """A drawing process whose command was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


_decode = msgspec.msgpack.Decoder(tuple[PiledBadge, ...]).decode


def received(raw: bytes) -> tuple[PiledBadge, ...]:
    """The chunk as a drawing process gets it."""
    return _decode(raw)
