"""What reaches the paper: pixels of labels and rasters, and QR codes two readers can read."""

import ctypes
import io

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar
from yarl import URL

from badge_printer.printers import ipp, raster, zpl
from badge_printer.printers.ipp import IppPrinter
from badge_printer.printers.ipp_http import Http
from badge_printer.printers.printer import Page
from badge_printer.qr import modules
from badge_printer.queue import State
from tests import badges
from tests.integration.printing import ippeve, zpl_reader
from tests.integration.printing.desk import desk
from tests.integration.printing.label_printer import as_seen_by_us, label_printer
from tests.integration.printing.samples import badge

A6_MM = (105.0, 148.0)


def read_by_both(picture: Image.Image) -> None:
    """zxing-cpp and zbar each read the badge's text from the picture."""
    grey = picture.convert("L")
    text = badge().text
    assert [found.text for found in zxingcpp.read_barcodes(np.asarray(grey))] == [text]
    found = pyzbar.decode(grey, symbols=[pyzbar.ZBarSymbol.QRCODE])
    assert [each.data.decode() for each in found] == [text]


def modules_are_whole_dots(picture: Image.Image, dpi: float) -> None:
    """Each module is one square of dots, all black or all white, where the layout has it."""
    found, dots = badges.qr_pixels(np.asarray(picture.convert("L")), badge(), dpi)
    dark = np.array(modules(badge().text))
    assert (found == np.where(np.kron(dark, np.ones((dots, dots))), 0, 255)).all()


@pytest.mark.parametrize(("nominal", "dots_per_mm"), [(203, 8), (300, 12), (600, 24)])
async def test_a_label_is_the_badge_dot_by_dot(tmp_path, renderer, nominal, dots_per_mm):
    dpi = zpl.DPI[nominal]
    async with label_printer(dots_per_mm=dots_per_mm) as labels:
        ours = as_seen_by_us(labels, 0)  # the resolution is asked from the printer
        async with desk(tmp_path, renderer, more={"a": ours}) as d:
            await d.becomes(d.add(), State.PRINTED)
    label = zpl_reader.read(labels.printed[0])
    page = raster.picture(renderer.pdf(badge(), dpi), dpi).convert("L")
    expected = np.asarray(page) >= zpl.BLACK_BELOW
    assert (label.width, label.length, label.copies) == (*page.size, 1)
    assert (np.asarray(label.picture) == expected).all()
    assert 0.02 < 1 - expected.mean() < 0.5  # mostly white paper: not inverted
    modules_are_whole_dots(label.picture, dpi)
    read_by_both(label.picture)


@pytest.mark.parametrize("dpi", [300, 600])
async def test_a_pdf_is_drawn_for_the_printers_own_resolution(tmp_path, renderer, bus, dpi):
    with ippeve.printer(tmp_path / "ipp", bus, dpi=dpi) as printer:
        async with desk(tmp_path, renderer, f"a={printer.url}") as d:
            await d.becomes(d.add(), State.PRINTED)
        (pdf,) = printer.printed()
    picture = raster.picture(pdf, dpi)
    assert picture.size == tuple(round(side * dpi / 25.4) for side in A6_MM)
    modules_are_whole_dots(picture, dpi)
    read_by_both(picture)


async def test_a_printer_without_pdf_gets_pwg_raster_that_cups_itself_can_read(
    tmp_path, renderer, bus
):
    with ippeve.printer(tmp_path / "ipp", bus, kind=ipp.PWG) as printer:
        async with desk(tmp_path, renderer, f"a={printer.url}") as d:
            await d.becomes(d.add(), State.PRINTED)
        (document,) = printer.printed()
    read = cups_reads(document, tmp_path / "page.pwg")
    expected = raster.picture(renderer.pdf(badge(), 300), 300).convert(read.mode)
    assert (np.asarray(read) == np.asarray(expected)).all()
    read_by_both(read)


@pytest.mark.parametrize("colour", [True, False])
def test_pwg_raster_of_any_picture_comes_back_pixel_by_pixel(tmp_path, colour):
    chance = np.random.default_rng(7)
    pixels = chance.integers(0, 256, (300, 517, 3), np.uint8)
    pixels[40:320:3] = 255
    pixels[:, 100:300] = pixels[:, 100:101]
    pixels[10:20] = pixels[10]
    picture = Image.fromarray(pixels)
    document = raster.pwg(picture, 300, "custom_badge_105x148mm", colour)
    read = cups_reads(document, tmp_path / "page.pwg")
    assert (np.asarray(read) == np.asarray(picture.convert("RGB" if colour else "L"))).all()


async def test_a_printer_of_jpeg_alone_gets_a_picture(renderer, monkeypatch):
    printer = IppPrinter(Http(URL("ipp://127.0.0.1:9/")), *A6_MM)

    async def able(wanted):
        return {"document-format-supported": ["image/jpeg"]}

    monkeypatch.setattr(printer, "_printer", able)
    document = await printer.prepare(Page(*A6_MM, lambda dpi: renderer.pdf(badge(), dpi)))
    picture = Image.open(io.BytesIO(document.body))
    assert (picture.format, picture.size) == ("JPEG", (1240, 1748))
    read_by_both(picture)


class _Header(ctypes.Structure):
    """The front of `cups_page_header2_t` up to the fields asked for (cups/raster.h)."""

    _fields_ = [
        ("names", ctypes.c_char * 256), ("before", ctypes.c_uint * 5),
        ("resolution", ctypes.c_uint * 2), ("middle", ctypes.c_uint * 22),
        ("width", ctypes.c_uint), ("height", ctypes.c_uint), ("media_type", ctypes.c_uint),
        ("bits_per_colour", ctypes.c_uint), ("bits_per_pixel", ctypes.c_uint),
        ("bytes_per_line", ctypes.c_uint), ("order", ctypes.c_uint), ("space", ctypes.c_uint),
        ("rest", ctypes.c_char * 2048),
    ]  # fmt: skip


def cups_reads(document: bytes, path) -> Image.Image:
    """The page as CUPS's own library decodes it."""
    cups = ctypes.CDLL("libcups.so.2")
    cups.cupsRasterOpen.restype = ctypes.c_void_p
    path.write_bytes(document)
    with path.open("rb") as file:
        opened = ctypes.c_void_p(cups.cupsRasterOpen(file.fileno(), 0))
        header = _Header()
        assert cups.cupsRasterReadHeader2(opened, ctypes.byref(header)) == 1
        assert list(header.resolution) == [300, 300]
        rows = []
        for _ in range(header.height):
            row = ctypes.create_string_buffer(header.bytes_per_line)
            read = cups.cupsRasterReadPixels(opened, row, header.bytes_per_line)
            assert read == header.bytes_per_line
            rows.append(row.raw)
        assert cups.cupsRasterReadHeader2(opened, ctypes.byref(_Header())) == 0  # one page
        cups.cupsRasterClose(opened)
    mode = {8: "L", 24: "RGB"}[header.bits_per_pixel]
    return Image.frombytes(mode, (header.width, header.height), b"".join(rows))
