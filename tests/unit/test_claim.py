"""Claim codes and what is sealed under them: nothing guessed, nothing read without the secret."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.access import claim
from gate.access.credential import verify
from gate.access.model import Reason

KEY = bytes(range(32))
CODE = claim.make(KEY, "demo", "R-1")


def test_a_claim_code_is_eighty_bits_in_characters_nobody_confuses():
    assert re.fullmatch("C1[0-9A-HJKMNP-TV-Z]{16}", CODE)
    many = {claim.make(KEY, "demo", f"R-{n}") for n in range(2000)}
    assert len(many) == 2000


def test_the_same_registration_keeps_its_code_and_no_other_key_or_edition_makes_it():
    assert claim.make(KEY, "demo", "R-1") == CODE
    assert claim.make(KEY, "other", "R-1") != CODE
    assert claim.make(bytes(32), "demo", "R-1") != CODE


@pytest.mark.parametrize(
    "typed",
    [CODE, f" {CODE}\n", CODE.lower(), claim.shown(CODE), claim.shown(CODE).replace("-", " "),
     CODE.replace("1", "I"), CODE.replace("0", "O")],
)  # fmt: skip
def test_a_code_is_read_however_people_write_it(typed):
    expected = CODE if typed.strip().upper().startswith("C1") else None
    assert claim.read(typed) == expected


@given(st.text())
def test_any_text_gives_a_code_or_none_and_never_an_exception(text):
    found = claim.read(text)
    assert found is None or claim.read(found) == found
    assert claim.read("C1" + text) is None or len(claim.read("C1" + text)) == claim.CLAIM_CHARS


def test_a_code_hidden_in_a_long_text_is_none():
    assert claim.read(CODE + " " * 3 * claim.CLAIM_CHARS) == CODE
    assert claim.read(CODE + " " * 4 * claim.CLAIM_CHARS) is None


def test_a_kiosk_knows_codes_by_what_tells_none_of_them():
    other = claim.digest(claim.make(KEY, "demo", "R-2"))
    assert claim.digest(CODE) == claim.digest(CODE) != other
    assert CODE[2:].lower() not in claim.digest(CODE)


def test_a_claim_code_opens_no_gate():
    assert verify(CODE, 1, {}) is Reason.CLAIM_CODE
    assert not Reason.CLAIM_CODE.opens
    assert not Reason.CLAIM_CODE.overridable


@pytest.mark.parametrize(
    ("family", "email"),
    [("Müller", "A.Mueller@example.org"), ("MULLER", "a.mueller@example.org"),
     (" müller ", " a.mueller@EXAMPLE.org ")],
)  # fmt: skip
def test_a_name_is_the_same_without_case_accents_and_spaces(family, email):
    assert claim.name_secret(family, email) == "muller\na.mueller@example.org"


def test_names_of_every_script_stay_apart_and_hyphens_do_not_matter():
    assert claim.name_secret("Щербакова", "e@x.org") == claim.name_secret("щербакова", "E@x.org")
    assert claim.name_secret("Al-Harbi", "m@x.org") == claim.name_secret("al harbi", "m@x.org")
    assert claim.name_secret("الحربي", "m@x.org") != claim.name_secret("الحرب", "m@x.org")
    assert claim.name_secret("أحمد", "m@x.org") == claim.name_secret("احمد", "m@x.org")


@pytest.mark.parametrize(("family", "email"), [("", "a@x.org"), ("Li", ""), ("- '", "a@x.org")])
def test_half_a_name_is_no_secret(family, email):
    assert claim.name_secret(family, email) == ""


@given(st.binary(max_size=2000), st.text(max_size=40), st.text(max_size=40))
def test_what_is_sealed_opens_with_its_secret_only(body, secret, other):
    sealed = claim.seal(secret, body)
    assert claim.unseal(secret, sealed) == body
    if other != secret:
        assert claim.unseal(other, sealed) is None


@given(st.binary(max_size=200))
def test_bytes_nobody_sealed_are_none(raw):
    assert claim.unseal("secret", raw) is None


def test_a_bomb_does_not_unfold():
    bomb = claim.seal("secret", bytes(claim.UNSEALED_BYTES_MAX + 1))
    assert claim.unseal("secret", bomb) is None


def test_a_changed_byte_is_noticed():
    sealed = bytearray(claim.seal(CODE, b"a name"))
    for at in range(len(sealed)):
        sealed[at] ^= 1
        assert claim.unseal(CODE, bytes(sealed)) is None
        sealed[at] ^= 1
