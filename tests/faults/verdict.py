"""The verdict: one line with figures, and what the bar was where it was not met."""

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """Of one fault."""

    number: int
    title: str
    figures: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: str = ""
    """Why it could not be tried; empty where it was."""

    @property
    def passed(self) -> bool:
        """Whether every bar was met. What was skipped did not fail."""
        return not self.failures

    def say(self, figure: str) -> None:
        """Add a figure."""
        self.figures.append(figure)

    def need(self, met: bool, bar: str) -> None:
        """A bar: named where it is not met."""
        if not met:
            self.failures.append(bar)

    def __str__(self) -> str:
        name = f"fault {self.number}, {self.title}"
        if self.skipped:
            return f"{name}: SKIPPED: {self.skipped}"
        line = f"{name}: {'passed' if self.passed else 'FAILED'}: {', '.join(self.figures)}"
        return line + "".join(f"; NOT MET: {failure}" for failure in self.failures)
