"""Printers as the settings name them, and what a mistake is answered with."""

import pytest

from badge_printer.printers import address
from badge_printer.printers.folder import FolderPrinter
from badge_printer.printers.ipp import IppPrinter
from badge_printer.printers.zebra import ZebraPrinter
from gate.settings import PrinterSettings, SettingsError, load

KINDS = {
    "front=ipp://10.0.3.7/ipp/print": (IppPrinter, "ipp://10.0.3.7/ipp/print"),
    "vip=ipps://desk:secret@printer.local:6310/ipp/print?sha256=" + "ab" * 32: (
        IppPrinter, "ipps://printer.local:6310/ipp/print",
    ),
    "labels=zpl://10.0.3.9?dpi=300": (ZebraPrinter, "zpl://10.0.3.9:9100"),
    "six=zpl://[fe80::1]:9101": (ZebraPrinter, "zpl://fe80::1:9101"),
    "file=folder:/srv/badges?low=5": (FolderPrinter, "folder:/srv/badges"),
}  # fmt: skip


@pytest.mark.parametrize("entry", KINDS)
def test_an_address_is_a_printer_shown_without_its_password(entry):
    kind, shown = KINDS[entry]
    printer = address.printer(address.read(entry), 105, 148)
    assert (type(printer), printer.address) == (kind, shown)


def test_when_paper_is_low_may_be_said_for_each():
    assert [each.low for each in address.read_all(("a=folder:/x", "b=folder:/y?low=5"))] == [20, 5]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("front", "'front': expected NAME=ADDRESS"),
        ("Front Desk=ipp://h/", "'Front Desk': expected NAME=ADDRESS"),
        ("a=http://h/", "expected an address with ipp://"),
        ("a=ipp:///ipp/print", "names no host"),
        ("a=ipp://h:99999/", "not an address"),
        ("a=folder:", "expected folder:/PATH"),
        ("a=zpl://h?dpi=250", "expected 203, 300 or 600"),
        ("a=zpl://h?dpi=x", "expected a whole number"),
        ("a=ipp://h/?dpi=300", "unknown option 'dpi'"),
        ("a=ipps://h/?sha256=12", "expected 64 hexadecimal digits"),
        ("a=folder:/x?low=-1", "expected a whole number"),
    ],
)
def test_a_mistake_names_the_entry_and_what_was_expected(entry, words):
    with pytest.raises(SettingsError, match="printers: ") as error:
        address.read(entry)
    assert words in str(error.value)


def test_two_of_one_name_are_a_mistake():
    with pytest.raises(SettingsError, match="'a' is there twice"):
        address.read_all(("a=folder:/x", "a=folder:/y"))


def test_the_settings_take_a_list_and_the_environment_a_line():
    listed = '[printer]\nprinters = ["a=folder:/x", "b=ipp://h/"]'
    expected = ("a=folder:/x", "b=ipp://h/")
    assert load(PrinterSettings, {}, listed, "file").printers == expected
    environ = {"GATE_PRINTER_PRINTERS": " a=folder:/x; b=ipp://h/;"}
    assert load(PrinterSettings, environ).printers == expected
    assert load(PrinterSettings, {}).printers == ()
    with pytest.raises(SettingsError, match="expected a list of texts"):
        load(PrinterSettings, {}, "[printer]\nprinters = [1]", "file")
