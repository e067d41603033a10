"""The verdict: one line with figures, and what the bar was where it was not met."""

from dataclasses import dataclass, field


class PromiseBroken(AssertionError):
    """Something was lost, doubled or feigned: no matter of time or luck, and so no reason to try again."""


@dataclass
class Verdict:
    """Of one fault."""

    number: int
    title: str
    figures: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    broken: bool = False
    """Whether a promise was among what was not met."""
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

    def promise(self, kept: bool, bar: str) -> None:
        """A bar that no machine is too slow for."""
        self.need(kept, bar)
        self.broken |= not kept

    def hold(self) -> None:
        """Raise `PromiseBroken` where a promise was not kept, `AssertionError` where another bar was not met."""
        if self.broken:
            raise PromiseBroken(str(self))
        assert self.passed, str(self)

    def __str__(self) -> str:
        name = f"fault {self.number}, {self.title}"
        if self.skipped:
            return f"{name}: SKIPPED: {self.skipped}"
        line = f"{name}: {'passed' if self.passed else 'FAILED'}: {', '.join(self.figures)}"
        return line + "".join(f"; NOT MET: {failure}" for failure in self.failures)
