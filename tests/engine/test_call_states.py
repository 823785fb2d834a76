"""A call's states, arrow by arrow, and the exact events of the usual flows in their order and at their times."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from voxsim.testing import Vox

Write = Callable[[str], str]


def story(session: Any) -> list[tuple[float, str]]:
    """What happened to the calls of a session: each event's second and name, without the session's own events."""
    return [
        (round(event.seconds, 3), event.name.removeprefix("Call."))
        for event in session.events
        if not event.name.startswith("Application.")
    ]


# --- the states that a scenario sees ---

WATCH = """
def watch(call):
    Logger.write(call.state())
    call.add_event_listener(CallEvents.StateChanged, lambda e: Logger.write(f"{e.old_state} -> {e.new_state}"))
    call.add_event_listener(CallEvents.Connected, lambda e: Logger.write(f"Connected: {call.state()}"))
    call.add_event_listener(CallEvents.Failed, lambda e: Logger.write(f"Failed {e.code}: {call.state()}"))
    call.add_event_listener(
        CallEvents.Disconnected, lambda e: Logger.write(f"Disconnected {e.internal_code}: {call.state()}")
    )
"""

UP = ["ALERTING", "ALERTING -> CONNECTED", "Connected: CONNECTED"]
OUT_UP = ["PROGRESSING", "PROGRESSING -> CONNECTED", "Connected: CONNECTED"]


def down(old: str, end: str) -> list[str]:
    """A call ends: the change, and the one event of its end."""
    return [f"{old} -> TERMINATED", f"{end}: TERMINATED"]


@attrs.frozen
class Arrow:
    """One arrow of the incoming machine: what the caller does, what the scenario does, what the scenario sees."""

    id: str
    caller: dict[str, Any]
    code: str
    seen: list[str]
    seconds: float


INCOMING = [
    Arrow("answer", {}, "call.answer()", UP, 0.02),
    Arrow("answer_direct", {}, 'call.answer_direct(VoxEngine.call_user_direct(call, "anna"))', UP, 0.02),
    Arrow("ring", {}, "call.ring(); Logger.write(call.state())", ["ALERTING", "ALERTING"], 0),
    Arrow("start_early_media", {}, "call.start_early_media(); Logger.write(call.state())", ["ALERTING", "ALERTING"], 0),
    Arrow("reject", {}, "call.reject(486)", ["ALERTING", *down("ALERTING", "Disconnected 486")], 0),
    Arrow("decline", {}, "call.decline(480)", ["ALERTING", *down("ALERTING", "Disconnected 480")], 0),
    Arrow("hangup_unanswered", {}, "call.hangup()", ["ALERTING", *down("ALERTING", "Disconnected 603")], 0),
    Arrow("caller_gives_up", {"cancel": 4}, "pass", ["ALERTING", *down("ALERTING", "Disconnected 487")], 4),
    Arrow("nobody_answers", {}, "pass", ["ALERTING", *down("ALERTING", "Disconnected 408")], 60),
    Arrow(
        "hangup_before_the_answer_is_through",
        {},
        "call.answer(); call.hangup()",
        ["ALERTING", *down("ALERTING", "Disconnected 603")],
        0,
    ),
    Arrow("caller_hangs_up", {"hangup": 5}, "call.answer()", [*UP, *down("CONNECTED", "Disconnected 16")], 5.02),
    Arrow(
        "scenario_hangs_up",
        {},
        "call.answer(); set_timeout(call.hangup, 5000)",
        [*UP, *down("CONNECTED", "Disconnected 16")],
        5,
    ),
]


@pytest.mark.parametrize("arrow", INCOMING, ids=lambda arrow: arrow.id)
async def test_an_incoming_call(arrow: Arrow, vox: Vox, scenario: Write):
    vox.user("anna", "silent")
    await vox.phone(**arrow.caller).dial(
        scenario=scenario(f"""
{WATCH}
@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    call = event.call
    watch(call)
    {arrow.code}
