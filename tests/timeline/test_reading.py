"""Records that were written down draw the same pictures as those of the run itself."""

import pytest
import trio

from voxsim.engine.journal import Record
from voxsim.parties.behaviour import Behaviour
from voxsim.parties.world import World
from voxsim.timeline import (
    BadTimeline,
    epoch_of,
    read_records,
    render_ladder,
    render_log,
    render_mermaid,
    render_svg,
    write_jsonl,
)


@pytest.mark.parametrize("run", ["menu", "hostile"])
@pytest.mark.parametrize("render", [render_ladder, render_mermaid, render_svg])
def test_a_picture_of_what_was_written_is_that_of_the_run(run, render, request):
    world = request.getfixturevalue(run)
    again = read_records(write_jsonl(world.journal))
    assert render(again) == render(world.journal)


@pytest.mark.parametrize("run", ["menu", "hostile"])
def test_a_log_of_what_was_written_is_that_of_the_run(run, request):
    world = request.getfixturevalue(run)
    for session in world.sessions:
        again = read_records(write_jsonl(session.timeline))
        assert epoch_of(again) == world.switch.epoch
        assert render_log(again, epoch_of(again)) == render_log(session.timeline, world.switch.epoch)


def test_what_was_read_can_be_written_again(menu):
    lines = list(write_jsonl(menu.journal))
    assert list(write_jsonl(read_records(lines))) == lines


def test_an_epoch_is_found_in_a_session_that_began_late(tmp_path):
    (tmp_path / "menu.py").touch()
    world = World(stranger=Behaviour())
    rule = world.add_rule(tmp_path / "menu.py")
    world.switch.after(2.9, lambda: world.start(rule))
    trio.run(world.driver.run, lambda: world.sessions and not world.switch.sessions, clock=world.driver)
    [session] = world.sessions
    assert epoch_of(read_records(write_jsonl(session.timeline))) == world.switch.epoch


def test_an_epoch_of_nothing_is_nought():
    assert epoch_of([]) == 0
    assert (
        epoch_of([Record(0, 0, None, "leg", "created", None, {}), Record(0, 1, "odd", "session", "created", None, {})])
        == 0
    )


@pytest.mark.parametrize("line", ['{"v":1}', '{"v":1,"t":"1","n":1,"session":null,"kind":"log","name":"","data":{}}'])
def test_a_line_that_is_no_record_is_refused(line):
    with pytest.raises(BadTimeline, match="A record of the timeline has no 't' that can be read"):
        read_records([line])
