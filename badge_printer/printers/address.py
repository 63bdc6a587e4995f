"""Printers as the settings name them: ``NAME=ADDRESS``, the address a URL with options.

    front=ipp://10.0.3.7/ipp/print          driverless printer or CUPS queue; ipps:// encrypted
    vip=ipps://printer.local/ipp/print?sha256=HEX    trusting exactly this certificate
    labels=zpl://10.0.3.9?dpi=300           ZPL over TCP 9100; without dpi the printer is asked
    file=folder:/srv/badges                 PDF files in a folder
Every address may have ``low=N``: warn when so many sheets are left (see the paper count).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from yarl import URL

from badge_printer.printers import zebra, zpl
from badge_printer.printers.folder import FolderPrinter
from badge_printer.printers.ipp import IppPrinter
from badge_printer.printers.ipp_http import Http
from badge_printer.printers.printer import Printer
from gate.settings import SettingsError

LOW_DEFAULT = 20
PRINTERS_MAX = 50
SCHEMES = ("ipp", "ipps", "zpl", "folder")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_OPTIONS = {"ipp": {"low"}, "ipps": {"low", "sha256"}, "zpl": {"low", "dpi"}, "folder": {"low"}}


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    url: URL
    low: int = LOW_DEFAULT
    options: dict[str, str] = field(default_factory=dict)


def read_all(entries: tuple[str, ...]) -> list[Address]:
    """Raises SettingsError naming the entry."""
    found = [read(entry) for entry in entries]
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(f"printers: {name!r} is there twice")
    if len(found) > PRINTERS_MAX:
        raise SettingsError(f"printers: {len(found)}; one station serves at most {PRINTERS_MAX}")
    return found


def read(entry: str) -> Address:
    """One ``NAME=ADDRESS``. Raises SettingsError naming it and what was expected."""
    name, equals, text = entry.strip().partition("=")
    wrong = f"printers: {name[:40]!r}"
    if not equals or not _NAME.fullmatch(name):
        raise SettingsError(f"{wrong}: expected NAME=ADDRESS, the name of a-z, 0-9, - and _")
    try:
        url = URL(text.strip())
        port = url.port
    except ValueError as error:
        raise SettingsError(f"{wrong}: not an address: {error}") from None
    if url.scheme not in SCHEMES:
        raise SettingsError(f"{wrong}: expected an address with {'://, '.join(SCHEMES[:3])}:// or "
                            f"folder:, found {text[:60]!r}")  # fmt: skip
    if url.scheme == "folder" and not url.path:
        raise SettingsError(f"{wrong}: expected folder:/PATH")
    if url.scheme != "folder" and (not url.host or port == 0):
        raise SettingsError(f"{wrong}: the address names no host")
    options = _options(url, wrong)
    return Address(name, url, _number(options, "low", LOW_DEFAULT, wrong), options)


def _options(url: URL, wrong: str) -> dict[str, str]:
    options = dict(url.query)
    for key in options:
        if key not in _OPTIONS[url.scheme]:
            known = ", ".join(sorted(_OPTIONS[url.scheme]))
            raise SettingsError(f"{wrong}: unknown option {key!r}; there are: {known}")
    if "dpi" in options and _number(options, "dpi", 0, wrong) not in zpl.DPI:
        raise SettingsError(f"{wrong}: dpi={options['dpi']}: expected 203, 300 or 600")
    digits = options.get("sha256", "").replace(":", "")
    if "sha256" in options and not re.fullmatch("[0-9a-fA-F]{64}", digits):
        raise SettingsError(f"{wrong}: sha256: expected 64 hexadecimal digits")
    return options


def _number(options: dict[str, str], name: str, default: int, wrong: str) -> int:
    text = options.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise SettingsError(f"{wrong}: {name}={text[:20]}: expected a whole number")
    return int(text)


def printer(address: Address, width: float, height: float) -> Printer:
    """The printer at an address, for badges of this size in millimetres. Nothing is sent yet."""
    url = address.url
    match url.scheme:
        case "folder":
            return FolderPrinter(Path(url.path))
        case "zpl":
            dpi = int(address.options.get("dpi", 0))
            return zebra.ZebraPrinter(url.host or "", url.port or zebra.PORT, dpi)
    sha256 = bytes.fromhex(address.options.get("sha256", "").replace(":", ""))
    return IppPrinter(Http(url.with_query(None), sha256), width, height)