""")
    )
    await vox.advance(arrow.seconds)
    await vox.settled()
    assert vox.session.log == arrow.seen


@attrs.frozen
class OutArrow:
    """One arrow of the outgoing machine: what the callee does, what the scenario does, what the scenario sees."""

    id: str
    callee: dict[str, Any]
    code: str
    seen: list[str]
    seconds: float


def failing(code: int, seconds: float = 0) -> tuple[list[str], float]:
    """What a scenario sees of a call that fails, and when."""
    return ["PROGRESSING", *down("PROGRESSING", f"Failed {code}")], seconds


OUTGOING = [
    OutArrow("is_made", {"silent": True}, "pass", ["PROGRESSING"], 1),
    OutArrow("rings", {"ring": 1, "answer": None, "no_answer": True}, "pass", ["PROGRESSING"], 2),
    OutArrow("opens_early_media", {"silent": True, "early": 1}, "pass", ["PROGRESSING"], 2),
    OutArrow("is_answered", {"answer": 3}, "pass", OUT_UP, 3),
    OutArrow("is_refused_3xx", {"reject": 302}, "pass", *failing(302)),
    OutArrow("is_refused_4xx", {"reject": "486@2"}, "pass", *failing(486, 2)),
    OutArrow("is_refused_5xx", {"reject": 503}, "pass", *failing(503)),
    OutArrow("is_refused_6xx", {"reject": 603}, "pass", *failing(603)),
    OutArrow("is_not_answered", {"no_answer": True}, "pass", *failing(408, 60)),
    OutArrow("is_cancelled", {"silent": True}, "set_timeout(call.hangup, 7000)", *failing(487, 7)),
    OutArrow("is_cancelled_at_once", {"answer": 0}, "call.hangup()", *failing(487)),
    OutArrow(
        "is_hung_up_by_callee", {"answer": 3, "hangup": 4}, "pass", [*OUT_UP, *down("CONNECTED", "Disconnected 16")], 7
    ),
    OutArrow(
        "is_hung_up_by_scenario",
        {"answer": 3},
        "set_timeout(call.hangup, 7000)",
        [*OUT_UP, *down("CONNECTED", "Disconnected 16")],
        7,
    ),
]


@pytest.mark.parametrize("arrow", OUTGOING, ids=lambda arrow: arrow.id)
async def test_an_outgoing_call(arrow: OutArrow, vox: Vox, scenario: Write):
    vox.phone("+15550100", **arrow.callee)
    vox.start(
        scenario(f"""
{WATCH}
@VoxEngine.on(AppEvents.Started)
def started(event):
    call = VoxEngine.call_pstn("+15550100", "1")
    watch(call)
    {arrow.code}
""")
    )
    await vox.advance(arrow.seconds)
    await vox.settled()
    assert vox.session.log == arrow.seen


async def test_a_call_to_nobody_fails_with_404_after_the_handler(vox: Vox, scenario: Write):
    vox.start(
        scenario(f"""
{WATCH}
@VoxEngine.on(AppEvents.Started)
def started(event):
    watch(VoxEngine.call_pstn("+15559999", "1"))
    Logger.write("the handler is through")
