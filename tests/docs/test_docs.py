"""What the documents claim is so."""

import re
import subprocess
from pathlib import Path

import pytest

from aside.cli import cli
from gateway.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_with_its_default(name: str) -> None:
    row = re.search(rf"^\| `{name.upper()}` \| (.+?) \|", OPERATIONS, re.MULTILINE)
    assert row, f"{name.upper()} is not in docs/operations.md"
    default = Settings.model_fields[name].default
    if isinstance(default, int | float) or (isinstance(default, str) and default):
        spelt = f"{default:g}" if isinstance(default, float) else str(default)
        assert f"`{spelt.lower() if isinstance(default, bool) else spelt}`" in row[1]


def test_every_command_is_documented() -> None:
    for name in cli.commands:
        assert f"`aside {name}" in OPERATIONS


def test_every_folder_on_the_map_exists() -> None:
    for place in re.findall(r"^\| `([\w/]+/)`", (ROOT / "ARCHITECTURE.md").read_text(), re.MULTILINE):
        assert (ROOT / place).is_dir(), place


def test_every_module_that_the_road_names_exists() -> None:
    for place in re.findall(r"`(gateway/[\w/]+\.py)`", (ROOT / "ARCHITECTURE.md").read_text()):
        assert (ROOT / place).is_file(), place


def test_make_help_lists_the_two_commands() -> None:
    printed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^run\b", printed, re.MULTILINE)
    assert re.search(r"^test\b", printed, re.MULTILINE)


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_case_of_the_delivery_page_names_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "delivery.md").read_text()
    rows = re.findall(r"^\| (D\d+) .*`(test_\w+)` \|$", page, re.MULTILINE)
    assert [name for name, _ in rows] == [f"D{number}" for number in range(1, len(rows) + 1)]
    assert len(rows) == len(re.findall(r"^\| D\d+", page, re.MULTILINE))
    written = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for _, test in rows:
        assert f"def {test}(" in written, test
