"""What a campaign of kills must account for: everything somebody was told is kept, once."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Progress = Callable[[int], bool]
"""Told after each kill how many there were; says whether to go on."""
Name = tuple[str, int, int]
"""(device, epoch, number)"""


@dataclass(slots=True)
class Account:
    kills: int = 0
    acknowledged: int = 0
    """Records of which a device was told that they are kept, or people were shown the light."""
    lost: int = 0
    doubled: int = 0
    cut: int = 0
    """How often a call or a record was cut off or turned away: without, a kill proved nothing."""

    @property
    def balances(self) -> bool:
        return not self.lost and not self.doubled

    def settle(self, promised: Iterable[Name], kept: Iterable[Name]) -> None:
        """`promised` is what was acknowledged, `kept` every row that is there, in any order."""
        names, rows = set(promised), Counter(kept)
        self.acknowledged = len(names)
        self.lost = len(names - rows.keys())
        self.doubled += rows.total() - len(rows)

    def __str__(self) -> str:
        return (
            f"{self.kills:,} kills, {self.cut:,} times cut off; "
            f"{self.acknowledged:,} acknowledged, {self.lost:,} lost, {self.doubled:,} doubled"
        )
