"""Which of our conditions a printer's own reason words mean.

Keywords of `printer-state-reasons`: RFC 8011, 5.4.12, PWG 5100.9 (alerts) and CUPS's own. Each may
end in -report, -warning or -error; the ending tells how serious the printer finds it.
"""

from collections.abc import Iterable

from badge_printer.printers.printer import Condition

_BY_WORD = {
    "media-empty": Condition.PAPER_OUT,
    "media-needed": Condition.PAPER_OUT,
    "media-low": Condition.PAPER_LOW,
    "media-jam": Condition.JAM,
    "input-media-supply-empty": Condition.PAPER_OUT,
    "input-media-supply-low": Condition.PAPER_LOW,
    "input-tray-missing": Condition.COVER_OPEN,
    "output-tray-missing": Condition.COVER_OPEN,
    "cover-open": Condition.COVER_OPEN,
    "door-open": Condition.COVER_OPEN,
    "interlock-open": Condition.COVER_OPEN,
    "output-area-full": Condition.OUTPUT_FULL,
    "output-area-almost-full": Condition.NOTICE,
    "marker-supply-empty": Condition.SUPPLY_OUT,
    "toner-empty": Condition.SUPPLY_OUT,
    "developer-empty": Condition.SUPPLY_OUT,
    "marker-waste-full": Condition.SUPPLY_OUT,
    "marker-supply-low": Condition.SUPPLY_LOW,
    "toner-low": Condition.SUPPLY_LOW,
    "developer-low": Condition.SUPPLY_LOW,
    "marker-waste-almost-full": Condition.SUPPLY_LOW,
    "paused": Condition.PAUSED,
    "moving-to-paused": Condition.PAUSED,
    "offline": Condition.OFFLINE,
    "shutdown": Condition.OFFLINE,
    "timed-out": Condition.OFFLINE,
    "connecting-to-device": Condition.OFFLINE,
}
_ENDINGS = ("-error", "-warning", "-report")
_JAMS = ("jam", "misfeed")
_OPEN = ("cover-open", "door-open", "interlock-open")
_HARMLESS = ("none", "cups-", "com.apple", "stopping")


def conditions(reasons: Iterable[str], stopped: bool = False) -> tuple[Condition, ...]:
    """Our conditions, worst first. `stopped` is the printer's state: a stop without a reason we
    know still stops."""
    found = {each for each in map(_condition, reasons) if each}
    if stopped and not any(each.stops for each in found):
        found.add(Condition.ATTENTION)
    return tuple(each for each in Condition if each in found)


def _condition(reason: str) -> Condition | None:
    word, ending = reason.strip().lower(), ""
    for each in _ENDINGS:
        if word.endswith(each) and word not in _BY_WORD:
            word, ending = word.removesuffix(each), each
    known = _BY_WORD.get(word) or _by_part(word)
    if known:
        return known
    if not word or word.startswith(_HARMLESS):
        return None
    return Condition.ATTENTION if ending == "-error" else Condition.NOTICE


def _by_part(word: str) -> Condition | None:
    """Finishers, cutters and feeders each have their own words for the same troubles."""
    if any(each in word for each in _JAMS):
        return Condition.JAM
    if word.endswith(_OPEN):
        return Condition.COVER_OPEN
    return None
