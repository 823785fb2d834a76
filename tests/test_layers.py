"""The layers of the package: a row may import the rows below it, never one above, type-checking imports included."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "voxsim"

LAYERS = (
    "vocabulary",
    "engine",
    "timeline",
    "driver",
    "languages",
    "platform",
    "parties",
    "protocols",
    "server",
    "testing",
    "cli",
)
"""From the lowest to the highest."""

FILES = sorted(PACKAGE.rglob("*.py"))


def layer_of(module: str) -> int | None:
    parts = module.split(".")
    if parts[0] != "voxsim" or len(parts) == 1:
        return None
    return LAYERS.index(parts[1]) if parts[1] in LAYERS else None


def imports(file: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.append((node.lineno, node.module))
    return found


def module_name(file: Path) -> str:
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts)


@pytest.mark.parametrize("file", FILES, ids=module_name)
def test_imports_point_down(file):
    own = layer_of(module_name(file))
    if own is None:
        return
    above = [
        f"line {line} imports {name}"
        for line, name in imports(file)
        if (layer := layer_of(name)) is not None and layer > own
    ]
    assert not above


@pytest.mark.parametrize(
    "folder", sorted({file.parent.relative_to(PACKAGE).parts[0] for file in FILES if file.parent != PACKAGE})
)
def test_every_folder_is_a_layer(folder):
    assert folder in LAYERS


@pytest.mark.parametrize("layer", ["vocabulary", "engine", "timeline"])
def test_the_core_knows_no_trio_and_does_no_input_or_output(layer):
    forbidden = {"trio", "socket", "asyncio", "threading", "subprocess", "time", "pathlib", "os"}
    for file in (PACKAGE / layer).rglob("*.py"):
        used = {name.partition(".")[0] for _, name in imports(file)}
        assert not used & forbidden, file


@pytest.mark.parametrize("file", FILES, ids=module_name)
def test_a_module_opens_with_what_it_is(file):
    docstring = ast.get_docstring(ast.parse(file.read_text()))
    assert docstring
    assert len(docstring.splitlines()) <= 12
