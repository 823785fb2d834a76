"""Running JavaScript that is written in a test."""

import textwrap
from pathlib import Path

import pytest

from voxsim.engine.switch import Switch
from voxsim.testing import Vox


class Run:
    """What a run of some JavaScript came to."""

    def __init__(self, vox, session):
        self.vox = vox
        self.session = session
        self.log = session.log
        self.errors = [str(error) for error in session.failures]
        self.failures = session.failures
        self.words = [error.message for error in session.failures]
        self.warnings = [record.name for record in session.timeline if record.kind == "warning"]
        self.reason = session.finish_reason


@pytest.fixture(params=["quickjs-ng", "jsbox"])
def engine(request, monkeypatch):
    """Each test runs on each of the two engines; this is the name of the one that has its turn."""
    monkeypatch.setenv("VOXSIM_JAVASCRIPT", request.param)
    return request.param


@pytest.fixture
def javascript(engine, tmp_path, monkeypatch):
    """Run the text of a scenario, or several of one rule, to its end, with a caller when one is asked for."""
    monkeypatch.chdir(tmp_path)

    def run(*texts, caller=None, vox=None, custom_data="", prepare=None, terminate=True):
        vox = vox or Vox(stranger="answer:1,hangup:20")
        names = []
        for number, text in enumerate(texts):
            name = "main.js" if len(texts) == 1 else f"file{number + 1}.js"
            (tmp_path / name).write_text(textwrap.dedent(text))
            names.append(name)
        if prepare is not None:
            prepare(vox)
        if caller is not None:
            vox.phone("+15550001", caller).place("100", scenario=names)
            handle = vox.run()
        else:
            handle = vox.start(names, custom_data=custom_data)
            if terminate:
                vox.world.switch.after(30, handle.session.end, "Normal termination")
            handle = vox.run()
        return Run(vox, handle.session)

    return run


@pytest.fixture
def switch():
    return Switch()


@pytest.fixture
def here():
    """The path of a scenario beside these tests."""
    return lambda name: str(Path(__file__).parent / "scenarios" / name)


@pytest.fixture
def heard():
    """What somebody heard on a call: the second, and the text or file."""
    return lambda call: [(round(one.at / 1e6, 2), one.value) for one in call.received if one.what == "heard"]


@pytest.fixture
def texts():
    """The messages that came to somebody's side of a call."""
    return lambda call: [one.value for one in call.received if one.what == "text"]