""")
    )
    await vox.logged("Failed 404")
    assert vox.session.log == ["PROGRESSING", "the handler is through", *down("PROGRESSING", "Failed 404")]
    assert vox.now == 0


async def test_an_answer_at_the_instant_at_which_the_platform_gives_up_is_not_undone(vox: Vox, started: Write):
    callee = vox.phone("+15550100", "silent")
    vox.start(started('VoxEngine.call_pstn("+15550100", "1", extra_headers={"VI-CallTimeout": "10"})'))
    await vox.advance(10)
    answered = await callee.rang()
    await answered.answer()
    await vox.advance(5)
    decided = [name for _, name in story(vox.session) if name in ("Connected", "Failed", "Disconnected")]
    assert decided in (["Connected"], ["Failed"])


# --- the usual flows ---


async def test_incoming_early_media_then_answer(vox: Vox, incoming: Write):
    caller = vox.phone(hangup=10)
    call = await caller.dial(scenario=incoming("call.start_early_media(); set_timeout(call.answer, 5000)"))
    session = await vox.finished()
    assert story(session) == [
        (5.016, "FirstAudioPacketReceived"),
        (5.02, "Connected"),
        (5.036, "AudioQualityDetected"),
        (15.02, "Disconnected"),
    ]
    assert [received.what for received in call.received][:2] == ["early_media", "answered"]


async def test_outgoing_with_early_media(vox: Vox, started: Write):
    vox.sip("sip:desk@a.example", ring=None, early=1, answer=8, hangup=3, no_ring=True)
    vox.start(started('VoxEngine.call_sip("sip:desk@a.example", callerid="1")'))
    assert story(await vox.finished()) == [
        (1, "AudioStarted"),
        (1.21, "FirstAudioPacketReceived"),
        (8, "Connected"),
        (8.016, "AudioQualityDetected"),
        (11, "Disconnected"),
    ]


async def test_outgoing_with_ringing(vox: Vox, started: Write):
    vox.phone("+15550100", ring=1, answer=5, hangup=3)
    vox.start(started('VoxEngine.call_pstn("+15550100", "1")'))
    assert story(await vox.finished()) == [
        (1, "Ringing"),
        (5, "Connected"),
        (5.004, "FirstAudioPacketReceived"),
        (5.016, "AudioQualityDetected"),
        (8, "Disconnected"),
    ]


async def test_outgoing_that_is_answered_before_its_early_audio_comes(vox: Vox, started: Write):
    vox.phone("+15550100", ring=0, early=0.1, answer=0.2, hangup=1)
    vox.start(started('VoxEngine.call_pstn("+15550100", "1")'))
    assert story(await vox.finished()) == [
        (0, "Ringing"),
        (0.1, "AudioStarted"),
        (0.2, "Connected"),
        (0.216, "AudioQualityDetected"),
        (0.31, "FirstAudioPacketReceived"),
        (1.2, "Disconnected"),
    ]


async def test_outgoing_to_a_user_rings_once_for_each_device(vox: Vox, started: Write):
    vox.user("anna", devices={"desk": "ring:1,no_answer", "mobile": "ring:2,answer:4,hangup:2", "tablet": "silent"})
    vox.start(started('VoxEngine.call_user(username="anna", callerid="1")'))
    assert story(await vox.finished()) == [
        (1, "Ringing"),
        (2, "Ringing"),
        (4, "Connected"),
        (4.004, "FirstAudioPacketReceived"),
        (4.016, "AudioQualityDetected"),
        (6, "Disconnected"),
    ]


async def test_all_devices_must_refuse_before_a_user_call_fails(vox: Vox, started: Write):
    vox.user("anna", devices={"desk": "reject:486@1", "mobile": "reject:603@3"})
    vox.start(started('VoxEngine.call_user(username="anna", callerid="1")'))
    session = await vox.finished()
    assert story(session)[-1] == (3, "Failed")
    assert sum(name == "Failed" for _, name in story(session)) == 1


async def test_outgoing_that_nobody_answers(vox: Vox, started: Write):
    vox.phone("+15550100", "silent")
    vox.start(started('VoxEngine.call_pstn("+15550100", "1")'))
    assert story(await vox.finished()) == [(60, "Failed")]


async def test_a_bridge_of_two_calls(vox: Vox, incoming: Write):
    vox.phone("+15550100", ring=1, answer=3)
    await vox.phone(hangup=10).dial(
        scenario=incoming("""
        VoxEngine.easy_process(call, VoxEngine.call_pstn("+15550100", event.callerid))
    """)
    )
    session = await vox.finished()
    assert [event.name for event in session.events] == [
        "Application.Started",
        "Application.CallAlerting",
        "Call.Ringing",
        "Call.Connected",
        "Call.FirstAudioPacketReceived",
        "Call.AudioQualityDetected",
        "Call.FirstAudioPacketReceived",
        "Call.Connected",
        "Call.AudioQualityDetected",
        "Call.Disconnected",
        "Application.Terminating",
        "Application.Terminated",
    ]


# --- the end of a call ---


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        pytest.param({}, "call.reject(486); call.hangup(); call.reject(603)", id="rejected-again-and-again"),
        pytest.param({"hangup": 5}, "call.answer(); set_timeout(call.hangup, 5020)", id="both-hang-up-at-once"),
        pytest.param({"cancel": 5}, "set_timeout(lambda: call.reject(486), 5000)", id="cancel-meets-reject"),
        pytest.param({}, "set_timeout(call.answer, 60_000)", id="answer-meets-the-clock"),
        pytest.param({"cancel": 5}, "set_timeout(call.answer, 4990)", id="cancel-meets-answer"),
        pytest.param({"hangup": 0}, "call.answer()", id="hung-up-when-answered"),
    ],
)
async def test_a_call_ends_exactly_once(caller: dict[str, Any], code: str, vox: Vox, incoming: Write):
    await vox.phone(**caller).dial(scenario=incoming(code))
    names = [name for _, name in story(await vox.finished())]
    assert sum(name in ("Failed", "Disconnected") for name in names) == 1
    assert names[-1] == "Disconnected"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('call.transfer_to(to="200")', id="transfer_to"),
        pytest.param('call.say("hello")', id="say"),
        pytest.param('call.start_playback("https://a.example/a.mp3")', id="start_playback"),
        pytest.param('call.play_progress_tone("US")', id="play_progress_tone"),
        pytest.param('call.send_digits("123")', id="send_digits"),
        pytest.param('call.send_message("hello")', id="send_message"),
        pytest.param("call.ring()", id="ring"),
        pytest.param("call.start_early_media()", id="start_early_media"),
        pytest.param("call.answer()", id="answer"),
        pytest.param("call.handle_tones(True)", id="handle_tones"),
        pytest.param("call.re_invite({}, 'application/sdp', '')", id="re_invite"),
    ],
)
@pytest.mark.parametrize("order", ["before", "after"])
async def test_the_end_of_a_call_is_its_last_event_whatever_is_asked_of_it(
    code: str, order: str, vox: Vox, incoming: Write
):
    lines = [code, "call.hangup()"] if order == "before" else ["call.hangup()", code]
    await vox.phone().dial(
        scenario=incoming("call.answer()\nawait call.wait_for(CallEvents.Connected)\n" + "\n".join(lines))
    )
    names = [name for _, name in story(await vox.finished())]
    assert names[-1] == "Disconnected"


@pytest.mark.parametrize(
    "code",
    [
        "answer()",
        "ring()",
        "start_early_media()",
        "reject(486)",
        "hangup()",
        'send_message("hello")',
        'send_digits("1")',
    ],
)
async def test_what_an_ended_call_is_asked_to_do_is_ignored_with_a_warning(code: str, vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming(f"call.reject(486); call.{code}"))
    (warning,) = (await vox.finished()).warnings
    assert "has ended" in warning


@pytest.mark.parametrize(
    "code", ["answer()", "answer_direct(call)", "ring()", "start_early_media()", "reject(486)", "decline(486)"]
)
async def test_what_only_incoming_calls_can_do_is_an_error_on_an_outgoing_one(code: str, vox: Vox, started: Write):
    vox.phone("+15550100", "silent")
    vox.start(started(f'call = VoxEngine.call_pstn("+15550100", "1"); call.{code}'))
    await vox.failed("is for incoming calls")


@pytest.mark.parametrize("code", ["answer()", "ring()", "start_early_media()", "reject(486)"])
async def test_what_is_too_late_for_an_answered_call_is_ignored_with_a_warning(code: str, vox: Vox, incoming: Write):
    call = await vox.phone().dial(scenario=incoming(f"call.answer(); call.{code}"))
    await call.answered()
    await vox.advance(1)
    (warning,) = vox.session.warnings
    assert "is answered already" in warning
    assert [received.what for received in call.received] == ["answered"]
