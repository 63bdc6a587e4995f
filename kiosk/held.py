"""What the page says of the badges held up: several at once, and where the one that counts is.

Pure: time is an argument. Both stay a moment, so that one frame does not make them flicker.
"""

import math
from dataclasses import dataclass

from kiosk.vision.tracker import Seen

STAYS_S = 1.5


@dataclass(slots=True)
class Held:
    """Feed it every frame; `several` and `place` are what to show now."""

    several: bool = False
    place: str = ""
    """`left`, `middle` or `right` third of the page, as in a mirror: whoever stands before camera
    and page finds it on the side of the hand that holds the badge. Empty without a badge."""
    _several_at: float = -math.inf
    _badge_at: float = -math.inf

    def saw(self, seen: Seen, frame_width: int, at_s: float) -> bool:
        """Whether what to show has changed."""
        before = self.several, self.place
        if seen.several:
            self._several_at = at_s
        if seen.badge:
            self._badge_at = at_s
            thirds = int(3 * seen.badge.x / frame_width)
            self.place = ("right", "middle", "left")[min(max(thirds, 0), 2)]
        elif at_s - self._badge_at > STAYS_S:
            self.place = ""
        self.several = at_s - self._several_at <= STAYS_S
        return (self.several, self.place) != before
