"""A template and a printer of some resolution, before the first badge."""

import pytest

from badge_printer.qr import DOTS_MIN, MODULES
from badge_printer.resolution import fit
from badge_printer.template import load

TEMPLATES = ("4x3", "a6", "cr80", "fold", "label")


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("dpi", [300.0, 600.0])
def test_every_shipped_template_suits_the_usual_printers(template, dpi):
    found = fit(load(template), dpi)
    assert found.good
    assert found.printable
    assert found.words == ""


def test_the_label_also_suits_a_label_printer_of_203_dpi():
    assert fit(load("label"), 203.2).dots == DOTS_MIN


@pytest.mark.parametrize("template", ["4x3", "a6", "cr80", "fold"])
def test_too_few_dots_are_said_with_what_would_help(template):
    chosen = load(template)
    found = fit(chosen, 203.2)
    assert found.dots < DOTS_MIN
    assert found.printable, "it comes out, with less to spare"
    assert f"{found.dots} dots, 10 are wanted" in found.words
    assert f"{found.dpi_wanted} dpi" in found.words
    assert fit(chosen, float(found.dpi_wanted)).good
    assert found.code_mm * found.dpi / 25.4 / MODULES >= DOTS_MIN


@pytest.mark.parametrize("dpi", [50.0, 75.0, 100.0])
def test_a_printer_so_coarse_that_no_gate_reads_its_codes_prints_none(dpi):
    found = fit(load("cr80"), dpi)
    assert not found.printable
    assert found.words.startswith(f"at {dpi:g} dpi ")
