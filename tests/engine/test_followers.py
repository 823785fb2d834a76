"""Who follows the journal is told of all before anybody else has a turn, however the engine is moved."""

import pytest
import trio
import trio.testing

from voxsim.driver import Pace
from voxsim.parties.world import World

STEPS = 5000


class Follower:
    """Is told of the warnings of a world; remembers how many at a time."""

    def __init__(self, world):
        self.counts = []
        world.switch.follow(lambda records: self.counts.append(len(records)), ("warning",))


def noted(world):
    """A step that is recorded."""
    world.switch.note(None, "warning", "noted")


async def served(world):
    """Drive a world as a server does, which waits for what comes from outside."""
    with world.driver.outside():
        await world.driver.run(lambda: False)


def test_a_run_that_is_alone_tells_now_and_then_and_at_its_end():
    world = World()
    follower = Follower(world)
    for index in range(STEPS):
        world.switch.at(index * 1000, noted, world)
    trio.run(world.driver.run, lambda: world.switch.next_instant is None, clock=world.driver)
    assert (sum(follower.counts), len(follower.counts)) == (STEPS, 3)


def test_a_run_that_fails_has_told_everything():
    world = World(until=2)
    follower = Follower(world)
    world.switch.after(1, noted, world)
    world.switch.after(3, noted, world)
    with pytest.raises(Exception, match="given up after 2 s"):
        trio.run(world.driver.run, lambda: False, clock=world.driver)
    assert follower.counts == [1]


@pytest.mark.parametrize("pace", ["real", "x100"])
def test_in_real_time_all_is_told_before_anybody_else_has_a_turn(pace):
    world = World(until=None, pace=Pace.parse(pace))
    follower, seen = Follower(world), []

    async def main():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(served, world)
            for _ in range(3):
                await trio.testing.wait_all_tasks_blocked()
                world.switch.post(noted, world)
                world.switch.post(noted, world)
                world.driver.poke()
                seen.append(list(follower.counts))  # whoever moves the engine needs not even wait
                await trio.testing.wait_all_tasks_blocked()
                seen.append(list(follower.counts))
                noted(world)  # by who is not the engine, without a word to it
                await trio.testing.wait_all_tasks_blocked()
                seen.append(list(follower.counts))
            nursery.cancel_scope.cancel()

    trio.run(main, clock=world.driver)
    assert seen == [told for n in range(3) for told in ([2, 1] * n + [2], [2, 1] * n + [2], [2, 1] * (n + 1))]


def test_a_follower_that_gives_the_engine_something_to_do_is_not_left_waiting():
    world = World(until=None, pace=Pace.parse("real"))
    done = []

    def follow(records):
        world.switch.post(done.append, len(records))

    world.switch.follow(follow, ("warning",))

    async def main():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(served, world)
            await trio.testing.wait_all_tasks_blocked()
            noted(world)
            await trio.testing.wait_all_tasks_blocked()
            nursery.cancel_scope.cancel()

    trio.run(main, clock=world.driver)
    assert done == [1]
