"""Paper by its name: PWG 5101.1 self-describing names such as `iso_a6_105x148mm`."""

import re
from collections.abc import Iterable

from badge_printer.printers.ipp_message import Attribute, Tag

TOLERANCE_MM = 1.0
_MM_PER = {"mm": 1.0, "in": 25.4}
_NAME = re.compile(r".*_(?P<w>\d+(\.\d+)?)x(?P<h>\d+(\.\d+)?)(?P<unit>mm|in)(\..*)?")


def matching(names: Iterable[str], width: float, height: float) -> str | None:
    """The first paper of this size, in either orientation."""
    for name in names:
        size = dimensions(name)
        if size and any(
            abs(size[0] - w) <= TOLERANCE_MM and abs(size[1] - h) <= TOLERANCE_MM
            for w, h in ((width, height), (height, width))
        ):
            return name
    return None


def possible(names: list[str], width: float, height: float) -> bool:
    """Whether a printer that lists these papers can take this size. One that lists none may."""
    if not names or matching(names, width, height):
        return True
    least = [size for name in names if "min_" in name and (size := dimensions(name))]
    most = [size for name in names if "max_" in name and (size := dimensions(name))]
    return any(
        low[0] <= width <= high[0] and low[1] <= height <= high[1] for low in least for high in most
    )


def dimensions(name: str) -> tuple[float, float] | None:
    """Width and height in millimetres; None for a name that does not say."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    per = _MM_PER[found["unit"]]
    return float(found["w"]) * per, float(found["h"]) * per


def self_describing(width: float, height: float) -> str:
    return f"custom_badge_{width:g}x{height:g}mm"


def collection(width: float, height: float) -> Attribute:
    """The size as `media-col` (PWG 5100.7), in hundredths of a millimetre."""
    sides = [
        Attribute("x-dimension", Tag.INTEGER, (round(width * 100),)),
        Attribute("y-dimension", Tag.INTEGER, (round(height * 100),)),
    ]
    size = [Attribute("media-size", Tag.BEGIN_COLLECTION, (sides,))]
    return Attribute("media-col", Tag.BEGIN_COLLECTION, (size,))
