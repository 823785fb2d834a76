"""Pictures of conferences: a crossing between two sessions is one arrow, and each session alone can be drawn, too."""

from __future__ import annotations

import pytest

from voxsim.engine.session import Session
from voxsim.parties.world import World
from voxsim.timeline.picture import Kind, Picture, Shape, draw

ROOMS = "tests/engine/rooms"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> World:
    """Two callers who meet in a room; the first says something, and both hang up."""
    monkeypatch.chdir(request.config.rootpath)
    made = World()
    made.add_rule(f"{ROOMS}/room.py", "room")
    made.add_rule(f"{ROOMS}/join.py")
    for number, behaviour in (("+15550001", "say:hello@1,hangup:3"), ("+15550002", "press:5@2,hangup:4")):
        made.call_in(made.add_party("pstn", number, behaviour), "100")
    while made.switch.run_due(horizon=60_000_000):
        pass
    return made


def steps(picture: Picture) -> list[tuple[str, str, str]]:
    """The arrows of a picture: from whom, to whom, and what."""
    names = [participant.label for participant in picture.participants]
    return [
        (names[step.source], names[step.target], step.label.split(" (")[0])
        for step in picture.steps
        if step.shape is Shape.ARROW
    ]


def session(world: World, name: str) -> Session:
    return next(one for one in world.sessions if one.origin.rule_name == name)


def test_all_sessions_together(world: World):
    picture = draw(world.journal)
    assert [(one.label, one.kind) for one in picture.participants] == [
        ("15550001", Kind.PARTY),
        ("join", Kind.SCENARIO),
        ("15550002", Kind.PARTY),
        ("join #2", Kind.SCENARIO),
        ("room", Kind.SCENARIO),
    ]
    assert steps(picture) == [
        ("15550001", "join", "calls 100"),
        ("15550002", "join #2", "calls 100"),
        ("join", "room", "joins room"),
        ("join #2", "room", "joins room"),
        ("room", "join", "answers"),
        ("room", "join #2", "answers"),
        ("join", "15550001", "answers"),
        ("join #2", "15550002", "answers"),
        ("15550001", "join", "connected"),
        ("15550002", "join #2", "connected"),
        ("15550001", "room", "“hello”"),
        ("room", "15550002", "“hello”"),
        ("15550002", "room", "presses 5"),
        ("room", "15550001", "presses 5"),
        ("15550001", "join", "hangs up"),
        ("join", "room", "platform hangs up"),
        ("15550002", "join #2", "hangs up"),
        ("join #2", "room", "platform hangs up"),
    ]
    notes = [step.label for step in picture.steps if step.shape is Shape.NOTE]
    assert "begins, to hold a conference" in notes
    assert "conference begins" in notes


def test_the_session_that_holds_it_alone(world: World):
    picture = draw(session(world, "room").timeline)
    assert [one.label for one in picture.participants] == ["room", "15550001", "15550002"]
    assert ("15550001", "room", "joins room") in steps(picture)
    assert ("room", "15550002", "answers") in steps(picture)
    assert ("15550001", "15550002", "“hello”") in steps(picture)


def test_a_session_that_joins_it_alone(world: World):
    picture = draw(session(world, "join").timeline)
    assert [(one.label, one.kind) for one in picture.participants] == [
        ("15550001", Kind.PARTY),
        ("join", Kind.SCENARIO),
        ("room", Kind.PLATFORM),
    ]
    assert ("join", "room", "joins room") in steps(picture)
    assert ("room", "join", "answers") in steps(picture)


def test_one_that_does_not_exist(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    monkeypatch.chdir(request.config.rootpath)
    world = World()
    rule = world.rule(f"{ROOMS}/join.py")
    world.call_in(world.add_party("pstn", "+15550001"), "100", rule)
    while world.switch.run_due(horizon=60_000_000):
        pass
    assert ("room", "join", "fails") in steps(draw(world.journal))
