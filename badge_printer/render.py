"""From a badge's data to a page: PDF for printers, PNG for screens and tests."""

import json
import threading
from collections.abc import Sequence
from typing import Literal, NamedTuple

import typst

from badge_printer.layout import CannotPrint, Layout, layout
from badge_printer.qr import NotABadgeText, NoWholeDots
from badge_printer.template import DPI, Template, TemplateError
from badge_printer.trial import problems
from gate import fonts
from gate.access.wire import BadgeData

COARSEST = 10.0
"""Dots per inch of a picture nobody looks at."""
SEVERAL_PAGES = "the template made more than one page"


class Seen(NamedTuple):
    picture: bytes
    """PNG."""
    sizes: dict[str, float]
    """Field -> the size in points its words are set in, the smallest where it stands twice."""


class Renderer:
    """One warm compiler for one template. Safe to use from several threads, one page at a time."""

    def __init__(self, template: Template) -> None:
        """Raises TemplateError when the template fails its trial, FontsMissing without fonts."""
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
        if found_wrong := problems(self):
            raise TemplateError("\n".join(found_wrong))

    def pdf(self, badge: BadgeData, dpi: float | None = None) -> bytes:
        """One page, its QR on the dots of a printer of `dpi`, or the template's. Raises
        CannotPrint."""
        return self._compile([self.layout(badge, dpi)], "pdf", dpi or self.template.dpi)

    def png(self, badge: BadgeData, dpi: float | None = None) -> bytes:
        """The page as a picture; QR modules are whole pixels. Raises CannotPrint."""
        return self._compile([self.layout(badge, dpi)], "png", dpi or self.template.dpi)

    def pages(self, laid_out: Sequence[Layout]) -> bytes:
        """One PDF with a page each, sharing its fonts. Raises CannotPrint."""
        return self._compile(laid_out, "pdf", self.template.dpi)

    def layout(self, badge: BadgeData, dpi: float | None = None, marks: bool = False) -> Layout:
        """What will be shown and what is left out. Raises CannotPrint."""
        dpi = self.template.dpi if dpi is None else dpi
        if not DPI[0] <= dpi <= DPI[1]:
            raise CannotPrint(f"{dpi:g} dpi: expected a number from {DPI[0]:g} to {DPI[1]:g}")
        try:
            return layout(badge, self.template, dpi, fonts.missing, marks)
        except (NotABadgeText, NoWholeDots) as error:
            raise CannotPrint(str(error)) from None

    def seen(self, laid_out: Sequence[Layout], dpi: float) -> list[Seen]:
        """Pages as pictures of `dpi`, with the sizes of their words. Raises CannotPrint for all
        when one of them cannot be drawn."""
        with self._one_at_a_time:
            made = self._made(laid_out, "png", dpi)
            found = json.loads(self._compiler.query("<fit>", field="value"))
        pictures = [made] if isinstance(made, bytes) else made
        if len(pictures) != len(laid_out):
            raise CannotPrint(SEVERAL_PAGES)
        sizes: list[dict[str, float]] = []
        for each in found:
            if "badge" in each:
                sizes.append({})
            else:
                name, size = each["field"], each["size"]
                sizes[-1][name] = min(size, sizes[-1].get(name, size))
        return [Seen(*each) for each in zip(pictures, sizes, strict=True)]

    def sizes(self, laid_out: Layout) -> dict[str, float]:
        """Field -> the size in points its words are set in. Raises CannotPrint."""
        return self.seen([laid_out], COARSEST)[0].sizes

    def _compile(
        self, laid_out: Sequence[Layout], kind: Literal["pdf", "png"], dpi: float
    ) -> bytes:
        with self._one_at_a_time:
            made = self._made(laid_out, kind, dpi)
        if not isinstance(made, bytes):
            raise CannotPrint(SEVERAL_PAGES)
        return made

    def _made(
        self, laid_out: Sequence[Layout], kind: Literal["pdf", "png"], dpi: float
    ) -> bytes | list[bytes]:
        try:
            made = self._compiler.compile(format=kind, ppi=dpi, sys_inputs=_inputs(laid_out))
        except typst.TypstError as error:
            raise CannotPrint(f"{self.template.layout.name} cannot draw it: {error}") from None
        assert made is not None
        return made


def _inputs(laid_out: Sequence[Layout]) -> dict[str, str]:
    return {"badges": json.dumps([each.page for each in laid_out], ensure_ascii=False)}
