"""From a badge's data to a page: PDF for printers, PNG for screens and tests."""

import json
import threading
from typing import Literal

import typst

from badge_printer import fonts
from badge_printer.layout import CannotPrint, Layout, layout
from badge_printer.qr import NotABadgeText, NoWholeDots
from badge_printer.template import DPI, Template
from gate.access.wire import BadgeData


class Renderer:
    """One warm compiler for one template. Safe to use from several threads, one page at a time."""

    def __init__(self, template: Template) -> None:
        self.template = template
        found = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(folder) for folder in fonts.folders()],
        )
        self._compiler = typst.Compiler(
            str(template.layout), root=str(template.layout.parent), font_paths=found
        )
        self._one_at_a_time = threading.Lock()

    def pdf(self, badge: BadgeData, dpi: float | None = None) -> bytes:
        """One page, its QR on the dots of a printer of `dpi`, or the template's. Raises
        CannotPrint."""
        return self._compile(self.layout(badge, dpi), "pdf", dpi or self.template.dpi)

    def png(self, badge: BadgeData, dpi: float | None = None) -> bytes:
        """The page as a picture; QR modules are whole pixels. Raises CannotPrint."""
        return self._compile(self.layout(badge, dpi), "png", dpi or self.template.dpi)

    def layout(self, badge: BadgeData, dpi: float | None = None) -> Layout:
        """What will be shown and what is left out. Raises CannotPrint."""
        dpi = self.template.dpi if dpi is None else dpi
        if not DPI[0] <= dpi <= DPI[1]:
            raise CannotPrint(f"{dpi:g} dpi: expected a number from {DPI[0]:g} to {DPI[1]:g}")
        try:
            return layout(badge, self.template, dpi, fonts.missing)
        except (NotABadgeText, NoWholeDots) as error:
            raise CannotPrint(str(error)) from None

    def _compile(self, laid_out: Layout, kind: Literal["pdf", "png"], dpi: float) -> bytes:
        inputs = {"badge": json.dumps(laid_out.page, ensure_ascii=False)}
        try:
            with self._one_at_a_time:
                page = self._compiler.compile(format=kind, ppi=dpi, sys_inputs=inputs)
        except typst.TypstError as error:
            raise CannotPrint(f"{self.template.layout.name} cannot draw it: {error}") from None
        if not isinstance(page, bytes):
            raise CannotPrint("the template made more than one page")
        return page
