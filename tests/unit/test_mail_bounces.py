"""What comes back by mail: bounces as mail servers write them, and everything that is none."""

import mailbox
import os
from email.encoders import encode_base64
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.commands.bounces import messages
from gate.server.mail.bounces import MESSAGE_BYTES_MAX, Bounce, NotABounce, message_id, read

TOKEN = "0123456789ABCDEF"
OURS = message_id(7, TOKEN, "example.org")


def bounce(action="failed", status="5.1.1", original=OURS, code="smtp; 550 5.1.1 no such mailbox",
           headers_only=False, encoded=False):  # fmt: skip
    """A delivery status notification with its three parts, as RFC 3464 has them."""
    report = MIMEMultipart("report", **{"report-type": "delivery-status"})
    report["From"] = "MAILER-DAEMON@mx.example.net"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText("I'm sorry to have to inform you..."))
    fields = Message()
    fields["Reporting-MTA"] = "dns; mx.example.net"
    one = Message()
    one["Final-Recipient"] = "rfc822; ana@example.org"
    one["Action"], one["Status"] = action, status
    if code:
        one["Diagnostic-Code"] = code
    told = MIMEBase("message", "delivery-status")
    told.set_payload([fields, one])
    report.attach(told)
    sent = EmailMessage()
    sent["Message-ID"], sent["Subject"] = original, "Your badge"
    sent.set_content("C1-...")
    if headers_only:
        part = MIMEText(f"Message-ID: {original}\n", "rfc822-headers")
        if encoded:
            del part["Content-Transfer-Encoding"]
            encode_base64(part)
        report.attach(part)
    else:
        whole = MIMEBase("message", "rfc822")
        whole.set_payload([sent])
        report.attach(whole)
    return report.as_bytes()


@pytest.mark.parametrize(
    "raw",
    [
        bounce(),
        bounce(headers_only=True),
        bounce(headers_only=True, encoded=True),
        bounce().replace(b"\n", b"\r\n"),
        bounce(action="FAILED"),
    ],
    ids=["the whole mail", "its headers", "in base64", "line ends of a network", "loud"],
)
def test_a_bounce_names_our_mail_and_what_its_server_said(raw):
    assert read(raw) == Bounce(7, TOKEN, "5.1.1 550 5.1.1 no such mailbox")


def test_a_server_that_says_little_is_heard_too():
    assert read(bounce(status="5.0.0", code="")).why == "5.0.0"
    long = read(bounce(code="smtp; " + "x" * 5000))
    assert len(long.why) == 200
    assert read(bounce(code="smtp; a\n\tb\x00c")).why == "5.1.1 a b c"


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no delivery status"),
        (b"\x00\xff" * 100, "no delivery status"),
        (b"Subject: I am on holiday\nIn-Reply-To: " + OURS.encode() + b"\n\nHello", "no delivery"),
        (bounce(action="delayed", status="4.4.1"), "not failed, delayed"),
        (bounce(action="delivered", status="2.0.0"), "not failed, delivered"),
        (bounce(original="<another@example.org>"), "about no mail of ours"),
        (bounce(original="<claim.7.short@example.org>"), "about no mail of ours"),
        (bounce().replace(b"Action: failed\n", b""), "names no recipient"),
        (b"x" * (MESSAGE_BYTES_MAX + 1), "larger than"),
        (b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
         + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 20_000, "it "),
    ],
)  # fmt: skip
def test_what_is_no_bounce_of_ours_says_what_it_is(raw, why):
    with pytest.raises(NotABounce, match=why):
        read(raw)


WHOLE = bounce()


@given(st.binary(max_size=200), st.integers(0, len(WHOLE)), st.integers(0, 200))
def test_any_bytes_whatever_are_a_bounce_or_words(odd, cut, gone):
    try:
        assert isinstance(read(WHOLE[:cut] + odd + WHOLE[cut + gone :]), Bounce)
    except NotABounce as error:
        assert str(error)


def test_files_folders_mboxes_and_maildirs_are_read_and_odd_ones_named(tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("b.eml", "a.eml", "notes.txt"):
        (tmp_path / "folder" / name).write_bytes(name.encode())
    box = mailbox.mbox(tmp_path / "mbox")
    box.add(bounce())
    box.add(bounce(action="delayed"))
    box.close()
    maildir = mailbox.Maildir(tmp_path / "maildir")
    maildir.add(bounce())
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large.eml").write_bytes(b"x" * (MESSAGE_BYTES_MAX + 500))
    names = ("folder", "mbox", "maildir", "pipe", "large.eml", "not there")
    found = list(messages([str(tmp_path / each) for each in names]))
    bodies = [raw for _, raw in found]
    assert bodies[:2] == [b"a.eml", b"b.eml"]
    assert [isinstance(raw, bytes) and read(raw).mail for raw in (bodies[2], bodies[4])] == [7, 7]
    with pytest.raises(NotABounce, match="delayed"):
        read(bodies[3])
    assert isinstance(bodies[5], OSError), "a pipe would be waited for"
    assert len(bodies[6]) == MESSAGE_BYTES_MAX + 1, "no more is read"
    assert isinstance(bodies[7], OSError)
    assert found[7][0].endswith("not there")
