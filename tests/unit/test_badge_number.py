"""The number people read out: a mistyped one is noticed, whatever a person writes for O and I."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from badge_printer.number import ALPHABET, holder, number

HOLDERS = st.integers(0, 2**32 - 1)


@given(HOLDERS)
def test_a_number_names_its_holder(value):
    text = number(value)
    assert len(text) == 9
    assert text[4] == "-"
    assert set(text) <= {*ALPHABET, "-"}
    assert holder(text) == value


@given(HOLDERS, st.integers(0, 7))
def test_every_single_wrong_character_is_noticed(value, place):
    plain = number(value).replace("-", "")
    for wrong in ALPHABET:
        if wrong != plain[place]:
            assert holder(plain[:place] + wrong + plain[place + 1 :]) is None


@given(HOLDERS)
def test_swapped_neighbours_are_noticed_but_for_one_pair(value):
    """Luhn's known gap: the first and the last character of the alphabet."""
    plain = number(value).replace("-", "")
    for place in range(7):
        first, second = plain[place], plain[place + 1]
        if first == second or {first, second} == {ALPHABET[0], ALPHABET[-1]}:
            continue
        assert holder(plain[:place] + second + first + plain[place + 2 :]) is None


def test_what_people_write_for_zero_and_one_is_understood():
    wanted = number(0)
    assert wanted == "0000-0000"
    assert holder("oooo-OOOO") == 0
    assert holder(" 0000 0000 ") == 0
    one = next(n for n in range(1000) if "1" in number(n))
    assert holder(number(one).replace("1", "l")) == one
    assert holder(number(one).replace("1", "I").lower()) == one


@pytest.mark.parametrize(
    "text", ["", "1", "ABCD-EFG", "ABCD-EFGHJ", "U000-0000", "é000-0000", "0000-000\x00", "🎫" * 8]
)
def test_what_is_no_number_is_none(text):
    assert holder(text) is None


def test_a_number_above_32_bits_is_nobodys():
    digits = "ZZZZZZZ"
    assert all(holder(digits + check) is None for check in ALPHABET)
