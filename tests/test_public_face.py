"""The public face: what `from voxsim import …` offers, and that it costs nothing until it is used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import voxsim
from voxsim.vocabulary.declare import manifest

SESSION_ONLY = {"random"}


@pytest.mark.parametrize("name", sorted(set(voxsim.__all__) - SESSION_ONLY))
def test_every_offered_name_can_be_imported(name):
    assert getattr(voxsim, name) is not None


def test_names_are_unique_and_listed():
    assert len(set(voxsim.__all__)) == len(voxsim.__all__)
    assert set(voxsim.__all__) <= set(dir(voxsim))


def test_type_checkers_see_the_same_names():
    tree = ast.parse(Path(voxsim.__file__).read_text())
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {alias.asname for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed - {"Any"} == set(voxsim.__all__) - SESSION_ONLY


def test_every_declared_event_enumeration_and_namespace_is_offered():
    for name in voxsim.__all__:
        if name not in SESSION_ONLY:
            getattr(voxsim, name)
    declared = {name for name in (*manifest.events, *manifest.units) if "." not in name}
    assert declared <= set(voxsim.__all__)


def test_a_misspelt_name_is_answered_with_the_nearest():
    with pytest.raises(AttributeError, match="Did you mean 'VoxEngine'"):
        voxsim.VoxEngin  # noqa: B018


def test_importing_voxsim_imports_nothing_heavy():
    code = "import sys, voxsim; print(sorted(set(sys.modules) & {'trio', 'attrs', 'attr', 'pytest', 'asyncio'}))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_namespaces_outside_of_a_session_say_what_to_do():
    with pytest.raises(voxsim.VoxsimError, match="voxsim run"):
        voxsim.VoxEngine.terminate()
    with pytest.raises(voxsim.VoxsimError, match="voxsim run"):
        voxsim.Logger.write("x")
