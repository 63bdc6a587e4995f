"""Finished pages, looked at as pixels: everything in its place, nothing cut, nothing invented."""

import dataclasses
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise

import cv2
import numpy as np
import pypdfium2 as pdfium
import pytest

from badge_printer import template as templates
from badge_printer.layout import CannotPrint
from badge_printer.render import Renderer
from badge_printer.template import MissingGlyph, load
from deploy.demo.badge_pictures import PEOPLE
from gate.access.wire import DayChips
from tests import badges, venue

DPI = 203.2
LONG = {
    "given": "Wolfeschlegelsteinhausen Bergerdorff Johannes Maria Sebastian Alexander Ernst Gk",
    "family": "Featherstonehaugh-Cholmondeley-Majoribanks de la Vega y Fernández-Villaverde Jgp",
    "native_name": "Вольфешлегельштейнгаузен-Бергердорф Константин Константинович " * 2,
    "organisation": "Permanent Mission of the Kingdom to the United Nations Office in Geneva, " * 3,
    "country": "The United Kingdom of Great Britain and Northern Ireland and its territories  Gj",
}
SHORT = {"given": "Q", "family": "i", "native_name": "й", "organisation": "g", "country": "M"}


def ink(pixels):
    """(top, bottom, left, right) of what differs from white, in millimetres."""
    ys, xs = np.nonzero((pixels < 200).any(axis=2))
    return tuple(
        each * badges.MM_PER_INCH / DPI for each in (ys.min(), ys.max(), xs.min(), xs.max())
    )


def difference(one, other):
    return 255 - cv2.absdiff(one, other)


def test_a_pdf_is_one_a6_page_with_its_words_in_it():
    document = pdfium.PdfDocument(badges.renderer().pdf(badges.badge()))
    assert len(document) == 1
    page = document[0]
    assert page.get_size() == pytest.approx((105 / 25.4 * 72, 148 / 25.4 * 72), abs=0.01)
    text = page.get_textpage()
    words = " ".join(text.get_text_range().split())
    for each in ("Ekaterina", "Shcherbakova", "Екатерина Щербакова", "KYRGYZSTAN", "MEDIA", "MON"):
        assert each in words
    for each in (text, page, document):
        each.close()


@pytest.mark.parametrize(("language", "own_hand"), [("ur", True), ("ar", False), ("fa", False)])
def test_an_urdu_name_is_set_in_nastaliq(language, own_hand):
    data = badges.badge("urdu", language=language)
    assert (b"NotoNastaliqUrdu" in badges.renderer().pdf(data)) == own_hand


@pytest.mark.parametrize("field", LONG)
@pytest.mark.parametrize("others", [SHORT, LONG], ids=["among short", "among long"])
def test_the_longest_text_of_a_field_stays_in_its_row(field, others):
    stays_in_its_row(field, LONG[field], others)


@pytest.mark.parametrize("field", LONG)
def test_a_tower_of_marks_stays_in_its_row(field):
    stays_in_its_row(field, "Z" + "\u0302\u0323" * 19, SHORT)


def stays_in_its_row(field, text, others):
    """Each row's ink, found by writing something else there, is clear of the rows around it."""
    texts = others | {field: text}
    page = badges.drawn(badges.badge(**texts), DPI)
    rows = []
    for each in LONG:
        without = badges.drawn(badges.badge(**(texts | {each: "."})), DPI)
        rows.append(ink(difference(page, without)))
    for (_, bottom, left, right), (top, *_) in pairwise([*rows, (79.5, 0, 0, 0)]):
        assert left >= 3.6
        assert right <= 101.4
        assert bottom < top
    assert rows[0][0] > 19.5, "below the coloured line"


@pytest.fixture(scope="module")
def unclipped(tmp_path_factory):
    """The same template, but for the clipping that hides what does not fit."""
    folder = tmp_path_factory.mktemp("unclipped")
    shutil.copytree(templates.FOLDER, folder, dirs_exist_ok=True)
    text = (templates.FOLDER / "common.typ").read_text(encoding="utf-8")
    assert "clip: true" in text
    (folder / "common.typ").write_text(text.replace("clip: true", "clip: false"), encoding="utf-8")
    return Renderer(load("a6", folder))


HARDEST = {
    "longest texts": LONG,
    "one endless word": {"given": "W" * 80, "family": "m" * 80, "native_name": "界" * 120},
    "endless joined word": {"given": "م" * 80, "family": "ن" * 80, "native_name": "ي" * 120},
    "marks above and below": {
        "given": "Ẫ" * 80,
        "native_name": "ṩ̂" * 40,
        "organisation": "ที่ปู่ญู " * 22,
    },
    "name on badge": {"name_on_badge": "Gräfin zu Äpfelspiel-Jägerndorf und " * 3},
    "only a long name": {"given": "Wm " * 26, "family": "", "native_name": "", "country": ""},
}


