"""Errors as the API says them: RFC 9457 `application/problem+json`."""

import msgspec
from aiohttp import web


class Problem(msgspec.Struct, omit_defaults=True):
    """`title` is short and fixed, `detail` names the field, row or code at fault."""

    title: str
    status: int
    detail: str = ""
    request: str = ""
    """Names this request in the server's own log."""


class Refused(Exception):
    """Answer the request with a problem."""

    def __init__(
        self, status: int, title: str, detail: str = "", retry_after_s: int | None = None
    ) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status = status
        self.title = title
        self.detail = detail
        self.retry_after_s = retry_after_s


def answer(refused: Refused, request: str = "") -> web.Response:
    headers = {}
    if refused.retry_after_s is not None:
        headers["Retry-After"] = str(refused.retry_after_s)
    body = Problem(refused.title, refused.status, refused.detail, request)
    return web.Response(
        status=refused.status,
        body=msgspec.json.encode(body),
        content_type="application/problem+json",
        headers=headers,
    )
