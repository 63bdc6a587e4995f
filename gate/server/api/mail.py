"""Mails with claim codes: who is to get one, what would be sent, and what became of them."""

import hmac
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from gate.access.model import Status
from gate.server.mail.bounces import Bounce
from gate.server.mail.compose import claim_mail
from gate.server.problem import Refused
from gate.server.roles import Permission
from gate.server.routes import WITHOUT_NUL, Call, Route, Scope
from gate.server.service import Service
from gate.server.store import mail as store
from gate.server.store import registrations
from gate.server.store import staff as audit_store
from gate.server.store.mail import MailState, Trouble

CLAIM = "claim"
TROUBLES_SHOWN = 50
Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=WITHOUT_NUL)]


class Send(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A misspelt `dry_run` must not send."""

    codes: Annotated[tuple[Code, ...], Meta(max_length=1000)] = ()
    """Of these registrations; none: of everybody approved who has an address."""
    again: bool = False
    """Also to those who have had one; only with `codes`."""
    dry_run: bool = False


class Queued(msgspec.Struct, frozen=True):
    """`without_address` and `not_approved` get none. `sample` is one of the mails, in a dry run."""

    queued: int
    without_address: int
    not_approved: int
    had_one: int
    sample: str = ""


class Mails(msgspec.Struct, frozen=True):
    states: Annotated[dict[str, int], Meta(description="state -> mails")]
    troubles: tuple[Trouble, ...]


class Bounced(msgspec.Struct, frozen=True):
    bounces: Annotated[tuple[Bounce, ...], Meta(max_length=500)]


class Outcome(StrEnum):
    """`known`: noted before. `superseded`: another mail was sent since. `unknown`: none of ours."""

    NOTED = "noted"
    KNOWN = "known"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class Noted(msgspec.Struct, frozen=True):
    """What became of one bounce; `code` is the registration's."""

    mail: int
    code: str
    outcome: Outcome


async def send(call: Call) -> Queued:
    body, service = call.body, call.service
    assert isinstance(body, Send)
    if body.again and not body.codes:
        raise Refused(422, "Not acceptable", "again: only for named registrations")
    if not service.settings.smtp_url and not body.dry_run:
        raise Refused(409, "No mail server", "set smtp_url in the server's settings")
    edition = service.policy.edition
    everybody = await registrations.all_stored(service.pool, edition)
    if unknown := [code for code in body.codes if code not in everybody]:
        raise Refused(404, "No such registration", ", ".join(unknown[:5]))
    chosen = [everybody[code].registration for code in body.codes or everybody]
    approved = [r for r in chosen if r.status is Status.APPROVED]
    wanted = [r for r in approved if r.email]
    sample, queued = "", len(wanted)
    if body.dry_run:
        if wanted:
            claim = "C1" + "0" * 16  # a dry run shows nobody's own code
            message = claim_mail(
                wanted[0], service.policy, claim, service.settings.mail_from,
                service.settings.claim_link, service.settings.url,
            )  # fmt: skip
            text = message.get_body(("plain",))
            sample = f"{message['Subject']}\n\n{text.get_content() if text else ''}"
    else:
        codes = [r.code for r in wanted]
        if body.again:
            await store.forget_sent(service.pool, edition, codes, CLAIM)
        now_ms, who = service.clock.now_ms(), call.staff.name
        queued = await store.queue(service.pool, edition, codes, CLAIM, now_ms, who)
        await audit_store.audit(service.pool, who, "claim mails queued", str(queued))
        service.outbox.changed.set()
    return Queued(
        queued,
        len(approved) - len(wanted),
        len(chosen) - len(approved),
        len(wanted) - queued,
        sample,
    )


async def status(call: Call) -> Mails:
    pool, edition = call.service.pool, call.service.policy.edition
    states = await store.count(pool, edition)
    found = await store.troubles(pool, edition, TROUBLES_SHOWN)
    return Mails({state.value: n for state, n in states.items()}, tuple(found))


async def bounces(call: Call) -> list[Noted]:
    body, service, noted = call.body, call.service, []
    assert isinstance(body, Bounced)
    for each in body.bounces:
        noted.append(await _note(service, each))
    mails = sum(each.outcome is Outcome.NOTED for each in noted)
    await audit_store.audit(service.pool, call.staff.name, "bounces noted", str(mails))
    return noted


async def _note(service: Service, bounce: Bounce) -> Noted:
    edition = service.policy.edition
    right = hmac.compare_digest(service.claims.mail_token(bounce.mail), bounce.token)
    before = await store.one(service.pool, edition, bounce.mail) if right else None
    if before is None:
        return Noted(bounce.mail, "", Outcome.UNKNOWN)
    why = bounce.why or "it came back"
    if await store.bounce(service.pool, edition, bounce.mail, why):
        return Noted(bounce.mail, before.code, Outcome.NOTED)
    known = before.state is MailState.BOUNCED
    return Noted(bounce.mail, before.code, Outcome.KNOWN if known else Outcome.SUPERSEDED)


_PATH = "/api/v1/editions/{edition}/mails"

ROUTES = (
    Route("POST", _PATH, send, Permission.MANAGE_STAFF, Scope.PATH,
          "Send claim codes by mail", Queued, body=Send, errors=(404, 409)),
    Route("POST", f"{_PATH}/bounces", bounces, Permission.MANAGE_STAFF, Scope.PATH,
          "Mails that came back", list[Noted], body=Bounced, body_bytes_max=512 * 1024),
    Route("GET", _PATH, status, Permission.READ_PEOPLE, Scope.PATH,
          "How many mails were sent, and which were not", Mails),
)  # fmt: skip
