"""When a code seen again and again is one badge presented once. Pure: time is an argument.

A badge counts when two reads in a row say the same; then not again until it was out of view for
1.5 s. A partial badge, or another code, in between does not restart it. Text that is no badge
needs to stay in view, so that a poster is not a stream of refusals.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from gate.access.credential import PREFIX, TEXT_CHARS

QUIET_S = 1.5
READS_BADGE = 2
READS_OTHER = 8
FORGET_S = 1.0
"""Reads further apart than this are not "in a row"."""
REMEMBERED_MAX = 32


def is_badge_shaped(text: str) -> bool:
    return len(text) == TEXT_CHARS and text.startswith(PREFIX)


@dataclass(slots=True)
class Debounce:
    """Feed it every read; it says when to scan. Text that is `shaped` as expected needs fewer."""

    shaped: Callable[[str], bool] = is_badge_shaped
    _candidate: str = ""
    _reads: int = 0
    _read_at: float = 0.0
    _presented: dict[str, float] = field(default_factory=dict)
    """Text -> when it was last in view, after it was scanned."""

    def saw(self, text: str | None, at_s: float) -> str | None:
        """`text` read in a frame at `at_s` (monotonic), or None; the text to scan now, if any."""
        if text is None:
            return None
        if self._is_presented(text, at_s):
            self._presented[text] = at_s
            return None
        if text == self._candidate and at_s - self._read_at <= FORGET_S:
            self._reads += 1
        else:
            self._candidate, self._reads = text, 1
        self._read_at = at_s
        if self._reads < (READS_BADGE if self.shaped(text) else READS_OTHER):
            return None
        return self._present(text, at_s)

    def held(self, text: str, at_s: float) -> None:
        """Nobody looked, but it was scanned before and may be in view still."""
        self._presented[text] = at_s

    def line(self, text: str, at_s: float) -> str | None:
        """A line of a hand scanner: whole as it comes, but its double trigger counts once."""
        if self._is_presented(text, at_s):
            self._presented[text] = at_s
            return None
        return self._present(text, at_s)

    def _is_presented(self, text: str, at_s: float) -> bool:
        last = self._presented.get(text)
        return last is not None and at_s - last < QUIET_S

    def _present(self, text: str, at_s: float) -> str:
        self._presented = {
            each: last for each, last in self._presented.items() if at_s - last < QUIET_S
        }
        while len(self._presented) >= REMEMBERED_MAX:
            self._presented.pop(next(iter(self._presented)))
        self._presented[text] = at_s
        self._candidate, self._reads = "", 0
        return text
