"""Every shipped template with the hardest people, on the printers' resolutions: the code, the
edges, the direction, the photo; and what a template of one's own may not do."""

import io
import shutil
from itertools import product

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image as Picture
from pyzbar import pyzbar

from badge_printer.layout import CannotPrint, NoBadge
from badge_printer.qr import dots_a_module, modules
from badge_printer.render import Renderer
from badge_printer.template import FOLDER, TemplateError, load
from badge_printer.trial import code_problems
from deploy.demo.badge_pictures import PEOPLE, portrait
from gate.access.badge_number import number
from tests import badges

TEMPLATES = ("4x3", "a6", "cr80", "fold", "label")
OTHERS = tuple(each for each in TEMPLATES if each != "a6")
HARD = ("arabic", "very-long", "longest", "tibetan", "one-letter", "japanese")
DPI = 203.2


def grey(pixels):
    return np.ascontiguousarray(pixels.mean(axis=2).astype(np.uint8))


def read_back(pixels, text):
    assert [each.text for each in zxingcpp.read_barcodes(grey(pixels))] == [text]
    assert [each.data.decode() for each in pyzbar.decode(grey(pixels))] == [text]


@pytest.mark.parametrize(
    ("template", "what", "dpi"),
    [(t, what, dpi) for n, (t, what) in enumerate(product(OTHERS, HARD))
     for dpi in ((DPI, 300.0) if n % 3 else (300.0, 600.0))],
)  # fmt: skip
def test_both_decoders_read_the_code_and_its_dots_are_whole(template, what, dpi):
    data = badges.badge(what)
    pixels = badges.drawn(data, dpi, template)
    read_back(pixels, data.text)
    square, dots = badges.qr_pixels(pixels, data, dpi, template)
    wanted = np.kron(np.array(modules(data.text)), np.ones((dots, dots))) > 0
    assert ((square.mean(axis=2) < 128) == wanted).all()


@pytest.mark.parametrize("template", TEMPLATES)
def test_the_code_is_crisp_at_every_resolution_of_whole_dots(template):
    """Such a resolution is seldom a round number: no dot may be one too many for that."""
    renderer, data = badges.renderer(template), badges.badge()
    chosen = renderer.template
    own = dots_a_module(chosen.qr_size_min, chosen.qr_size_max, chosen.dpi)
    for dots in range(3, 10):
        dpi = chosen.dpi * dots / own
        laid_out = renderer.layout(data, dpi)
        page = grey(badges.picture(renderer.seen([laid_out], dpi)[0].picture))
        assert code_problems(page, laid_out, data.text, dpi) == [], dots


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("what", HARD)
def test_nothing_stands_in_the_quiet_zone_also_beside_a_photo(template, what):
    for photo in (b"", portrait()):
        data = badges.badge(what, photo=photo)
        pixels = badges.drawn(data, DPI, template)
        qr = badges.renderer(template).layout(data, DPI).page["qr"]
        per_mm = DPI / badges.MM_PER_INCH
        x, y, side, quiet = (round(qr[key] * per_mm) for key in ("x", "y", "width", "quiet"))
        around = pixels[y - quiet : y + side + quiet, x - quiet : x + side + quiet].copy()
        around[quiet : quiet + side, quiet : quiet + side] = 255
        assert min(x, y) >= quiet
        assert (around > 250).all()


@pytest.mark.parametrize("template", OTHERS)
def test_every_script_is_drawn_within_the_page_and_reads_back(template):
    margin = {"4x3": 3.4, "cr80": 2.5, "fold": 3.4, "label": 2.0}[template]
    for each in PEOPLE[::2]:
        data = badges.badge(each.what)
        pixels = badges.drawn(data, DPI, template)
        assert zxingcpp.read_barcodes(grey(pixels))[0].text == data.text
        dots = round(margin * DPI / badges.MM_PER_INCH)
        bands = (pixels[:, 0] < 250).any(axis=1) & (pixels[:, -1] < 250).any(axis=1)
        for edge in (pixels[~bands, :dots], pixels[~bands, -dots:]):
            # Only the line to fold along may go from edge to edge.
            assert (edge > 160).all(), each.what


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("what", ["arabic", "urdu", "hebrew"])
def test_right_to_left_words_mirror_nothing(template, what):
    english = badges.badge()
    data = badges.badge(what, days=english.days, text=english.text)
    one, other = (badges.drawn(each, DPI, template) for each in (english, data))
    square = badges.qr_pixels(one, english, DPI, template)[0]
    assert (badges.qr_pixels(other, data, DPI, template)[0] == square).all()


