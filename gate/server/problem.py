"""Errors as the API says them: RFC 9457 `application/problem+json`."""

import logging
import secrets

import msgspec
from aiohttp import web

from gate.server.appender import AnotherServer, Busy, StorageAway
from gate.server.store.away import AWAY

_log = logging.getLogger(__name__)


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
        self.retry_after_s = retry_after_s
        self.problem = Problem(title, status, detail)


def refusal(error: Exception) -> Refused:
    """What a caller is told of an error; details of our own faults stay in the log."""
    match error:
        case Refused():
            return error
        case Busy():
            return Refused(503, "Busy", str(error), 1)
        case StorageAway() | AnotherServer():
            return Refused(503, "Storage away", str(error), 1)
        case TimeoutError():
            return Refused(503, "Storage away", "the database does not answer in time", 1)
        case _ if isinstance(error, AWAY):
            _log.warning("the database does not answer: %s", error)
            return Refused(503, "Storage away", "the database does not answer", 1)
    refused = Refused(500, "Our fault", "the server's log says more")
    refused.problem.request = secrets.token_hex(4)
    _log.error("request %s failed", refused.problem.request, exc_info=error)
    return refused


def answer(refused: Refused) -> web.Response:
    headers = {}
    if refused.retry_after_s is not None:
        headers["Retry-After"] = str(refused.retry_after_s)
    return web.Response(
        status=refused.problem.status,
        body=msgspec.json.encode(refused.problem),
        content_type="application/problem+json",
        headers=headers,
    )
