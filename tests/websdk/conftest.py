"""Scenarios for clients of the Web SDK, given as text."""

import pytest


@pytest.fixture
def scenario(vox, tmp_path):
    """Let all calls, or those that match, run this scenario."""
    count = 0

    def write(text, pattern=".*"):
        nonlocal count
        count += 1
        file = tmp_path / f"scenario{count}.py"
        file.write_text("from voxsim import *\n" + text)
        vox.scenario(file, pattern)
        return file

    return write
