"""Which characters can be drawn: what a name needs passes, what would be an empty box does not."""

import unicodedata

import pytest

from deploy.demo.badge_pictures import PEOPLE
from gate import fonts


@pytest.mark.parametrize("each", PEOPLE, ids=lambda each: each.what)
def test_names_of_every_script_can_be_drawn(each):
    for text in each[1:6]:
        assert fonts.missing(text) == []
        assert fonts.missing(unicodedata.normalize("NFD", text)) == []


@pytest.mark.parametrize(
    "text",
    ["می‌خواهد", "ශ්‍රී", "葛\U000e0100城", "☀\ufe0e", "A\u200eB", "e\u0302\u0301", "أ", "\u00a0", "﷽"],
    ids=ascii,
)
def test_joiners_marks_and_variants_of_letters_are_no_missing_glyphs(text):
    assert fonts.missing(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Ana 😀", "U+1F600 GRINNING FACE"),
        ("\ue000", "U+E000 unnamed"),
        ("\uf8ff", "U+F8FF unnamed"),
        ("\U000f0000", "U+F0000 unnamed"),
        ("\U00030edf", "U+30EDF"),
        ("\u0378", "U+0378 unnamed"),
        ("a\x07b", "U+0007 unnamed"),
        ("a\nb", "U+000A unnamed"),
        ("a\u2028b", "U+2028 LINE SEPARATOR"),
        ("\ud800", "U+D800 unnamed"),
        ("\U00013000", "U+13000 EGYPTIAN HIEROGLYPH A001"),
    ],
    ids=ascii,
)
def test_what_no_font_has_is_named(text, said):
    assert [each for each in fonts.missing(text) if each.startswith(said)]


@pytest.mark.parametrize("text", ["A\u064b", "ا\u0300", "क\u0301"], ids=ascii)
def test_a_letter_and_a_mark_that_no_one_font_has_are_named_together(text):
    """Drawn from two fonts, the letter would be dropped."""
    (said,) = fonts.missing(f"a{text}b")
    assert said.startswith(f"U+{ord(text[0]):04X} ")
    assert f" with U+{ord(text[1]):04X} " in said


def test_each_character_is_said_once():
    assert len(fonts.missing("😀😀 x 😀")) == 1


@pytest.mark.parametrize(
    ("language", "family"),
    [("ja", "JP"), ("ja-JP", "JP"), ("ko", "KR"), ("zh", "SC"), ("zh-Hans", "SC"), ("en", "SC"),
     ("zh-Hant", "TC"), ("zh-Hant-TW", "TC"), ("zh-TW", "TC"), ("zh-HK", "HK"), ("kok", "SC"),
     ("", "SC")],
)  # fmt: skip
def test_han_characters_take_the_shapes_their_reader_expects(language, family):
    assert fonts.cjk(language) == f"Noto Sans CJK {family}"
    assert fonts.cjk(language) in fonts.faces(language)


def test_missing_fonts_say_the_command_that_installs_them(monkeypatch, tmp_path):
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(fonts.FontsMissing, match="apt-get install fonts-noto-core fonts-noto-cjk"):
        fonts.folders()


def test_urdu_is_set_in_its_own_hand_and_the_other_languages_of_its_script_in_theirs():
    latin, first, *_ = fonts.faces("ur-PK")
    assert (latin, first) == ("Noto Sans", fonts.NASTALIQ)
    for language in ("ar", "fa", "en", "", "uru"):
        assert fonts.NASTALIQ not in fonts.faces(language)
