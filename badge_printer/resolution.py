"""Whether a template's code comes out well on a printer of some resolution.

A template is tried at its own resolution when it is loaded; here it meets the printer that is
really there, before the first person stands in front of it.
"""

import math

import msgspec

from badge_printer.qr import DOTS_MIN, MM_PER_INCH, MODULES, NoWholeDots, dots_a_module
from badge_printer.template import Template

DOTS_LEAST = 5
"""Fewer, and a dot of ink too much is more than a fifth of a module: no gate reads that surely."""


class Fit(msgspec.Struct, frozen=True):
    """A template on a printer."""

    dpi: float
    """The printer's dots per inch."""
    dots: int
    """Of a module; 0 when no code of whole dots is as small as the template's room for it."""
    dots_wanted: int
    dpi_wanted: int
    """The least resolution at which this template gets so many."""
    code_mm: float
    """How wide a template's code must be to get so many on this printer."""

    @property
    def printable(self) -> bool:
        return self.dots >= DOTS_LEAST

    @property
    def good(self) -> bool:
        return self.dots >= self.dots_wanted

    @property
    def words(self) -> str:
        """What to do about it; empty when all is well."""
        if self.good:
            return ""
        found = f"a module of the QR code is {self.dots} dots" if self.dots else (
            "the QR code has no whole dots"
        )  # fmt: skip
        return (
            f"at {self.dpi:g} dpi {found}, {self.dots_wanted} are wanted: use a printer of "
            f"{self.dpi_wanted} dpi or more, or a template with a code of {self.code_mm:g} mm"
        )


def fit(template: Template, dpi: float) -> Fit:
    try:
        dots = dots_a_module(template.qr_size_min, template.qr_size_max, dpi)
    except NoWholeDots:
        dots = 0
    side = DOTS_MIN * MODULES * MM_PER_INCH
    return Fit(
        dpi=dpi,
        dots=dots,
        dots_wanted=DOTS_MIN,
        dpi_wanted=math.ceil(side / template.qr_size_max),
        code_mm=math.ceil(side / dpi * 10) / 10,
    )
