"""Pictures of AI services: who connects, what agents hear, say and call, and how it ends."""

from pathlib import Path

from voxsim.testing import Vox

SCENARIO = """
from voxsim import *
require(Modules.OpenAI)

@VoxEngine.on(AppEvents.Started)
async def started(event):
    client = await OpenAI.create_chat_completions_api_client(api_key="k")
    client.create_chat_completions({"messages": [{"role": "user", "content": "stock?"}]})
"""


def steps(vox: Vox) -> str:
    """The words of the picture's steps, without lines and times."""
    rows = [line[10:].replace("│", " ").replace("├", " ").replace("┤", " ") for line in vox.ladder().splitlines()]
    words = " ".join(" ".join(rows).split()).translate(str.maketrans("", "", "─╌▶◀┌┐└┘┬"))
    return " ".join(words.split())


async def told(vox: Vox, folder: Path) -> str:
    file = folder / "asks.py"
    file.write_text(SCENARIO)
    vox.start(str(file))
    await vox.advance(5)
    return steps(vox)


async def test_a_text_is_drawn_where_it_is_written(vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").hears("stock").calls_tool("stock", number=5)
    words = await told(vox, tmp_path)
    for step in (
        "connects to ChatCompletionsAPI",
        "connected",
        "createChatCompletions",
        "hears “stock?”",
        "calls stock(number=5)",
    ):
        assert step in words
    assert "customEvent" not in words
    assert "Chunk" not in words


async def test_errors_are_drawn_as_they_are(vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").hears("stock").says("Yes.").fails("Overloaded", "server_error")
    words = await told(vox, tmp_path)
    assert "“Yes.”" in words
    assert "ChatCompletionsAPIError error={'message': 'Overloaded'" in words


async def test_a_service_that_nobody_plays(vox: Vox, tmp_path: Path):
    file = tmp_path / "asks.py"
    file.write_text(SCENARIO)
    vox.start(str(file))
    await vox.failed("Nobody plays")
    assert "⚠ closes (1006 Nobody plays OpenAI.ChatCompletionsAPI" in steps(vox)


async def test_what_has_no_answer_is_a_warning(vox: Vox, tmp_path: Path):
    vox.agent("OpenAI").hears("price").says("Ten.")
    assert "⚠ has no answer to “stock?”" in await told(vox, tmp_path)
