"""IPP's carrier: one HTTP POST for each question (RFC 8010, 4), with TLS for `ipps:`.

The one thing that matters here is to tell "nothing was sent" from "the answer was lost".
"""

import asyncio
import hashlib
import ssl
from base64 import b64encode
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from yarl import URL

from badge_printer.printers.ipp_message import Answer, NotIpp, read
from badge_printer.printers.printer import (
    AnswerLost,
    DocumentRefused,
    PrinterAway,
    PrinterBusy,
    words_of,
)

PORT = 631
CONNECT_S = 5.0
ANSWER_BYTES_MAX = 4 * 1024 * 1024
BAD_REQUEST = 0x0400
_SCHEMES = {"ipp": "http", "ipps": "https"}


@dataclass(slots=True)
class Http:
    """`url` is ipp:// or ipps://; `sha256` the fingerprint of the printer's own certificate."""

    url: URL
    sha256: bytes = b""
    _session: aiohttp.ClientSession | None = None

    @property
    def address(self) -> str:
        return str(self.url.with_user(None).with_query(None))

    @property
    def printer_uri(self) -> str:
        return self.address

    async def close(self) -> None:
        session, self._session = self._session, None
        if session:
            await session.close()

    async def post(self, body: bytes, wait_s: float) -> Answer:
        """The answer to one request.

        Raises PrinterAway when nothing was sent; PrinterBusy and DocumentRefused when HTTP itself
        refused; AnswerLost when the printer may have taken it.
        """
        try:
            async with self._request(body, wait_s) as response:
                if response.status == HTTPStatus.BAD_REQUEST:
                    return Answer(BAD_REQUEST, 0)  # some refuse IPP 2.0 like this
                _check(response)
                return read(await _limited(response))
        except aiohttp.ClientConnectorCertificateError:
            raise PrinterAway(await self._untrusted()) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise PrinterAway(f"does not answer: {words_of(error)}") from None
        except aiohttp.ServerFingerprintMismatch as error:
            raise PrinterAway(
                "shows another certificate than the settings name: its SHA-256 is "
                f"{error.got.hex()}"
            ) from None
        except (aiohttp.ClientError, TimeoutError, OSError, NotIpp) as error:
            raise AnswerLost(f"no usable answer: {words_of(error)}") from None

    def _request(self, body: bytes, wait_s: float) -> "aiohttp.client._RequestContextManager":
        if self._session is None:
            # A fresh connection each time: one kept alive may die just as a job is sent on it,
            # and whether that job arrived could not be said.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(force_close=True, limit=4)
            )
        scheme = _SCHEMES[self.url.scheme]
        plain = URL.build(
            scheme=scheme,
            host=self.url.host or "",
            port=self.url.port or PORT,
            path=self.url.path or "/",
        )
        headers = {"Content-Type": "application/ipp"}
        if self.url.user:
            login = f"{self.url.user}:{self.url.password or ''}".encode()
            headers["Authorization"] = f"Basic {b64encode(login).decode()}"
        return self._session.post(
            plain,
            data=body,
            headers=headers,
            ssl=aiohttp.Fingerprint(self.sha256) if self.sha256 else True,
            timeout=aiohttp.ClientTimeout(total=wait_s, connect=CONNECT_S),
            allow_redirects=False,
        )

    async def _untrusted(self) -> str:
        """Printers sign their own certificates; say how to trust exactly this one."""
        where = (self.url.host or "", self.url.port or PORT)
        try:
            pem = await asyncio.to_thread(ssl.get_server_certificate, where, timeout=CONNECT_S)
            shown = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        except (OSError, ValueError):
            return "the printer's certificate is not trusted"
        return (
            f"the printer's certificate is not trusted. If its SHA-256 is {shown}, "
            f"add ?sha256={shown} to its address in the settings"
        )


def _check(response: aiohttp.ClientResponse) -> None:
    match response.status:
        case HTTPStatus.OK:
            return
        case HTTPStatus.UNAUTHORIZED | HTTPStatus.FORBIDDEN:
            raise DocumentRefused("the printer wants a name and password: ipp://NAME:PASSWORD@...")
        case HTTPStatus.UPGRADE_REQUIRED:
            raise DocumentRefused("the printer wants encryption: use ipps:// in its address")
        case HTTPStatus.SERVICE_UNAVAILABLE | HTTPStatus.TOO_MANY_REQUESTS:
            raise PrinterBusy(f"HTTP {response.status}")
        case status if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DocumentRefused(f"HTTP {status}: is the path of the printer's address right?")
        case status:
            raise AnswerLost(f"HTTP {status}")


async def _limited(response: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > ANSWER_BYTES_MAX:
            raise AnswerLost("the answer is larger than any printer's")
        parts.append(part)
    return b"".join(parts)
