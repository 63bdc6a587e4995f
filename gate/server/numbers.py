"""Which record numbers of a device and epoch are kept, and up to where without a gap."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Numbers:
    """In the log or in quarantine: both count as received."""

    highest: int = 0
    acked: int = 0
    beyond: set[int] = field(default_factory=set)

    def add(self, number: int) -> None:
        self.highest = max(self.highest, number)
        self.beyond.add(number)
        while self.acked + 1 in self.beyond:
            self.acked += 1
            self.beyond.discard(self.acked)