@pytest.mark.parametrize("what", [*HARDEST, "nothing but what people are called"])
def test_nothing_is_cut_off(unclipped, what):
    if what in HARDEST:
        datas = [badges.badge(**HARDEST[what])]
    else:
        datas = [badges.badge(each.what) for each in PEOPLE[::2]]
    for data in datas:
        whole = badges.picture(unclipped.png(data, DPI))
        # Clipping alone moves some grey edges by one of 255.
        assert (difference(badges.drawn(data, DPI), whole) > 247).all(), data.code


@pytest.mark.parametrize("what", [each.what for each in PEOPLE])
def test_margins_and_the_lanyards_slot_stay_free(what):
    pixels = badges.drawn(badges.badge(what), DPI)
    for part in ((0, 0, 3.6, 79), (101.4, 0, 105, 79), (0, 93, 5, 148), (101, 93, 105, 148)):
        assert (badges.box(pixels, DPI, *part) > 250).all(), part
    assert (badges.box(pixels, DPI, 0, 146.5, 105, 148) > 250).all()
    slot = badges.box(pixels, DPI, 0, 0, 105, 8.5)
    assert (slot > 150).all(), "only the dotted outline of the slot"


@pytest.mark.parametrize("category", list(venue.policy().categories.values()), ids=lambda c: c.id)
def test_the_category_is_a_band_of_its_colour_with_its_word(category):
    data = badges.badge(category_name=category.name, category_colour=category.colour)
    band = badges.box(badges.drawn(data, DPI), DPI, 0, 79.7, 105, 91.8)
    colour = tuple(int(category.colour[at : at + 2], 16) for at in (1, 3, 5))
    for corner in (band[1, 1], band[-2, 1], band[1, -2], band[-2, -2]):
        assert tuple(corner) == colour
    letters = (band > 240).all(axis=2)
    assert 0.02 < letters.mean() < 0.5
    other = badges.drawn(badges.badge(category_name="Other", category_colour=category.colour), DPI)
    assert (badges.box(other, DPI, 0, 79.7, 105, 91.8) != band).any()


def test_a_guard_sees_which_days_are_open():
    days = tuple(
        DayChips(
            date(2026, 7, 6) + timedelta(days=n), (("WSIS", "#0B5FA5"),) if n in (1, 3) else ()
        )
        for n in range(5)
    )
    pixels = badges.drawn(badges.badge(days=days), DPI)
    for n in range(5):
        left = 54.6 + 9.2 * n
        head = badges.box(pixels, DPI, left + 0.8, 97.5, left + 8, 107.5)
        chip = badges.box(pixels, DPI, left + 0.8, 109.5, left + 2, 113.5)
        if n in (1, 3):
            assert (head < 60).mean() > 0.5, "white figures on black"
            assert (chip == (11, 95, 165)).all(axis=2).any()
        else:
            assert (head > 200).mean() > 0.5, "grey figures on white"
            assert (chip > 150).all()


@pytest.mark.parametrize("count", [1, 2, 10, 14])
@pytest.mark.parametrize("chips", [1, 6, 12])
def test_any_number_of_days_and_events_stays_inside_the_strip(count, chips):
    shorts = [("OPENING", "#7A5900"), ("W", "#0B5FA5"), ("AI4GOOD", "#6A2C91")] * 4
    days = tuple(
        DayChips(date(2026, 7, 1) + timedelta(days=n), tuple(shorts[:chips])) for n in range(count)
    )
    without = badges.drawn(badges.badge(days=()), DPI)
    strip = difference(badges.drawn(badges.badge(days=days), DPI), without)
    top, bottom, left, right = ink(strip)
    assert top >= 96.7
    assert bottom <= 146
    assert left >= 54.3
    assert right <= 101
    below = ink(badges.box(strip, DPI, 0, 0, 105, 135.9))
    assert below[1] <= 135.8


@pytest.mark.parametrize("template", ["4x3", "a6", "cr80", "fold", "label"])
@pytest.mark.parametrize("nothing", ["", " ", "\u200b"])
def test_an_edition_without_name_or_place_leaves_their_rows_white(template, nothing):
    data = badges.badge(edition_name=nothing, edition_place=nothing, category_name=nothing)
    assert badges.renderer(template).pdf(data)[:5] == b"%PDF-"


def test_a_script_without_spaces_breaks_between_its_words():
    """Thai for "Ministry | of Digital | for | Economy | and | Society", too long for one line."""
    words = "กระทรวงดิจิทัลเพื่อเศรษฐกิจและสังคม"
    data = badges.badge("thai", organisation=words * 3, photo=b"")
    document = pdfium.PdfDocument(badges.renderer("4x3").pdf(data))
    page = document[0]
    text = page.get_textpage()
    lines = [line.strip() for line in text.get_text_range().splitlines()]
    for each in (text, page, document):
        each.close()
    starts = [
        line for line in lines if line.startswith(("กระทรวง", "ดิจิทัล", "เพื่อ", "เศรษฐกิจ", "และ"))
    ]
    assert len(starts) >= 2, lines
    assert not any(line.startswith("คม") for line in lines), "no word is torn"


