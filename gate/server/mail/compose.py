"""The mail with the claim code, in the person's language: text, HTML and the QR as a picture.

The claim code opens a badge at a kiosk and no door. It stands in nothing but this mail.
"""

import html
import io
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid

import qrcode

from gate.access import claim as claims
from gate.access.model import DigitalBadges
from gate.access.policy import Policy
from gate.server.mail.bounces import message_id
from gate.server.registrations.parse import Registration
from gate.words.words import RIGHT_TO_LEFT, Words

QR_BOX = 8
"""Pixels a module; with a quiet zone of 4, about 300 pixels across."""


def claim_mail(
    registration: Registration,
    policy: Policy,
    claim: str,
    sender: str,
    link: str = "",
    server_url: str = "",
    sent_as: tuple[int, str] | None = None,
) -> EmailMessage:
    """`link` is the organiser's own page about picking badges up; empty: none. With digital badges
    the mail also leads to this person's, at `server_url`. `sent_as` are number and token by which
    a bounce will name the mail.

    Raises ValueError when the address cannot stand in a header.
    """
    words = Words(registration.language.partition("-")[0])
    said = {"name": registration.name_on_badge, "edition": policy.name, "place": policy.place}
    lines = [words.say("mail-hello", said), words.say("mail-claim", said), words.say("mail-how")]
    last = words.say("mail-not-a-badge")
    shown = claims.shown(claim)
    message = EmailMessage()
    message["Subject"] = " ".join(words.say("mail-subject", said).split())
    message["From"] = sender
    message["To"] = Address(display_name=registration.name_on_badge, addr_spec=registration.email)
    domain = sender.rpartition("@")[2].rstrip(">") or None
    message["Message-ID"] = (
        message_id(*sent_as, domain or "invalid") if sent_as else make_msgid(domain=domain)
    )
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = words.language
    links = [link] if link else []
    if server_url and policy.digital_badges is not DigitalBadges.NONE:
        lines.append(words.say(f"mail-digital-{policy.digital_badges}"))
        links.append(badge_link(server_url, policy.edition, claim, words.language))
    text = [*lines, shown, *links, last]
    message.set_content("\n\n".join(text) + "\n")
    picture = make_msgid(domain="claim.invalid")
    message.add_alternative(_html(words.language, lines, shown, picture[1:-1], links, last), "html")
    parts = message.get_payload()
    parts[1].add_related(_qr(claim), "image", "png", cid=picture)  # type: ignore[index,union-attr]
    return message


def badge_link(server_url: str, edition: str, claim: str, language: str) -> str:
    """The code stands behind the #: no server's log and no other site ever sees it."""
    return f"{server_url}/badge?edition={edition}&lang={language}#{claim}"


def _qr(claim: str) -> bytes:
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M, box_size=QR_BOX, border=4
    )
    code.add_data(claim)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def _html(
    language: str, lines: list[str], shown: str, picture: str, links: list[str], last: str
) -> str:
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    said = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    where = "".join(
        f'<p><a href="{html.escape(link)}">{html.escape(link)}</a></p>' for link in links
    )
    return (
        f'<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8">'
        '<body style="font: 16px/1.5 sans-serif; max-width: 36em; margin: auto; padding: 1em">'
        f'{said}<p style="text-align: center"><img src="cid:{picture}" alt="{shown}" width="296">'
        f'<br><b dir="ltr" style="font-size: 1.2em">{shown}</b></p>{where}'
        f"<p><small>{html.escape(last)}</small></p></body></html>"
    )
