"""Claim mails through a real mail server: what people read, retries, bounces, pace."""

import asyncio
import io
from dataclasses import replace
from email import message_from_bytes

import msgspec
import pytest
import zxingcpp
from aiosmtpd.smtp import SMTP
from PIL import Image

from gate.access import claim
from gate.access.model import DigitalBadges
from gate.server.mail.bounces import read
from gate.server.mail.compose import claim_mail
from gate.server.registrations.parse import parse
from gate.words.words import LANGUAGES
from tests import venue
from tests.integration.calls import eventually
from tests.unit.test_mail_bounces import bounce as returned

MAILS = "/api/v1/editions/{edition}/mails"
HEADER = "code,given,family,category,events,email,language,status"
ROWS = (
    "R-ANA1,Ana,Duval,delegate,wsis,ana@example.org,fr,approved",
    "R-OMAR2,Omar,Khoury,delegate,wsis,omar@example.org,ar,approved",
    "R-NONE3,No,Address,delegate,wsis,,en,approved",
    "R-WAIT4,Not,Approved,delegate,wsis,wait@example.org,en,pending",
)
FILE = "\n".join((HEADER, *ROWS)) + "\n"


class Postbox:
    """Keeps what it takes; answers what the test tells it to."""

    def __init__(self):
        self.taken, self.answers, self.refused = [], [], {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.answers:
            return self.answers.pop(0)
        self.taken.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"

    @property
    def addresses(self):
        return sorted(address for to, _ in self.taken for address in to)


@pytest.fixture
async def postbox():
    box, loop = Postbox(), asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(box, loop=loop), "127.0.0.1", 0)
    box.port = listening.sockets[0].getsockname()[1]
    yield box
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def sending(serve, postbox):
    url = f"smtp://127.0.0.1:{postbox.port}?tls=none"
    async with serve(smtp_url=url, mails_per_minute=100_000) as server:
        await server.import_rows(FILE)
        yield server


async def states(operator):
    return (await operator.get(MAILS)).good()["states"]


async def reached(operator, **expected):
    async def there():
        return await states(operator) == expected

    await eventually(there)


async def test_everybody_approved_with_an_address_gets_one_mail_and_never_a_second(
    sending, postbox
):
    operator = await sending.operator()
    told = (await operator.post(MAILS, {})).good()
    assert (told["queued"], told["without_address"], told["not_approved"]) == (2, 1, 1)
    await reached(operator, sent=2)
    assert postbox.addresses == ["ana@example.org", "omar@example.org"]
    told = (await operator.post(MAILS, {})).good()
    assert (told["queued"], told["had_one"]) == (0, 2)
    (await operator.post(MAILS, {"codes": ["R-ANA1"], "again": True})).good()
    await reached(operator, sent=2, again=1)
    assert len(postbox.taken) == 3


async def test_a_dry_run_shows_a_mail_with_nobodys_code_and_sends_none(sending, postbox):
    operator = await sending.operator()
    told = (await operator.post(MAILS, {"dry_run": True})).good()
    assert told["queued"] == 2 and "Ana Duval" in told["sample"]
    assert sending.service.claims.of("R-ANA1") not in told["sample"].replace("-", "")
    assert await states(operator) == {} and postbox.taken == []


async def test_an_address_that_does_not_exist_is_bounced_and_the_others_go(sending, postbox):
    postbox.refused["ana@example.org"] = "550 no such mailbox"
    operator = await sending.operator()
    (await operator.post(MAILS, {})).good()
    await reached(operator, sent=1, bounced=1)
    [trouble] = (await operator.get(MAILS)).good()["troubles"]
    assert (trouble["code"], trouble["tries"]) == ("R-ANA1", 1)
    assert "no such mailbox" in trouble["why"]


async def test_what_comes_back_later_is_noted_once_shown_to_the_desk_and_sent_anew(
    sending, postbox
):
    operator, desk = await sending.operator(), await sending.staff("desk")
    (await operator.post(MAILS, {"codes": ["R-ANA1"]})).good()
    await reached(operator, sent=1)
    sent_as = message_from_bytes(postbox.taken[0][1])["Message-ID"]
    bounce = msgspec.to_builtins(read(returned(original=sent_as)))

    async def told(**changes):
        answer = await operator.post(f"{MAILS}/bounces", {"bounces": [bounce | changes]})
        return [(each["code"], each["outcome"]) for each in answer.good()]

    assert await told(token="0" * 16) == [("", "unknown")], "anybody can write to a mailbox"
    assert await told(mail=2**40) == [("", "unknown")]
    assert await states(operator) == {"sent": 1}
    assert await told() == [("R-ANA1", "noted")]
    assert await told() == [("R-ANA1", "known")]
    assert await states(operator) == {"bounced": 1}
    [trouble] = (await operator.get(MAILS)).good()["troubles"]
    assert "no such mailbox" in trouble["why"]
    person = (await desk.get("/api/v1/editions/{edition}/registrations/R-ANA1")).good()
    assert (person["mail"]["state"], person["mail"]["why"]) == ("bounced", trouble["why"])
    assert (await operator.post(MAILS, {"codes": ["R-ANA1"]})).good()["queued"] == 1
    await reached(operator, sent=1, bounced=1)
    (await operator.post(MAILS, {"codes": ["R-ANA1"], "again": True})).good()
    await reached(operator, sent=1, bounced=1, again=1)
    older = message_from_bytes(postbox.taken[1][1])["Message-ID"]
    second = msgspec.to_builtins(read(returned(original=older)))
    assert await told(**second) == [("R-ANA1", "superseded")]


