"""Downloads that go on where they broke off: a lane on a bad line gets its snapshot piece by piece.

HTTP's own range requests (RFC 9110, section 14): every body offered is kept for a while under its
tag, and who brings the tag back gets the rest of exactly that body. What changed meanwhile is in
the feed behind the position the body itself names.
"""

import hashlib
import re
import time
from collections import OrderedDict
from http import HTTPStatus

from aiohttp import web

KEPT_MAX = 32
"""More than all the lanes of a venue, each half through a download of its own: some 20 MB."""
KEPT_S = 15 * 60.0
_FROM = re.compile(r"bytes=([0-9]{1,12})-")


class Downloads:
    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def whole(self, body: bytes, headers: dict[str, str]) -> web.Response:
        tag = hashlib.sha256(body).hexdigest()[:32]
        self._kept[tag] = time.monotonic(), body
        self._kept.move_to_end(tag)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        more = {"ETag": f'"{tag}"', "Accept-Ranges": "bytes"}
        return web.Response(body=body, headers=headers | more)

    def rest(self, request: web.Request, headers: dict[str, str]) -> web.Response | None:
        """What is still missing of an earlier body; None when the request does not go on with
        one, or it is no longer kept."""
        tag = request.headers.get("If-Range", "").strip('"')
        start = _FROM.fullmatch(request.headers.get("Range", ""))
        kept_at, body = self._kept.get(tag, (0.0, b""))
        if start is None or not body or time.monotonic() - kept_at > KEPT_S:
            return None
        first, size = int(start[1]), len(body)
        if first >= size:
            return None
        self._kept.move_to_end(tag)
        more = {"ETag": f'"{tag}"', "Content-Range": f"bytes {first}-{size - 1}/{size}"}
        return web.Response(
            status=HTTPStatus.PARTIAL_CONTENT, body=body[first:], headers=headers | more
        )
