"""The number under the QR: read aloud, typed, and a slip noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.access.badge_number import ALPHABET, holder, number

holders = st.integers(0, 2**32 - 1)


@given(holders)
def test_a_number_is_read_back(pseudonym):
    text = number(pseudonym)
    assert holder(text) == pseudonym
    assert len(text) == 9
    assert text[4] == "-"
    assert not set("ILOU") & set(text), "letters that are read as something else"


@given(holders)
def test_it_is_understood_however_it_is_typed(pseudonym):
    text = number(pseudonym)
    sloppy = text.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert holder(f" {sloppy} ") == pseudonym


@given(holders)
def test_every_single_wrong_character_is_noticed(pseudonym):
    plain = number(pseudonym).replace("-", "")
    for place in range(8):
        for other in ALPHABET:
            if other != plain[place]:
                assert holder(plain[:place] + other + plain[place + 1 :]) is None


@given(holders)
def test_two_swapped_neighbours_are_nearly_always_noticed(pseudonym):
    plain = number(pseudonym).replace("-", "")
    for place in range(7):
        first, second = plain[place], plain[place + 1]
        swapped = plain[:place] + second + first + plain[place + 2 :]
        if first != second and {first, second} != {"0", "Z"}:
            assert holder(swapped) is None


@pytest.mark.parametrize("text", ["", "0000-000", "0000-00000", "0000-000U", "٠٠٠٠-٠٠٠٠", "ß" * 4])
def test_another_text_is_no_number(text):
    assert holder(text) is None


def test_a_number_beyond_any_pseudonym_is_none():
    """Seven characters hold 35 bits; a pseudonym has 32."""
    beyond = number(2**34)
    assert holder(beyond) is None
    assert holder(number(2**32 - 1)) == 2**32 - 1


@given(st.text(max_size=12))
def test_any_text_is_a_pseudonym_or_none(text):
    found = holder(text)
    assert found is None or 0 <= found < 2**32
