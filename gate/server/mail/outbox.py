"""Sends what waits in the table, slowly enough, and again where that may help.

Rules kept here:
- A mail is marked sent only after the mail server took it. A crash between the two sends it twice,
  never not at all.
- What may pass (no answer, a 4xx) is tried again, later each time, TRIES_MAX times in all.
- What will not pass (a 5xx of the recipient) is bounced, noted, and not tried again. What comes
  back only later by mail (`bounces`) is noted so too.
- At most `per_minute` mails a minute leave, counted by real time.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
import asyncpg
from aiosmtplib import (
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
)

from gate.access.model import Status
from gate.access.policy import Policy
from gate.server.mail.compose import claim_mail
from gate.server.store import mail as store
from gate.server.store import registrations
from gate.server.store.away import AWAY
from gate.server.store.mail import Due, MailState

BATCH = 50
TRIES_MAX = 6
RETRY_MIN = (1, 5, 15, 60, 240)
IDLE_S, AWAY_S, ANSWER_S = 5.0, 10.0, 30.0
_PERMANENT = 500
_log = logging.getLogger(__name__)


class NotSent(Exception):
    """A mail did not go. `passing`: it may go later."""

    def __init__(self, why: str, passing: bool) -> None:
        super().__init__(why)
        self.passing = passing


class Outbox:
    """`url` is ``smtp://[user:password@]host:port[?tls=starttls|none]`` or ``smtps://...``;
    empty: mails wait. `claim_of` makes the claim code of a registration code, `token_of` a mail's
    token by which a bounce is believed."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        policy: Policy,
        url: str,
        sender: str,
        link: str,
        server_url: str,
        per_minute: int,
        claim_of: Callable[[str], str],
        token_of: Callable[[int], str],
        now_ms: Callable[[], int],
    ) -> None:
        self._pool = pool
        self._policy = policy
        self._url = url
        self._sender = sender
        self._link = link
        self._server_url = server_url
        self._gap_s = 60.0 / max(1, per_minute)
        self._claim_of = claim_of
        self._token_of = token_of
        self._now_ms = now_ms
        self._smtp: aiosmtplib.SMTP | None = None
        self._task: asyncio.Task[None] | None = None
        self.changed = asyncio.Event()
        """Set it when mails were queued."""

    def start(self) -> None:
        if self._url:
            self._task = asyncio.create_task(self.run())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._hang_up()

    async def run(self) -> None:
        while True:
            self.changed.clear()
            try:
                sent = await self._round()
            except AWAY as error:
                _log.warning("mails wait for the database: %s", error)
                await asyncio.sleep(AWAY_S)
                continue
            if not sent:
                await self._hang_up()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_S):
                        await self.changed.wait()

    async def _round(self) -> int:
        due = await store.due(self._pool, self._policy.edition, self._now_ms(), BATCH)
        for each in due:
            state, why = await self._try(each)
            later = RETRY_MIN[min(each.tries, len(RETRY_MIN) - 1)] * 60_000
            await store.end(
                self._pool, self._policy.edition, each.id, state, why, self._now_ms() + later
            )
            await asyncio.sleep(self._gap_s)
        return len(due)

    async def _try(self, due: Due) -> tuple[MailState, str]:
        """How the mail stands after this try, and why."""
        stored = await registrations.one(self._pool, self._policy.edition, due.code)
        if stored is None or stored.registration.status is not Status.APPROVED:
            return MailState.FAILED, "the registration is not approved any more"
        if not stored.registration.email:
            return MailState.FAILED, "the registration has no address"
        try:
            message = claim_mail(
                stored.registration, self._policy, self._claim_of(due.code), self._sender,
                self._link, self._server_url, (due.id, self._token_of(due.id)),
            )  # fmt: skip
            await self._send(message)
        except ValueError as error:
            return MailState.FAILED, f"the address cannot be used: {error}"[:200]
        except NotSent as error:
            why = str(error)[:200]
            if not error.passing:
                return MailState.BOUNCED, why
            last = due.tries + 1 >= TRIES_MAX
            return (MailState.FAILED if last else MailState.QUEUED), why
        return MailState.SENT, ""

    async def _send(self, message: EmailMessage) -> None:
        """Raises NotSent."""
        try:
            smtp = await self._connected()
            await smtp.send_message(message)
        except SMTPRecipientsRefused as error:
            first = error.recipients[0]
            raise NotSent(f"{first.code} {first.message}", first.code < _PERMANENT) from None
        except SMTPResponseException as error:
            await self._hang_up()
            # The mail server's no to us (a password, a sender) is ours to mend: people wait.
            raise NotSent(f"{error.code} {error.message}", True) from None
        except (SMTPServerDisconnected, SMTPException, OSError, TimeoutError) as error:
            await self._hang_up()
            raise NotSent(f"the mail server does not answer: {error}", True) from None

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._smtp is None or not self._smtp.is_connected:
            self._smtp = connection(self._url)
            await self._smtp.connect()
        return self._smtp

    async def _hang_up(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                await smtp.quit()


def connection(url: str) -> aiosmtplib.SMTP:
    """Not yet connected. STARTTLS is required unless the address says ``?tls=none``."""
    parts = urlsplit(url)
    secure = parts.scheme == "smtps"
    plain = parse_qs(parts.query).get("tls") == ["none"]
    return aiosmtplib.SMTP(
        hostname=parts.hostname or "localhost",
        port=parts.port or (465 if secure else 587),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=secure,
        start_tls=None if secure else not plain,
        timeout=ANSWER_S,
    )
