"""What a column may hold: made comparable where it can be, refused in words where it cannot."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.access.model import Status
from gate.server.registrations import fields
from gate.server.registrations.fields import CHARS_MAX, FieldError
from tests import venue

POLICY = venue.policy()


def refusal(read, *arguments) -> str:
    with pytest.raises(FieldError) as raised:
        read(*arguments)
    return str(raised.value)


# --- text


def test_the_same_name_typed_two_ways_is_the_same_name():
    composed, decomposed = "Zoë Ångström", "Zoe\u0308 A\u030angstro\u0308m"
    assert composed != decomposed
    assert fields.clean(decomposed, "family") == fields.clean(composed, "family") == composed


def test_white_space_becomes_single_spaces():
    assert fields.clean("  Jean\u00a0 -Luc\r\n\tDupont \ufeff", "given") == "Jean -Luc Dupont"


@pytest.mark.parametrize(
    "name", ["Nguyễn Thị Minh Khai", "محمد بن سلمان", "می\u200cخواهم", "ක්\u200dෂණික", "王小明",
             "Владимир", "O’Brien-Smith", "Ωmega", "𠮷野"],
)  # fmt: skip
def test_names_of_every_script_are_kept_as_they_are(name):
    assert fields.clean(name, "family") == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize(
    ("char", "said"),
    [
        ("\0", "U+0000 control character"),
        ("\x1b", "U+001B control character"),
        ("\x7f", "U+007F control character"),
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u202a", "U+202A LEFT-TO-RIGHT EMBEDDING"),
        ("\u2066", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\u00ad", "U+00AD SOFT HYPHEN"),
        ("\ue000", "U+E000 private-use character"),
        ("\ud800", "U+D800 surrogate"),
        ("\uffff", "U+FFFF unassigned character"),
        ("\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("\ufffd", "U+FFFD REPLACEMENT CHARACTER"),
    ],
)
def test_a_character_no_name_needs_is_refused_by_place_and_code_point(char, said):
    assert refusal(fields.clean, f"An{char}na", "family") == (
        f"character 3 is {said}, which no name needs"
    )


@pytest.mark.parametrize("column", CHARS_MAX)
def test_each_column_has_a_longest_value(column):
    longest = CHARS_MAX[column]
    assert fields.clean("x" * longest, column)
    assert refusal(fields.clean, "x" * (longest + 1), column) == (
        f"{longest + 1} characters, expected at most {longest}"
    )


@given(st.text())
def test_any_text_becomes_clean_once_or_is_refused(text):
    try:
        once = fields.clean(text, "organisation")
    except FieldError:
        return
    assert fields.clean(once, "organisation") == once
    assert once == once.strip()
    assert "\n" not in once


@pytest.mark.parametrize(
    "text", ["wsis", "ai4g: 7-8; wsis", "dialogue: 6", "ai4g: 7, 9-10; dialogue; wsis: 6-7, 10"]
)
def test_events_in_short_read_as_they_were_written(text):
    held = fields.events(text, POLICY)
    assert fields.events_in_short(held, POLICY) == text


def test_what_must_be_there_must_not_be_blank():
    assert refusal(fields.required, " \t", "family") == "empty, expected a value"


# --- code, e-mail, language, status


@pytest.mark.parametrize("code", ["WS-0001", "a.b_c-d", "1234", "x" * 64])
def test_a_code_is_letters_digits_and_little_else(code):
    assert fields.code(f" {code} ") == code


@pytest.mark.parametrize("code", ["abc", "x" * 65, "-abcd", "ab cd", "ab/cd", "äbcd", "ab'--"])
def test_other_codes_are_refused(code):
    assert "expected" in refusal(fields.code, code)


def test_an_email_address_may_be_absent_but_not_half():
    assert fields.email("") == ""
    assert fields.email(" jane@example.org ") == "jane@example.org"
    for half in ("jane", "jane@", "@example.org", "jane@example", "a b@example.org", "a@b@c.de"):
        assert refusal(fields.email, half) == "expected an e-mail address"


def test_a_language_is_a_code_of_its_own_or_english():
    assert [fields.language(x) for x in ("", "FR", "zh_Hans", "pt-BR")] == [
        "en", "fr", "zh-Hans", "pt-BR",
    ]  # fmt: skip
    assert refusal(fields.language, "French!") == "expected a language code such as fr or zh-Hans"


def test_a_status_has_several_words_and_none_means_approved():
    assert fields.status("") is fields.status("Confirmed") is Status.APPROVED
    assert fields.status("waiting") is Status.PENDING
    assert fields.status("Canceled") is fields.status("cancelled") is Status.CANCELLED
    assert refusal(fields.status, "blocked") == "expected approved, pending or cancelled"


# --- category and events


@pytest.mark.parametrize("word", ["un_staff", "UN staff", "Un Staff", "un staff", " UN  staff "])
def test_a_category_is_known_by_id_or_by_name(word):
    assert fields.category(word, POLICY) == "un_staff"


def test_an_unknown_category_is_told_which_there_are():
    said = refusal(fields.category, "VIP", POLICY)
    assert said.startswith("no such category; there are: delegate, minister, ")


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("wsis", "wsis"),
        ("WSIS Forum; AI4G", "wsis ai4g"),
        ("dlg: 6", "dialogue:6"),
        ("wsis: 6, 8-9", "wsis:6,8,9"),
        ("wsis: 2026-07-06, 2026-07-10 | ministerial", "wsis:6,10 ministerial"),
        ("wsis:6; wsis:7", "wsis:6,7"),
        ("wsis;;", "wsis"),
        ("wsis:", "wsis"),
        ("wsis: ٦", "wsis:6"),
    ],
)
def test_events_are_named_as_organisers_name_them(text, held):
    assert set(fields.events(text, POLICY)) == set(venue.held(held))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty, expected a value"),
        (";", "expected at least one event"),
        ("wsi", "no event 'wsi'; there are: wsis, ai4g, dialogue, ministerial"),
        ("opening", "opening is entered through ai4g, wsis; register for one of those"),
        ("dialogue: 8", "dialogue is not on day 8; it is on 2026-07-06, 2026-07-07"),
        ("dialogue: 6-8", "dialogue is not on day 6-8"),
        ("dialogue: 7-6", "dialogue is not on day 7-6"),
        ("dialogue: 2026-07-08", "dialogue is not on 2026-07-08; it is on"),
        ("dialogue: Monday", "days 'Monday': expected such as 7-8 or 2026-07-07"),
        ("dialogue: 6,", "days '': expected such as"),
        ("dialogue: 99999999999999999999", "dialogue is not on day 99999999999999999999"),
    ],
)
def test_events_that_do_not_exist_are_refused_with_those_that_do(text, said):
    assert refusal(fields.events, text, POLICY).startswith(said)


def test_what_events_text_writes_events_reads():
    held = venue.held("ai4g:7,9 dialogue wsis")
    assert fields.events(fields.events_text(held), POLICY) == held


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused_never_a_fault(text):
    for read in (fields.code, fields.email, fields.language, fields.status):
        try:
            read(text)
        except FieldError as error:
            assert str(error)
    for read in (fields.category, fields.events):
        try:
            read(text, POLICY)
        except FieldError as error:
            assert str(error)


def test_what_guards_must_see_is_of_a_known_kind_in_any_order_and_spelling():
    assert fields.attention(" Medical; escort,escort ") == ("escort", "medical")
    assert fields.attention("") == ()
    with pytest.raises(FieldError, match=r"no 'vip'; there are: escort, medical, protocol"):
        fields.attention("vip")
