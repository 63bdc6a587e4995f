"""The QR of a finished page: read back by both decoders, and dot by dot."""

import numpy as np
import pytest
import zxingcpp
from pyzbar import pyzbar

from badge_printer.layout import CannotPrint
from badge_printer.qr import modules
from deploy.demo.badge_pictures import PEOPLE
from tests import badges

RESOLUTIONS = (203.0, 203.2, 300.0, 304.8, 600.0)
QR_ZONE_MM = (0.6, 92.6, 53.5, 142.0)


def page(data, dpi, kind):
    if kind == "pdf":
        return badges.rasterised(badges.renderer().pdf(data, dpi), dpi)
    return badges.drawn(data, dpi)


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_both_decoders_read_exactly_the_badges_text(kind, dpi):
    data = badges.badge()
    grey = np.ascontiguousarray(page(data, dpi, kind).mean(axis=2).astype(np.uint8))
    assert [each.text for each in zxingcpp.read_barcodes(grey)] == [data.text]
    assert [each.data.decode() for each in pyzbar.decode(grey)] == [data.text]


@pytest.mark.parametrize("dpi", RESOLUTIONS)
@pytest.mark.parametrize("kind", ["pdf", "png"])
def test_modules_are_whole_dots_from_a_snapped_origin(kind, dpi):
    data = badges.badge()
    square, dots = badges.qr_pixels(page(data, dpi, kind), data, dpi)
    grey = square.mean(axis=2)
    wanted = np.kron(np.array(modules(data.text)), np.ones((dots, dots))) > 0
    assert grey.shape == wanted.shape
    assert (grey[wanted] < 16).all(), "every dark module is black to its edge"
    assert (grey[~wanted] > 240).all(), "every light module is white to its edge"


@pytest.mark.parametrize("dpi", (*RESOLUTIONS, 150.0))
@pytest.mark.parametrize("what", ["cyrillic", "persian", "longest"])
def test_the_quiet_zone_is_white_and_the_code_is_40_mm(what, dpi):
    data = badges.badge(what)
    pixels = badges.drawn(data, dpi)
    qr = badges.renderer().layout(data, dpi).page["qr"]
    assert qr["width"] >= 40.0
    per_mm, quiet = dpi / badges.MM_PER_INCH, round(4 * qr["width"] / 37 * dpi / badges.MM_PER_INCH)
    x, y, side = (round(qr[key] * per_mm) for key in ("x", "y", "width"))
    assert x >= quiet, "it does not reach over the edge of the paper"
    around = pixels[y - quiet : y + side + quiet, x - quiet : x + side + quiet].copy()
    around[quiet : quiet + side, quiet : quiet + side] = 255
    assert (around > 250).all()


def test_a_pdf_is_laid_out_on_the_templates_dots_when_nobody_asks_for_others():
    data, dpi = badges.badge(), badges.renderer().template.dpi
    assert badges.renderer().pdf(data) == badges.renderer().pdf(data, dpi)
    square, _ = badges.qr_pixels(badges.rasterised(badges.renderer().pdf(data), dpi), data, dpi)
    assert not ((square > 16) & (square < 240)).any()


@pytest.mark.parametrize("dpi", [96.0, 120.0])
def test_a_resolution_too_coarse_for_whole_dots_is_refused_with_one_that_fits(dpi):
    with pytest.raises(CannotPrint, match=rf"at {dpi:g} dpi .* (\d+) dpi would fit") as refused:
        badges.renderer().png(badges.badge(), dpi)
    fits = float(str(refused.value).split("; ")[1].split()[0])
    assert badges.renderer().png(badges.badge(), fits)


@pytest.mark.parametrize("what", [each.what for each in PEOPLE])
def test_every_invented_persons_badge_reads_back(what):
    data = badges.badge(what)
    grey = np.ascontiguousarray(badges.drawn(data, 203.2).mean(axis=2).astype(np.uint8))
    assert [each.text for each in zxingcpp.read_barcodes(grey)] == [data.text]


@pytest.mark.parametrize("what", ["arabic", "urdu", "hebrew", "persian"])
def test_right_to_left_words_do_not_mirror_the_page(what):
    """The QR stands on the left, the days on the right from Monday to Friday."""
    dpi, english = 203.2, badges.badge()
    data = badges.badge(what, days=english.days, text=english.text)
    for part in (QR_ZONE_MM, (54, 96, 105, 135)):
        expected = badges.box(badges.drawn(english, dpi), dpi, *part)
        assert (badges.box(badges.drawn(data, dpi), dpi, *part) == expected).all()
