"""The switch: the order of steps, the clock, and taking a step back."""

from __future__ import annotations

import pytest

from voxsim.engine.switch import Switch, hold
from voxsim.vocabulary.errors import VoxsimError


def test_steps_of_one_instant_are_taken_in_the_order_in_which_they_were_asked_for():
    switch, done = Switch(), []
    for number in range(5):
        switch.at(10, done.append, number)
    switch.advance(10)
    assert (switch.run_due(), done) == (5, [0, 1, 2, 3, 4])


def test_what_is_posted_comes_before_what_the_heap_holds_for_the_same_instant():
    switch, done = Switch(), []
    switch.at(0, done.append, "heap")
    switch.post(done.append, "posted")
    switch.run_due()
    assert done == ["posted", "heap"]


def test_a_cancelled_step_is_not_taken():
    switch, done = Switch(), []
    switch.at(10, done.append, "taken").cancel()
    switch.advance(10)
    assert (switch.next_instant, switch.run_due(), done) == (None, 0, [])


def test_a_step_can_be_taken_back_by_another_one_of_the_same_instant():
    switch, done, steps = Switch(), [], []
    switch.at(10, lambda: [step.cancel() for step in steps])
    steps.append(switch.at(10, done.append, "second"))
    switch.advance(10)
    switch.run_due()
    assert done == []


def test_cancelling_what_has_been_done_changes_nothing():
    switch, done = Switch(), []
    timer = switch.at(0, done.append, "done")
    switch.run_due()
    timer.cancel()
    assert done == ["done"]
    assert switch.next_instant is None


def test_many_cancelled_steps_leave_the_others_in_their_order():
    switch, done = Switch(), []
    timers = [switch.at(index, done.append, index) for index in range(1000)]
    for index, timer in enumerate(timers):
        if index % 10:
            timer.cancel()
    while (instant := switch.next_instant) is not None:
        switch.advance(instant)
        switch.run_due()
    assert done == list(range(0, 1000, 10))


def test_time_does_not_go_back():
    switch = Switch()
    switch.advance(10)
    with pytest.raises(VoxsimError, match="Time cannot go back from 10 to 9 microseconds"):
        switch.advance(9)


@pytest.mark.parametrize(
    ("seconds", "instant"), [(0, 0), (1, 1_000_000), (0.1, 100_000), (0.3, 300_000), (1e-6, 1), (1.1, 1_100_000)]
)
def test_a_delay_in_seconds_falls_on_whole_microseconds(seconds: float, instant: int):
    switch = Switch()
    switch.after(seconds, print)
    assert switch.next_instant == instant


def test_a_step_for_a_past_instant_is_due_now():
    switch, done = Switch(), []
    switch.advance(10)
    switch.at(5, done.append, "late")
    switch.run_due()
    assert (done, switch.now) == (["late"], 10)


def test_a_subscriber_is_told_each_record_until_it_cancels():
    switch, told = Switch(), []
    cancel = switch.subscribe(told.append)
    switch.note(None, "warning", "first")
    cancel()
    switch.note(None, "warning", "second")
    assert [record.name for record in told] == ["first"]


def test_a_follower_is_told_records_of_its_kinds_together_each_once():
    switch, told = Switch(), []
    switch.follow(lambda records: told.append([record.name for record in records]), ("warning", "leg"))
    for kind, name in (("warning", "first"), ("log", "second"), ("leg", "third")):
        switch.note(None, kind, name)
    assert (told, switch.is_behind) == ([], True)
    switch.catch_up()
    switch.catch_up()
    switch.note(None, "leg", "fourth")
    switch.catch_up()
    assert (told, switch.is_behind) == ([["first", "third"], ["fourth"]], False)


def test_what_a_follower_records_itself_is_told_the_next_time():
    switch, told = Switch(), []

    def follow(records):
        told.extend(record.name for record in records)
        if len(told) == 1:
            switch.note(None, "leg", "second")

    switch.follow(follow, ("leg",))
    switch.note(None, "leg", "first")
    switch.catch_up()
    assert (told, switch.is_behind) == (["first"], True)
    switch.catch_up()
    assert (told, switch.is_behind) == (["first", "second"], False)


class Broken:
    """Something of a session."""

    def __init__(self, session):
        self.session = session

    def step(self, *_):
        """Fail."""
        raise ValueError("a mistake")


def closing_over(step):
    """A function that takes a step."""

    def take(*_):
        step(1)

    return take


STEPS = {
    "a method": lambda owner: (owner.step,),
    "a closure": lambda owner: (closing_over(owner.step),),
    "a closure over a closure": lambda owner: (closing_over(closing_over(owner.step)),),
    "what a step is called with": lambda owner: (lambda answered: answered(1), owner.step),
}


@pytest.mark.parametrize("how", STEPS)
def test_a_step_that_fails_ends_its_own_session_and_no_more(engine, how: str):
    engine.start()
    engine.switch.after(1, *STEPS[how](Broken(engine.session)))
    engine.advance(5)
    assert [error.fatal for error in engine.session.failures] == [True]


def test_a_step_that_belongs_to_no_session_goes_up():
    switch = Switch()
    switch.post(Broken(None).step)
    with pytest.raises(ValueError, match="a mistake"):
        switch.run_due()


def test_of_the_timers_that_are_held_those_that_are_done_do_not_pile_up():
    switch, held = Switch(), []
    waiting = [switch.at(1_000_000, print) for _ in range(5)]
    for timer in waiting:
        hold(held, timer)
    for _ in range(10_000):
        hold(held, switch.at(0, waiting.copy))
        switch.run_due()
    assert len(held) <= 16
    assert [timer for timer in held if timer.call is not None] == waiting
