"""The badge's text: what was signed comes back, and nothing else ever passes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey as PrivateKey

from gate.access import claim
from gate.access.credential import PREFIX, TEXT_CHARS, pack, sign, unpack, verify
from gate.access.model import Credential, Holder, Kind, Reason
from tests import venue
from tests.fuzz import fuzz

KEYS = {1: venue.key()}
EDITION = venue.policy().number
credentials = st.builds(
    Credential,
    kind=st.sampled_from(Kind),
    key_id=st.just(1),
    edition=st.just(EDITION),
    holder=st.integers(0, 2**32 - 1).map(Holder),
    generation=st.integers(0, 255),
    profile=st.integers(0, 2**16 - 1),
    issued_min=st.integers(0, 2**24 - 1),
    expires_h=st.integers(0, 2**16 - 1),
)


@given(credentials)
def test_what_was_signed_is_read_back(credential):
    text = sign(credential, venue.PRIVATE)
    assert verify(text, EDITION, KEYS) == credential
    assert unpack(pack(credential)) == credential


@given(credentials)
def test_every_badge_is_the_same_qr_size(credential):
    text = sign(credential, venue.PRIVATE)
    assert len(text) == TEXT_CHARS == 122
    assert text.startswith(PREFIX)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_the_published_vector():
    """Numbers anybody can check: the key is bytes 0..31, the claims are those of `venue`."""
    claims = Credential(Kind.ATTENDEE, 1, 2607, Holder(0x01020304), 5, 6, 7, 8)
    assert pack(claims).hex() == "10010a2f010203040500060000070008"
    assert verify(sign(claims, venue.PRIVATE), 2607, KEYS) == claims


def test_every_single_bit_flip_is_refused():
    raw = _bytes(venue.badge())
    for bit in range(len(raw) * 8):
        flipped = bytearray(raw)
        flipped[bit // 8] ^= 1 << bit % 8
        assert isinstance(verify(_text(bytes(flipped)), EDITION, KEYS), Reason)


def test_a_forger_with_another_key_is_refused():
    assert verify(venue.badge(venue.FORGER), EDITION, KEYS) is Reason.BAD_SIGNATURE


def test_a_badge_of_another_conference_is_told_apart():
    assert verify(venue.badge(edition=1), EDITION, KEYS) is Reason.WRONG_EDITION


def test_an_unknown_key_is_told_apart():
    assert verify(venue.badge(key_id=9), EDITION, KEYS) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("kind", [6, 7, 8, 9, 10, 11, 12, 13, 15])
def test_kinds_that_do_not_exist_are_no_badges(kind):
    raw = bytearray(_bytes(venue.badge()))
    raw[0] = 0x10 | kind
    assert verify(_text(bytes(raw)), EDITION, KEYS) is Reason.UNREADABLE


@given(st.text(max_size=300))
def test_any_text_whatever_gives_a_reason(text):
    assert isinstance(verify(text, EDITION, KEYS), Reason)


@given(
    st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", min_size=120, max_size=120)
)
def test_any_text_of_the_right_shape_gives_a_reason(body):
    assert isinstance(verify(PREFIX + body, EDITION, KEYS), Reason)


@given(st.binary(min_size=1), st.text(max_size=20), st.sampled_from(["", " ", "-", "\u2010", "\n"]))
def test_the_mails_code_is_told_from_a_poster_however_it_is_written(key, code, between):
    made = claim.make(key, "demo", code)
    for text in (made, claim.shown(made).lower(), f"{between}{made}{between}"):
        read = claim.read(text)
        expected = Reason.CLAIM_CODE if read else Reason.UNREADABLE
        assert verify(text, EDITION, KEYS) is expected
    assert verify(made, EDITION, KEYS) is Reason.CLAIM_CODE
    assert verify(made[:-1], EDITION, KEYS) is Reason.UNREADABLE
    assert verify("X" + made, EDITION, KEYS) is Reason.UNREADABLE


@pytest.mark.parametrize("stranger", ["a", "_", "é", "１", "\n", "\0", "\U0001f600"])
def test_a_character_base45_does_not_have_is_no_badge_wherever_it_stands(stranger):
    text = venue.badge()
    for place in range(TEXT_CHARS):
        odd = text[:place] + stranger + text[place + 1 :]
        assert verify(odd, EDITION, KEYS) is Reason.UNREADABLE


def test_three_characters_that_are_more_than_two_bytes_are_no_badge():
    assert verify(venue.badge()[:-3] + ":::", EDITION, KEYS) is Reason.UNREADABLE


@pytest.mark.no_cover  # measuring would double its time
def test_two_hundred_thousand_damaged_badges():
    assert fuzz(200_000, random.Random(2026)) == 0


def test_the_fuzz_would_notice_a_verifier_that_believes(monkeypatch):
    monkeypatch.setattr("tests.fuzz.verify", lambda text, edition, keys: venue.credential())
    assert fuzz(100, random.Random(1)) > 0


@given(st.binary(min_size=80, max_size=80))
def test_base45_round_trips(raw):
    assert _bytes(_text(raw)) == raw


def test_signing_uses_a_domain_of_its_own():
    """A signature over the bare claims, made for something else, opens nothing."""
    claims = pack(venue.credential())
    bare = claims + PrivateKey(bytes(range(32))).sign(claims).signature
    assert verify(_text(bare), EDITION, KEYS) is Reason.BAD_SIGNATURE


ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def _text(raw: bytes) -> str:
    """RFC 9285, written a second time for the test."""
    out = ""
    for at in range(0, len(raw), 2):
        value = int.from_bytes(raw[at : at + 2], "big")
        for _ in range(3):
            value, digit = divmod(value, 45)
            out += ALPHABET[digit]
    return PREFIX + out


def _bytes(text: str) -> bytes:
    body, out = text.removeprefix(PREFIX), b""
    for at in range(0, len(body), 3):
        c, d, e = (ALPHABET.index(char) for char in body[at : at + 3])
        out += (c + d * 45 + e * 2025).to_bytes(2, "big")
    return out


def test_a_badge_proven_once_proves_nothing_but_itself():
    """Remembering a good signature must not carry over to other claims, keys or signatures."""
    good, other = _bytes(venue.badge()), _bytes(venue.badge(holder=7))
    assert verify(_text(good), EDITION, KEYS) == verify(_text(good), EDITION, KEYS)
    assert verify(_text(other), EDITION, KEYS) != Reason.BAD_SIGNATURE
    swapped = _text(other[:16] + good[16:])
    assert verify(swapped, EDITION, KEYS) is Reason.BAD_SIGNATURE
    replaced = {1: venue.key(public=bytes(venue.FORGER.verify_key))}
    assert verify(_text(good), EDITION, replaced) is Reason.BAD_SIGNATURE
    assert isinstance(verify(_text(good), EDITION, KEYS), Credential)
    assert verify(swapped, EDITION, KEYS) is Reason.BAD_SIGNATURE
