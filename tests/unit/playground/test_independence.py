"""The playground stands for the outside world."""

import ast
from pathlib import Path

import playground

PACKAGE = Path(playground.__file__).parent
PRODUCT = {"aside", "gateway", "handoff", "actions", "bot"}


def test_nothing_in_the_playground_imports_the_product() -> None:
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {name.partition(".")[0] for name in names} & PRODUCT, path


def test_the_page_sets_no_markup_and_loads_nothing_from_elsewhere() -> None:
    for path in (PACKAGE / "static").glob("*.js"):
        text = path.read_text()
        assert "innerHTML" not in text, path
        assert "insertAdjacentHTML" not in text, path
    for path in (PACKAGE / "static").iterdir():
        text = path.read_text().replace("http://www.w3.org/", "")
        assert "http://" not in text, path
        assert "//cdn" not in text, path
