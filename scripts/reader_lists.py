"""The lists that the wall's second reader is trained on, and what says that its weights are of them.

data/wall: replies that ask, replies that do not, and frames to be filled in with names of data or of things
The lists of the wall's tests are read too, as they stand when somebody trains.
"""

import hashlib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
OWN: Final = ROOT / "data" / "wall"
TESTS: Final = ROOT / "tests" / "unit" / "privacy"
ASKS: Final = (OWN / "asks.txt", TESTS / "refused_requests.txt")
HARMLESS: Final = (OWN / "harmless.txt", TESTS / "harmless_replies.txt", TESTS / "asked_in_private.txt")
FRAMES: Final = (
    # What asks for data, the same asking for what is nobody's, what asks for nothing.
    (OWN / "asking_frames.txt", OWN / "personal.txt", True),
    (OWN / "asking_frames.txt", OWN / "things.txt", False),
    (OWN / "harmless_frames.txt", OWN / "personal.txt", False),
)
SLOT: Final = "{data}"
FILLED: Final = 6
"""How often each frame is filled in."""


def lines(path: Path) -> list[str]:
    """The lines of a list."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def digest() -> str:
    """What the weights are made of, but for the lists of the tests: data/wall, the wordings, the training."""
    made_of = [*sorted(OWN.glob("*.txt")), ROOT / "gateway" / "privacy" / "wordings.py", Path(__file__)]
    made_of.append(ROOT / "scripts" / "train_reader.py")
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in made_of)).hexdigest()
