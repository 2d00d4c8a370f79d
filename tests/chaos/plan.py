"""What a run is to be, and where its chance comes from."""

from dataclasses import dataclass
from random import Random

from chaos.victim import can_fill_disks

MISCHIEF = ("pause", "cut", "hold", "clock", "restart") + ("full_disk",) * can_fill_disks


@dataclass(frozen=True)
class Plan:
    """What a run is to be. `pace`: seconds between two things that one publisher says."""

    seed: int
    messages: int = 5000
    kills: int = 10
    talkers: int = 20
    listeners: int = 4
    followers: int = 4
    posters: int = 4
    pace: float = 0.1
    mischief: tuple[str, ...] = MISCHIEF
    durability: str = "power"
    pull_plug: bool = False
    keep_messages: int = 100_000
    fault: str = ""
    patience: float = 300
    """Seconds that the storm may last."""
    settling: float = 15
    """Seconds that everybody has to come to the end of the log, after it."""

    def rng(self, part: str) -> Random:
        return Random(f"{self.seed} {part}")