def words(pdf):
    document = pdfium.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    said = " ".join(text.get_text_range().split())
    for each in (text, page, document):
        each.close()
    return said


@pytest.mark.parametrize("template", TEMPLATES)
def test_name_category_country_days_events_and_number_are_words_on_it(template):
    renderer = badges.renderer(template)
    data = badges.badge()
    said = words(renderer.pdf(data))
    number = renderer.layout(data).page["number"]
    for each in (
        "Ekaterina",
        "Shcherbakova",
        "Екатерина",
        "KYRGYZSTAN",
        "MEDIA",
        "MON",
        "DLG",
        number,
    ):
        assert each in said


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_spare_has_lines_for_a_name_where_the_name_stands(template):
    """Nobody's name: not one that no font has, which is refused."""
    spare = badges.badge(
        given="", family="", native_name="", organisation="", country="", language="",
        code=number(badges.badge().holder),
    )  # fmt: skip
    named = badges.badge(language="")
    pixels = badges.drawn(spare, 300.0, template)
    read_back(pixels, spare.text)
    lined = {y for y, row in enumerate(grey(pixels) < 128) if _longest_run(row) > 0.35 * len(row)}
    also = badges.drawn(named, 300.0, template)
    lined -= {y for y, row in enumerate(grey(also) < 128) if _longest_run(row) > 0.35 * len(row)}
    assert len({y // 20 for y in lined}) >= 2, "two lines, apart"
    with pytest.raises(CannotPrint, match="given"):
        badges.drawn(badges.badge(given="😀", family="😀"), 300.0, template)


def _longest_run(row):
    edges = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
    return max(edges[1::2] - edges[::2], default=0)


@pytest.mark.parametrize("template", ["label"])
def test_a_label_for_a_black_printer_has_no_colour_and_loses_nothing_in_one_bit(template):
    for what in ("cyrillic", "arabic", "security"):
        data = badges.badge(what)
        pixels = badges.drawn(data, 300.0, template)
        assert (pixels.max(axis=2).astype(int) - pixels.min(axis=2) < 3).all()
        one_bit = np.where(pixels < 128, 0, 255).astype(np.uint8)
        read_back(one_bit, data.text)
        unsure = (grey(pixels) > 60) & (grey(pixels) < 195)
        assert unsure.mean() < 0.02, "only the edges of letters are grey"


def test_on_a_label_the_category_shows_by_a_pattern_and_its_word():
    bands = {}
    for category in ("delegate", "minister", "media", "staff"):
        data = badges.badge(category=category, category_name=category.title())
        bands[category] = badges.box(badges.drawn(data, 300.0, "label"), 300.0, 2.6, 43.7, 12, 53)
    dark = {name: float((band < 128).mean()) for name, band in bands.items()}
    assert dark["delegate"] > 0.7
    assert dark["staff"] < 0.4
    assert len({band.tobytes() for band in bands.values()}) == 4


def test_the_fold_over_badge_reads_upright_on_both_sides():
    """Turned by half a circle, the upper half is a badge of its own: name, then programme."""
    pdf = badges.renderer("fold").pdf(badges.badge(given="Ekaterina", family="Shcherbakova"))
    document = pdfium.PdfDocument(pdf)
    page = document[0]
    text = page.get_textpage()
    whole = text.get_text_range()
    tops = [text.get_charbox(at)[3] for at in range(len(whole)) if whole[at] == "S"]
    first = whole.index("Ekaterina")
    boxes = [text.get_charbox(first + n) for n in range(9)]
    middle = page.get_height() / 2
    assert max(tops) > middle > min(tops), "the family name is on both sides"
    upside_down = boxes[0][0] > boxes[-1][0]
    assert upside_down == (boxes[0][1] > middle)
    for each in (text, page, document):
        each.close()
    sheet = badges.drawn(badges.badge(), DPI, "fold")
    back = np.rot90(sheet[: sheet.shape[0] // 2], 2)
    name, programme = (badges.box(back, DPI, 4, *rows) for rows in ((10, 82, 24), (55, 82, 70)))
    assert (name < 128).any()
    assert (programme < 128).any()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_photo_stands_in_its_box_and_the_words_move_aside(template):
    renderer = badges.renderer(template)
    box = renderer.template.photo
    without = badges.drawn(badges.badge(), DPI, template)
    pixels = badges.drawn(badges.badge(photo=portrait()), DPI, template)
    inside = badges.box(
        pixels, DPI, box.x + 1, box.y + 1, box.x + box.width - 1, box.y + box.height - 1
    )
    assert (inside < 200).mean() > 0.2
    assert (badges.box(without, DPI, 0, box.y, box.x - 0.5, box.y + box.height) > 250).all()
    below = badges.box(
        pixels, DPI, box.x, box.y + box.height + 0.3, box.x + box.width, box.y + box.height + 0.6
    )
    assert (below > 160).all()
    right = badges.box(
        pixels, DPI, box.x + box.width + 0.3, box.y, box.x + box.width + 1.5, box.y + box.height
    )
    assert (right > 250).all()


@pytest.mark.parametrize(
    "raw",
    [b"GIF89a", b"\xff\xd8\xff\xe0 not a photo", b"<svg/>", portrait()[:400], b"\0" * 13_000_000],
)
def test_a_photo_that_is_none_is_left_out_in_words_or_refused(raw):
    data = badges.badge(photo=raw)
    made = badges.renderer().layout(data)
    assert made.page["photo"] is None
    assert made.left_out == ("photo: expected JPEG, PNG, WEBP of at most 12 MB",)


def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_decoded():
    small = io.BytesIO()
    Picture.new("1", (30_000, 30_000)).save(small, "PNG")
    assert len(small.getvalue()) < 200_000
    made = badges.renderer().layout(badges.badge(photo=small.getvalue()))
    assert made.left_out[0].startswith("photo: expected ")


@pytest.fixture
def own(tmp_path):
    """A folder of one's own; (old, new) changes of its files, then the template that results."""
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)

    def changed(name, old, new):
        path = tmp_path / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return tmp_path

    return changed


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("band(b, 0, 79.5, 105, 12.5)", "band(b, 0, 82, 105, 12.5)", "in the QR code's quiet zone"),
        ("band(b, 0, 79.5, 105, 12.5)", "band(b, 0, 110, 105, 12.5)", "something covers it"),
        ("code-and-number(b)", "", "is not where [qr] says"),
        ("band(b, 0, 79.5, 105, 12.5)", "", "category: the layout does not show it"),
        ("person(b, 4, 21.7, 97, 56.3)", "person(b, 4, 21.7, 30, 20)", "first: the longest name"),
        ("slot(b, 52.5, 4)", "pagebreak()", "the template made more than one page"),
        ("slot(b, 52.5, 4)", "nonsense(b)", "unknown variable: nonsense"),
        ("slot(b, 52.5, 4)", "read(\"/etc/passwd\")", "a6.typ"),
    ],
)  # fmt: skip
def test_a_layout_that_would_print_bad_badges_is_refused_when_it_is_loaded(own, old, new, said):
    folder = own("a6.typ", old, new)
    with pytest.raises(TemplateError) as refused:
        Renderer(load("a6", folder))
    assert str(refused.value).startswith("a6.typ: ")
    assert said in str(refused.value)


def test_an_operators_words_and_colours_are_what_is_printed(own):
    folder = own("a6.toml", "[missing_glyph]", '''
[category.media]
word = "Press"
colour = "#B3261E"
[category.contractor]
print = false
[event.dlg]
colour = "#123456"
[missing_glyph]''')  # fmt: skip
    renderer = Renderer(load("a6", folder))
    page = renderer.layout(badges.badge()).page
    assert (page["category"], page["colour"]) == ("PRESS", "#B3261E")
    assert page["days"][0]["chips"] == [{"short": "DLG", "colour": "#123456"}]
    assert renderer.layout(badges.badge("honours")).page["category"] == "MINISTER"
    with pytest.raises(NoBadge, match="prints no badge for Contractor"):
        renderer.pdf(badges.badge(category="contractor", category_name="Contractor"))


def test_a_template_may_insist_on_a_photo(own):
    folder = own("a6.toml", 'when_missing = "leave_out"', 'when_missing = "refuse"')
    with pytest.raises(CannotPrint, match="photo: there is none"):
        Renderer(load("a6", folder)).pdf(badges.badge())


def test_art_is_printed_and_may_refer_to_nothing_else(own):
    art = '[art]\nfile = "logo.svg"\nx = 4\ny = 2\nwidth = 20\nheight = 6\n'
    folder = own("a6.toml", "[missing_glyph]", art + "[missing_glyph]")
    logo = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 3">'
        '<rect width="10" height="3" fill="#00aa00"/></svg>'
    )
    (folder / "logo.svg").write_text(logo)
    pixels = badges.picture(Renderer(load("a6", folder)).png(badges.badge(), DPI))
    assert (badges.box(pixels, DPI, 5, 3, 23, 7) == (0, 170, 0)).all()
    (folder / "logo.svg").write_text(
        logo.replace("<rect", '<image href="file:///etc/hosts"/><rect')
    )
    with pytest.raises(TemplateError, match=r"art.file: logo.svg: expected an SVG that refers"):
        load("a6", folder)
