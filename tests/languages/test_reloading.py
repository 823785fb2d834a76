"""A server's scenarios are loaded afresh when they have changed; sessions under way keep what they began with."""

import textwrap

import pytest

from voxsim.languages import load_program
from voxsim.parties.world import World
from voxsim.platform.rules import Rule
from voxsim.vocabulary.errors import ConfigurationError

MENU = "from voxsim import AppEvents, Logger, VoxEngine\n"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the working directory; each writing differs in size from the one before."""
    monkeypatch.chdir(tmp_path)

    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))

    return write


class Server:
    """Sessions of one rule, each begun and loaded at once."""

    def __init__(self, *files, reload=True):
        self.world = World()
        self.rule = Rule("menu", load_program(files, reload=reload))

    def session(self):
        session = self.world.start(self.rule)
        while self.world.switch.step():
            pass
        return session


def logged(session):
    return [record.name for record in session.timeline if record.kind == "log"]


def test_a_changed_file_counts_for_new_sessions(write):
    write("menu.py", MENU + "Logger.write('first')\n")
    server = Server("menu.py")
    assert logged(server.session()) == ["first"]
    write("menu.py", MENU + "Logger.write('the second')\n")
    assert logged(server.session()) == ["the second"]


def test_a_run_keeps_what_its_first_session_found(write):
    write("menu.py", MENU + "Logger.write('first')\n")
    server = Server("menu.py", reload=False)
    assert logged(server.session()) == ["first"]
    write("menu.py", MENU + "Logger.write('the second')\n")
    assert logged(server.session()) == ["first"]


def test_every_file_of_a_rule_is_looked_at(write):
    write("data.py", "ANSWER = 'first'\n")
    write("menu.py", MENU + "Logger.write(ANSWER)\n")
    server = Server("data.py", "menu.py")
    assert logged(server.session()) == ["first"]
    write("data.py", "ANSWER = 'the second'\n")
    assert logged(server.session()) == ["the second"]


def test_a_changed_module_counts_for_new_sessions(write):
    write("helper.py", "ANSWER = 'first'\n")
    write("menu.py", MENU + "import helper\nLogger.write(helper.ANSWER)\n")
    server = Server("menu.py")
    assert logged(server.session()) == ["first"]
    write("helper.py", "ANSWER = 'the second'\n")
    assert logged(server.session()) == ["the second"]


def test_a_module_is_found_where_it_is_now(write, tmp_path):
    write("menu.py", MENU + "import helper_that_moves as helper\nLogger.write(helper.ANSWER)\n")
    server = Server("menu.py")
    [failure] = server.session().failures
    assert "helper_that_moves" in failure.message
    write("helper_that_moves.py", "ANSWER = 'a file'\n")
    assert logged(server.session()) == ["a file"]
    (tmp_path / "helper_that_moves.py").unlink()
    write("helper_that_moves/__init__.py", "ANSWER = 'a package'\n")
    assert logged(server.session()) == ["a package"]


def test_a_file_that_is_broken_fails_new_sessions_only(write):
    write(
        "menu.py",
        MENU + "@VoxEngine.on(AppEvents.HttpRequest)\ndef asked(event):\n    Logger.write('still here')\n",
    )
    server = Server("menu.py")
    before = server.world.start(server.rule)
    while server.world.switch.step() and before.phase.name == "LOADING":
        pass
    write("menu.py", MENU + "def broken(:\n")
    broken = server.world.start(server.rule)
    while server.world.switch.step() and not broken.failures:
        pass
    [failure] = broken.failures
    assert failure.where == "menu.py:2"
    assert "SyntaxError" in failure.message
    assert not before.failures
    assert before.phase.name == "RUNNING"
    write("menu.py", MENU + "Logger.write('mended again')\n")
    assert logged(server.session()) == ["mended again"]


def test_a_file_that_is_gone_fails_new_sessions_only(write, tmp_path):
    write("menu.py", MENU + "Logger.write('here')\n")
    server = Server("menu.py")
    assert logged(server.session()) == ["here"]
    (tmp_path / "menu.py").unlink()
    [failure] = server.session().failures
    assert str(failure) == "menu.py: The file cannot be read: No such file or directory."


@pytest.mark.parametrize("name", ["a\0b.py", "x" * 300 + ".py", "no/where.py"])
def test_a_name_that_no_file_has_is_said_to_be_missing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="There is no scenario file"):
        load_program([name])