def components(pixels):
    dark = (pixels.mean(axis=2) < 128).astype(np.uint8)
    return cv2.connectedComponents(dark)[0] - 1


def test_arabic_letters_are_joined():
    """Four letters without dots are one stroke; with non-joiners between them they are four."""

    def native(text):
        pixels = badges.drawn(badges.badge("one-letter", native_name=text), 300.0)
        return badges.box(pixels, 300.0, 4, 59.5, 101, 71)

    assert components(native("محمد")) == 1
    assert components(native("م\u200cح\u200cم\u200cد")) == 4


@pytest.mark.parametrize(
    "text",
    ["Ana 😀", "\ue000x", "\U00030edf", "A\u064b", "a\x07b", "x\U000f0000", "\u0378"],
    ids=ascii,
)
def test_what_no_font_has_is_refused_or_left_out_and_never_an_empty_box(text):
    with pytest.raises(CannotPrint, match=r"given: no font has U\+"):
        badges.renderer().pdf(badges.badge(given=text))
    data = badges.badge(organisation=text, native_name=text)
    assert len(badges.renderer().layout(data).left_out) == 2
    nothing = badges.badge(organisation="", native_name="")
    assert (badges.drawn(data, DPI) == badges.drawn(nothing, DPI)).all()


def test_a_template_may_leave_out_what_another_refuses():
    rules = load().missing_glyph | {"country": MissingGlyph.LEAVE_OUT}
    lenient = Renderer(dataclasses.replace(load(), missing_glyph=rules))
    assert lenient.layout(badges.badge(country="😀")).page["country"] == ""
    with pytest.raises(CannotPrint, match="country"):
        badges.renderer().layout(badges.badge(country="😀"))


@pytest.mark.parametrize(
    "changes",
    [{"category_colour": "blue-ish"}, {"text": "P1"}, {"text": "hello"},
     {"days": (DayChips(date(2026, 7, 6), (("X", "#GGGGGG"),)),)}],
    ids=str,
)  # fmt: skip
def test_data_the_template_cannot_draw_is_a_refusal_in_words(changes):
    with pytest.raises(CannotPrint, match=r"\w"):
        badges.renderer().pdf(badges.badge(**changes))
    assert badges.renderer().pdf(badges.badge())[:5] == b"%PDF-", "and the next badge prints"


def test_words_that_look_like_the_templates_language_are_only_words():
    data = badges.badge(
        given='#eval("1")', family="$x^2$ *b* _i_ \\ @a <b>", organisation="`#read`"
    )
    document = pdfium.PdfDocument(badges.renderer().pdf(data))
    page = document[0]
    text = page.get_textpage()
    words = " ".join(text.get_text_range().split())
    assert '#eval("1")' in words
    assert "$x^2$ *b* _i_ \\ @a <b>" in words
    for each in (text, page, document):
        each.close()


def test_several_threads_draw_the_same_pages_as_one():
    chosen = [badges.badge(each.what) for each in PEOPLE[:8]]
    one_by_one = [badges.renderer().png(each, 150.0) for each in chosen]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda each: badges.renderer().png(each, 150.0), chosen)) == one_by_one


def test_latin_in_an_arabic_line_stands_where_arabic_readers_expect_it():
    """The line runs from right to left: what comes last in it stands at the left."""
    data = badges.badge(organisation="هيئة الاتصالات (QX)", language="ar")
    where = letters(badges.renderer().pdf(data))
    assert max(where["Q"], where["X"]) < min(where["ه"], where["ت"])
    assert where["Q"] < where["X"], "itself from left to right"
    other = letters(badges.renderer().pdf(badges.badge(organisation="QX (هيئة)")))
    assert max(other["Q"], other["X"]) < other["ه"]


def letters(pdf):
    """Letter -> where it stands, in points from the left; one of each letter."""
    document = pdfium.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    words = text.get_text_range()
    found = {char: text.get_charbox(at)[0] for at, char in enumerate(words) if char.isalpha()}
    for each in (text, page, document):
        each.close()
    return found


@pytest.mark.parametrize("what", ["honours", "name-on-badge"])
def test_a_name_takes_three_lines_at_most(what):
    document = pdfium.PdfDocument(badges.renderer().pdf(badges.badge(what)))
    page = document[0]
    text = page.get_textpage()
    lines = text.get_text_range().splitlines()
    for each in (text, page, document):
        each.close()
    name = badges.badge(what).name_on_badge.split()
    first = next(at for at, line in enumerate(lines) if line.startswith(name[0]))
    last = next(at for at, line in enumerate(lines) if line.rstrip().endswith(name[-1]))
    assert last - first < 3, lines[first : last + 1]
