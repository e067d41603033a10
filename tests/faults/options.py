"""What a run is told: how much of a fault, how fast, for how long, on what."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    """None = the scenario's own default, which is the amount of the fault list."""

    seed: int
    amount: int | None = None
    """Of what the fault counts: kills, messages, bodies."""
    rate: float | None = None
    """Messages a second."""
    minutes: float | None = None
    deployment: str = "sqlite"
    slack: float = 1.0
    """What bars of time are multiplied by: CI runs a few seconds of each fault, on machines that do other things."""

    def amount_or(self, default: int) -> int:
        """The amount."""
        return default if self.amount is None else self.amount

    def rate_or(self, default: float) -> float:
        """The rate."""
        return default if self.rate is None else self.rate

    def seconds_or(self, default: float) -> float:
        """The time, in seconds."""
        return default if self.minutes is None else self.minutes * 60
