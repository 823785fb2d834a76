"""Agents in a configuration: `[[agent]]` and its turns, what they do, and mistakes told with their lines."""

from pathlib import Path

import pytest

from voxsim.cli import main
from voxsim.parties.agents.entries import AgentEntry, TurnEntry
from voxsim.parties.configuration import load_configuration
from voxsim.testing import Vox
from voxsim.vocabulary.errors import ConfigurationError

TOML = """
[[agent]]
service = "openai"
greets = "Good morning."
otherwise = "Sorry?"

[[agent.turn]]
hears = "order 5"
says = "Let me look."
calls_tool = "find_order"
arguments = { number = 5 }
then = "It is on its way."

[[agent.turn]]
hears = "hours"
slow = 2
says = "From nine to five."

[[agent]]
service = "ElevenLabs.Agents"
refuses = 401
"""


def configure(folder: Path, text: str) -> tuple[AgentEntry, ...]:
    (folder / "voxsim.toml").write_text(text)
    (folder / "shop.py").write_text("")
    return load_configuration(folder).agents


def test_agents_are_read_with_their_turns(tmp_path: Path):
    first, second = configure(tmp_path, TOML)
    assert first.service == "OpenAI"
    assert (first.greets, first.otherwise) == ("Good morning.", "Sorry?")
    assert first.turns == (
        TurnEntry(
            hears="order 5",
            says="Let me look.",
            calls_tool="find_order",
            arguments={"number": 5},
            then="It is on its way.",
        ),
        TurnEntry(hears="hours", slow=2.0, says="From nine to five."),
    )
    assert second == AgentEntry(service="ElevenLabs.Agents", refuses=401)


def test_without_agents_there_are_none(tmp_path: Path):
    assert configure(tmp_path, "") == ()


async def test_a_configured_agent_does_what_it_says(vox: Vox, tmp_path: Path):
    agent = vox.world.agents.add(configure(tmp_path, TOML)[0].agent())
    vox.web.on("GET", "https://shop.example/orders/5").reply(text="on its way")
    call = await vox.phone().dial("100", scenario="scenarios/voice_agent.py")
    await call.heard("Good morning.")
    await vox.advance(2)
    call.say("Where is my order 5?")
    await call.heard("Let me look.")
    await call.heard("It is on its way.")
    await call.hang_up()
    await vox.finished()
    assert agent.happenings == []


def test_a_run_uses_the_agents_beside_the_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    configure(tmp_path, TOML)
    scenario = tmp_path / "voice_agent.py"
    scenario.write_text(Path("scenarios/voice_agent.py").read_text())
    assert main(["run", str(scenario), "--say", "What are your hours?@4"]) == 0
    assert "“From nine to five.”" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[agent]]\ngreets = "x"', "needs the key 'service'"),
        ('[[agent]]\nservice = "OpenIA"', r":2: No service 'OpenIA' is known. Did you mean 'OpenAI'\?"),
        ('[[agent]]\nservice = "OpenAI"\nsays = "x"', r":3: \[agent\] has no key 'says'"),
        ('[[agent]]\nservice = "OpenAI"\nrefuses = 200', ":3: 'refuses' is an HTTP status from 300 to 599"),
        ('[[agent]]\nservice = "OpenAI"\n[[agent.turn]]\nsays = "x"', r"\[agent.turn\] needs the key 'hears'"),
        (
            '[[agent]]\nservice = "OpenAI"\n[[agent.turn]]\nhears = "x"\nthen = "y"',
            "'arguments' and 'then' belong to 'calls_tool'",
        ),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, message: str, tmp_path: Path):
    with pytest.raises(ConfigurationError, match=message):
        configure(tmp_path, text)