async def test_a_busy_mail_server_is_tried_again_later(sending, postbox, database):
    postbox.answers = ["451 try again later"]
    operator = await sending.operator()
    (await operator.post(MAILS, {"codes": ["R-ANA1"]})).good()

    async def tried():
        return bool((await operator.get(MAILS)).good()["troubles"])

    await eventually(tried)
    assert await states(operator) == {"queued": 1} and postbox.taken == []
    due = await database.fetchval("SELECT due_ms FROM mail")
    assert due >= sending.service.clock.now_ms() + 30_000
    await database.execute("UPDATE mail SET due_ms = 0")
    sending.service.outbox.changed.set()
    await reached(operator, sent=1)
    assert postbox.addresses == ["ana@example.org"]


async def test_after_six_tries_it_is_given_up_with_the_reason(sending, postbox, database):
    postbox.answers = ["451 no"]
    await database.execute(
        "INSERT INTO mail (edition, code, kind, due_ms, who, tries)"
        " VALUES ($1, 'R-ANA1', 'claim', 0, 'x', 5)", sending.service.policy.edition
    )  # fmt: skip
    sending.service.outbox.changed.set()
    operator = await sending.operator()
    await reached(operator, failed=1)
    assert "451" in (await operator.get(MAILS)).good()["troubles"][0]["why"]


async def test_who_was_cancelled_while_it_waited_gets_none(sending, postbox, database):
    operator = await sending.operator()
    await database.execute(
        "INSERT INTO mail (edition, code, kind, due_ms, who)"
        " VALUES ($1, 'R-WAIT4', 'claim', 0, 'x')", sending.service.policy.edition
    )  # fmt: skip
    sending.service.outbox.changed.set()
    await reached(operator, failed=1)
    assert postbox.taken == []


async def test_without_a_mail_server_nothing_is_queued_and_it_is_said(server, operator):
    await server.import_rows(FILE)
    answer = await operator.post(MAILS, {})
    assert (answer.status, "smtp_url" in answer.json["detail"]) == (409, True)
    assert (await operator.post(MAILS, {"codes": ["R-NOBODY"], "dry_run": True})).status == 404


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_speaks_the_persons_language_and_its_picture_holds_the_code(language):
    rows = parse(FILE.replace(",fr,", f",{language},").encode(), venue.policy()).rows
    code = claim.make(b"k" * 32, "an-edition", "R-ANA1")
    link = "https://example.org/badges?a=1&b=2"
    policy = replace(venue.policy(), digital_badges=DigitalBadges.INERT)
    own = "https://badges.example.org"
    mail = claim_mail(rows[0][1], policy, code, "Desk <desk@example.org>", link, own)
    assert mail["To"] == "Ana Duval <ana@example.org>"
    text = mail.get_body(("plain",)).get_content()
    page = mail.get_body(("html",)).get_content()
    for each in (text, page):
        assert claim.shown(code) in each and "Ana Duval" in each
    assert f'lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in page
    assert "a=1&amp;b=2" in page
    to_phone = f"{own}/badge?edition={policy.edition}&lang={language}#{code}"
    assert to_phone in text and to_phone.replace("&", "&amp;") in page
    none = claim_mail(rows[0][1], venue.policy(), code, "Desk <desk@example.org>", link, own)
    assert "/badge?" not in none.get_body(("plain",)).get_content(), "the edition has none"
    [picture] = [p for p in mail.walk() if p.get_content_type() == "image/png"]
    image = Image.open(io.BytesIO(picture.get_payload(decode=True))).convert("L")
    assert [each.text for each in zxingcpp.read_barcodes(image)] == [code]


def test_a_hostile_name_cannot_add_a_header_or_markup():
    [(_, person)] = parse(FILE.encode(), venue.policy()).rows[:1]
    nasty = replace(person, name_on_badge='"<script>x</script>" \r\nBcc: all@example.org')
    with pytest.raises(ValueError, match=r".+"):
        claim_mail(nasty, venue.policy(), "C1" + "0" * 16, "Desk <desk@example.org>")
    page = claim_mail(
        replace(person, name_on_badge="<script>x</script>"), venue.policy(), "C1" + "0" * 16,
        "Desk <desk@example.org>",
    ).get_body(("html",)).get_content()  # fmt: skip
    assert "<script>" not in page
