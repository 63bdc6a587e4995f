"""Where a request comes from, for rate limits."""

from aiohttp import web


def address(request: web.Request) -> str:
    """The peer's address: a header a client can write itself is not believed."""
    return request.remote or "unknown"
