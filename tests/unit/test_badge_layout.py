"""What a badge shows, before anything is drawn."""

import dataclasses
from datetime import date

import pytest

from badge_printer.layout import CannotPrint, layout
from badge_printer.template import MissingGlyph, load
from gate.access.badge_number import number
from gate.access.wire import BadgeData, DayChips
from tests import venue

DATA = BadgeData(
    code="R-1", text=venue.badge(), holder=venue.HOLDER, generation=1, given="Nino",
    family="Rossi", name_on_badge="", native_name="ნინო", organisation="Example Union",
    country="Georgia", category="delegate", category_name="Delegate", category_colour="#0B5FA5",
    language="en", edition_name="Example Week", edition_place="Geneva",
    days=(DayChips(date(2026, 7, 6), (("WSIS", "#0B5FA5"), ("DLG", "#B3261E"))),
          DayChips(date(2026, 7, 8), ())),
    events={"WSIS": "WSIS Forum", "AI4G": "AI for Good", "DLG": "Dialogue"},
)  # fmt: skip


def odd(text):
    """A font that has everything but the question mark."""
    return ["U+003F QUESTION MARK"] if "?" in text else []


def shown(template=None, **changes):
    data = badge(**changes)
    return layout(data, template or load(), 300.0, odd)


def badge(**changes):
    values = {field: getattr(DATA, field) for field in DATA.__struct_fields__}
    return BadgeData(**(values | changes))


@pytest.mark.parametrize(
    ("names", "first", "second"),
    [
        ({}, "Nino", "Rossi"),
        ({"given": ""}, "Rossi", ""),
        ({"family": ""}, "Nino", ""),
        ({"name_on_badge": "Nino Rossi"}, "Nino", "Rossi"),
        ({"name_on_badge": "H.E. N. Rossi"}, "H.E. N. Rossi", ""),
        ({"given": "", "name_on_badge": "Rossi"}, "Rossi", ""),
        ({"given": "  Nino \n Maria "}, "Nino Maria", "Rossi"),
    ],
)
def test_the_name_is_given_over_family_unless_another_was_chosen(names, first, second):
    page = shown(**names).page
    assert (page["first"], page["second"]) == (first, second)


def test_a_badge_without_any_name_is_refused():
    with pytest.raises(CannotPrint, match="name"):
        shown(given="", family="", name_on_badge="")


@pytest.mark.parametrize("field", ["given", "family", "name_on_badge", "country"])
def test_a_field_that_must_be_shown_is_refused_by_name_and_character(field):
    said = field.replace("_", " ")
    with pytest.raises(CannotPrint, match=rf"^{said}: no font has U\+003F QUESTION MARK$"):
        shown(**{field: "Who?"})


@pytest.mark.parametrize(
    ("field", "on_page"), [("organisation", "organisation"), ("native_name", "native")]
)
def test_a_field_that_may_be_left_out_is_and_says_so(field, on_page):
    made = shown(**{field: "Who?"})
    assert made.page[on_page] == ""
    said = field.replace("_", " ")
    assert made.left_out == (f"{said}: no font has U+003F QUESTION MARK",)


def test_the_template_chooses_between_refusing_and_leaving_out():
    a6 = load()
    swapped = {field: MissingGlyph.LEAVE_OUT for field in a6.missing_glyph}
    swapped["organisation"] = MissingGlyph.REFUSE
    template = dataclasses.replace(a6, missing_glyph=swapped)
    assert shown(template, name_on_badge="Who?").page["first"] == "Nino"
    assert shown(template, country="?").page["country"] == ""
    with pytest.raises(CannotPrint, match="organisation"):
        shown(template, organisation="?")
    with pytest.raises(CannotPrint, match="name"):
        shown(template, given="?", family="?")


@pytest.mark.parametrize(
    ("field", "said"),
    [("category_name", "category"), ("edition_name", "header"), ("edition_place", "subheader")],
)
def test_the_policys_own_words_are_checked_too(field, said):
    with pytest.raises(CannotPrint, match=f"the policy's {said}: no font has"):
        shown(**{field: "?"})


def test_capitals_are_used_only_where_a_font_has_them():
    def no_capital_sharp_s(text):
        return ["U+0053"] if "SS" in text else []

    assert shown(country="Côte d'Ivoire").page["country"] == "CÔTE D'IVOIRE"
    made = layout(badge(country="Großland"), load(), 300.0, no_capital_sharp_s)
    assert made.page["country"] == "Großland"


@pytest.mark.parametrize(
    ("written", "capitals"),
    [("Türkiye", "TÜRKİYE"), ("Ελλάδα", "ΕΛΛΑΔΑ"), ("Ταϊλάνδη", "ΤΑΪΛΑΝΔΗ"), ("Perú", "PERÚ"),
     ("Côte d'Ivoire", "CÔTE D'IVOIRE"), ("Việt Nam", "VIỆT NAM")],
)  # fmt: skip
def test_capitals_are_those_of_the_countrys_own_writing(written, capitals):
    assert shown(country=written).page["country"] == capitals


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", " \u2060\u200d "])
def test_a_text_of_nothing_that_is_seen_is_no_text(nothing):
    page = shown(
        edition_name=nothing, edition_place=nothing, organisation=nothing, family=nothing
    ).page
    assert [page[each] for each in ("header", "subheader", "organisation", "second")] == [""] * 4
    with pytest.raises(CannotPrint, match="name"):
        shown(given=nothing, family=nothing)


def test_the_strip_has_every_day_and_the_legend_only_what_is_on_the_badge():
    page = shown().page
    assert page["days"] == [
        {"weekday": "MON", "day": "6", "chips": [
            {"short": "WSIS", "colour": "#0B5FA5"}, {"short": "DLG", "colour": "#B3261E"}]},
        {"weekday": "WED", "day": "8", "chips": []},
    ]  # fmt: skip
    assert page["legend"].replace("\u00a0", " ") == "WSIS Forum · DLG Dialogue"
    assert shown(days=()).page["legend"] == ""


def test_the_number_belongs_to_the_holder():
    assert shown().page["number"] == number(venue.HOLDER)


@pytest.mark.parametrize(
    ("language", "lang"),
    [("fr", "fr"), ("zh-Hant-TW", "zh"), ("", "en"), ("x", "en"), ("english", "en"), ("é1", "en")],
)
def test_any_language_tag_gives_one_the_template_can_use(language, lang):
    assert shown(language=language).page["lang"] == lang
