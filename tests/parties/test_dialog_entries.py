"""`[[dialog]]` in a `voxsim.toml`: dialogs for `voxsim run` and `voxsim serve`, and what a mistake in one says."""

from __future__ import annotations

from pathlib import Path

import pytest

from voxsim.cli import main
from voxsim.engine.dialogs import Failure, Question
from voxsim.parties.configuration import load_configuration
from voxsim.parties.dialogs import Dialog
from voxsim.vocabulary.errors import ConfigurationError

FILE = """
[[dialog]]
service = "Avatar"
agent = "shop"
otherwise = "Pardon?"
[[dialog.turn]]
begins = true
replies = "Hello!"
next_state = "order"
listen_timeout = 3000
[[dialog.turn]]
hears = "pizza"
state = "order"
replies = "Which size?"
intent = "pizza"
parameters = { food = "pizza" }
[[dialog.turn]]
hears_nothing = true
replies = "Still there?"
[[dialog.turn]]
enters = "exit"
replies = "Bye."
ends = true

[[dialog]]
service = "CCAI"
profiles = ["sales"]
[[dialog.turn]]
event = "WELCOME"
slow = 2
fails = "out of order"
"""


@pytest.fixture
def dialogs(tmp_path: Path) -> list[Dialog]:
    """The dialogs of the file."""
    (tmp_path / "menu.py").write_text("")
    (tmp_path / "voxsim.toml").write_text(FILE)
    return [entry.dialog() for entry in load_configuration(tmp_path).dialogs]


def ask(dialog: Dialog, kind: str, value: str = "", state: str = "", conversation: str = "1"):
    """What a dialog answers to a question."""
    question = Question(service=dialog.service, conversation=conversation, kind=kind, value=value, state=state)
    answer = dialog.turn_for(question).answer()
    return answer if isinstance(answer, Failure) else answer[0]


def test_a_dialog_is_read_from_the_file(dialogs):
    shop, desk = dialogs
    hello = ask(shop, "start")
    assert (hello.text, hello.next_state, hello.listen_timeout) == ("Hello!", "order", 3000)
    assert ask(shop, "text", "a pizza", "order").parameters == {"food": "pizza"}
    assert ask(shop, "text", "a pizza", "start").text == "Pardon?"
    assert ask(shop, "timeout").text == "Still there?"
    assert ask(shop, "state", "exit").ends
    assert (desk.service, desk.agent, list(desk.profiles)) == ("CCAI", "", ["sales"])
    assert ask(desk, "event", "WELCOME") == Failure("out of order")


def test_a_dialog_of_a_file_remembers_no_questions(dialogs):
    ask(dialogs[0], "start")
    assert dialogs[0].questions == []


def test_each_conversation_goes_through_the_turns_from_the_first(dialogs):
    dialog = Dialog("Dialogflow")
    dialog.hears("yes").replies("one").hears("yes").replies("two")
    texts = [ask(dialog, "text", "yes", conversation=name).text for name in ("a", "a", "b", "a", "b")]
    assert texts == ["one", "two", "one", "two", "two"]
    for number in range(2000):
        ask(dialog, "text", "yes", conversation=str(number))
    assert ask(dialog, "text", "yes", conversation="a").text == "one"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[dialog]]\nservice = "Dialogflw"', "2: 'service' is one of .*Did you mean 'Dialogflow'"),
        ('[[dialog]]\nservice = "CCAI"\nturns = 1', "3: .*no key 'turns'. Did you mean 'turn'"),
        ('[[dialog]]\nservice = "CCAI"\n[[dialog.turn]]\nreplies = "x"', "3: .*needs one of the keys hears, event"),
        ('[[dialog]]\nservice = "CCAI"\n[[dialog.turn]]\nbegins = false', "4: 'begins' is true, or is left out"),
        ('[[dialog]]\nservice = "CCAI"\n[[dialog.turn]]\nhears = "x"\nends = "yes"', "5: 'ends' is true or false"),
        ('[[dialog]]\nservice = "CCAI"\n[[dialog]]\nservice = "CCAI"', "second .*dialog"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, words: str, tmp_path: Path):
    (tmp_path / "menu.py").write_text("")
    (tmp_path / "voxsim.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=words):
        load_configuration(tmp_path)


def test_a_run_uses_the_dialogs_beside_the_scenario(tmp_path: Path, capsys):
    (tmp_path / "voxsim.toml").write_text(FILE)
    scenario = tmp_path / "ask.py"
    scenario.write_text("""
from voxsim import *
require(Modules.Avatar)

@VoxEngine.on(AppEvents.Started)
def started(event):
    avatar = VoximplantAvatar.create_avatar(avatar_id="shop")
    avatar.add_event_listener(VoximplantAvatar.Events.Reply, answered)
    avatar.start()

def answered(event):
    Logger.write(event.utterance)
    VoxEngine.terminate()
""")
    assert main(["run", str(scenario)]) == 0
    assert "Hello!" in capsys.readouterr().out
