"""The exact orders of a session's start and of its end: what is delivered, what is kept back, what runs, and when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voxsim.engine.timing import Timing
from voxsim.testing import Vox

Write = Callable[[str], str]

LAST = ["Application.Terminating", "Application.Terminated"]


def lifecycle(session: Any) -> list[str]:
    """The records of a session's own life, and its delivered events, in order."""
    return [record.name for record in session.timeline if record.kind in ("session", "event")]


# --- the start ---


async def test_scenarios_are_loaded_in_order_into_one_context_then_started_then_alerting(vox: Vox, scenario: Write):
    files = (
        scenario("shared = ['first']"),
        scenario(
            "shared.append('second'); VoxEngine.add_event_listener(AppEvents.Started, lambda e: Logger.write(shared))"
        ),
    )
    await vox.phone().dial(scenario=files)
    assert lifecycle(vox.session) == [
        "created",
        "loading",
        "loading",
        "loaded",
        "Application.Started",
        "Application.CallAlerting",
    ]
    loading = [record.facts()["scenario"] for record in vox.session.timeline if record.name == "loading"]
    assert loading == ["scenario", "scenario1"]
    assert vox.session.log == ['["first", "second"]']


async def test_all_of_it_happens_at_one_instant(vox: Vox, incoming: Write):
    await vox.phone().dial(scenario=incoming("Logger.write(event.name)"))
    assert {record.t for record in vox.session.timeline} == {0}
    assert vox.session.log == ["Application.CallAlerting"]


async def test_a_session_started_over_http_gets_started_only(vox: Vox, scenario: Write, names: Any):
    vox.start(scenario("pass"))
    await vox.settled()
    assert names(vox.session) == ["Application.Started"]


async def test_custom_data_is_there_before_started(vox: Vox, scenario: Write):
    vox.start(scenario("Logger.write(VoxEngine.custom_data())"), custom_data="order 66")
    await vox.logged("order 66")
    assert lifecycle(vox.session)[:4] == ["created", "loading", "custom_data", "loaded"]


async def test_started_comes_once_with_where_the_session_is_to_be_reached(vox: Vox, scenario: Write):
    vox.start(scenario("pass"))
    session = await vox.finished()
    (facts,) = [event.facts() for event in session.events if event.name == "Application.Started"]
    path = f"/request/{session.session.key}/{session.session.secret}"
    assert facts["accessURL"] == f"http://127.0.0.1:12092{path}"
    assert facts["accessSecureURL"] == f"https://127.0.0.1:12093{path}"
    assert facts["sessionId"] == 4_600_000_001
    assert (facts["accountId"], facts["applicationId"], facts["userId"]) == (1, 1, -1)
    assert facts["domainName"] == "app.account.voximplant.com"
    assert facts["dialplanName"] == "scenario"
    assert facts["config"] == {"acceptReInviteByDefault": True}
    assert "conference_name" not in facts


async def test_an_alerting_phone_call_tells_of_caller_and_destination(vox: Vox, scenario: Write):
    await vox.phone("+15550001").dial("15559000", scenario=scenario("pass"), headers={"X-Campaign": "spring"})
    facts = vox.session.events[-1].facts()
    assert (facts["callerid"], facts["displayName"], facts["destination"]) == ("15550001", "15550001", "15559000")
    assert facts["toURI"] == "sip:15559000@app.account.voximplant.com"
    assert facts["headers"] == {"VI-Client-Type": "pstn", "VI-Client-Device": "SIP", "X-Campaign": "spring"}


async def test_an_alerting_user_call_tells_of_the_user(vox: Vox, scenario: Write):
    anna = vox.user("anna", display_name="Anna A.")
    await anna.dial("support", scenario=scenario("pass"), custom_data="from the app")
    facts = vox.session.events[-1].facts()
    assert (facts["callerid"], facts["displayName"], facts["destination"]) == ("anna", "Anna A.", "support")
    assert facts["fromURI"] == "sip:anna@app.account.voximplant.com"
    assert facts["customData"] == "from the app"
    assert facts["headers"]["VI-Authenticated-Caller"] == "anna"


async def test_a_listener_for_alerting_that_is_added_in_started_hears_it(vox: Vox, started: Write):
    await vox.phone().dial(
        scenario=started("""
        VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda e: Logger.write(e.destination))
    """)
    )
    assert vox.session.log == ["100"]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param('VoxEngine.call_pstn("+15550100", "1")', id="call"),
        pytest.param('VoxEngine.call_pstn("+15559999", "1")', id="call-to-nobody"),
        pytest.param('VoxEngine.create_tts_player("hello")', id="player"),
        pytest.param('VoxEngine.create_web_socket("wss://peer.example/")', id="websocket"),
        pytest.param('VoxEngine.create_web_socket("wss://nobody.example/")', id="websocket-to-nobody"),
        pytest.param("set_timeout(lambda: Logger.write('timer'), 0)", id="timer"),
        pytest.param('Net.http_request("https://a.example/", lambda r: Logger.write("answer"))', id="http"),
        pytest.param('Net.http_request("nonsense", lambda r: Logger.write("answer"))', id="malformed-http"),
    ],
)
async def test_started_comes_before_all_that_the_top_level_began(code: str, vox: Vox, scenario: Write):
    vox.phone("+15550100", answer=0)
    vox.web.socket("wss://peer.example/")
    vox.web.on("GET", "https://a.example/").reply(delay=0)
    vox.start(
        scenario(f"""
        {code}
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: Logger.write("started"))
    """)
    )
    await vox.advance(1)
    first = next(record for record in vox.session.timeline if record.kind in ("event", "log", "timer"))
    assert first.name == "Application.Started"


async def test_a_request_to_a_session_that_is_just_being_started_comes_after_started(
    vox: Vox, scenario: Write, names: Any
):
    session = vox.start(
        scenario("""
        @VoxEngine.on(AppEvents.Started)
        def started(event):
            VoxEngine.add_event_listener(AppEvents.HttpRequest, lambda event: "ready")
    """)
    )
    reply = await session.request()
    assert (reply.status, reply.body) == (200, "ready")
    assert names(session) == ["Application.Started", "Application.HttpRequest"]


async def test_each_call_begins_a_session_of_its_own(vox: Vox, scenario: Write):
    path = scenario("""
        counter = 0

        @VoxEngine.on(AppEvents.CallAlerting)
        def alerting(event):
            global counter
            counter += 1
            Logger.write(counter)
    """)
    for _ in range(3):
        await vox.phone().dial(scenario=path)
    assert [session.log for session in vox.sessions] == [["1"]] * 3
    assert len({session.session.key for session in vox.sessions}) == 3


# --- the end ---


async def test_terminate_returns_and_the_rest_of_the_handler_runs(vox: Vox, started: Write):
    vox.start(started("VoxEngine.terminate(); Logger.write('still here')"))
    session = await vox.finished()
    assert session.log == ["still here"]
    assert lifecycle(session)[-5:] == ["Application.Started", "closing", *LAST, "ended"]
    order = [record.name for record in session.timeline if record.kind in ("event", "log")]
    assert order == ["Application.Started", "still here", *LAST]


async def test_terminate_returns_and_the_rest_of_an_async_handler_runs_to_its_next_wait(vox: Vox, started: Write):
    vox.start(
        started(
            """
        await sleep(1)
        VoxEngine.terminate()
        Logger.write("still here")
        await event_that_never_comes()
        Logger.write("never here")
    """.replace("event_that_never_comes()", "VoxEngine.wait_for(AppEvents.HttpRequest)")
        )
    )
    assert (await vox.finished()).log == ["still here"]


async def test_other_listeners_of_the_same_event_still_run(vox: Vox, scenario: Write):
    vox.start(
        scenario("""
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: VoxEngine.terminate())
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: Logger.write("the second listener"))
    """)
    )
    assert (await vox.finished()).log == ["the second listener"]


async def test_active_requests_finish_with_their_callbacks_and_queued_ones_are_dropped(vox: Vox, scenario: Write):
    for number in range(5):
        vox.web.on("GET", f"https://a.example/{number}").reply(text=f"{number}", delay=number + 1)
    vox.start(
        scenario("""
        @VoxEngine.on(AppEvents.Started)
        def started(event):
            for number in range(5):
                Net.http_request(f"https://a.example/{number}", lambda result: Logger.write(result.text))
            VoxEngine.terminate()

        VoxEngine.add_event_listener(AppEvents.Terminating, lambda e: Logger.write("terminating"))
    """)
    )
    session = await vox.finished()
    assert session.log == ["0", "1", "2", "terminating"]
    assert vox.now == 3
    assert [record.facts()["url"][-1] for record in session.timeline if record.name == "dropped"] == ["3", "4"]
    assert len(vox.web.requests) == 3


async def test_an_awaited_request_that_was_queued_never_settles(vox: Vox, started: Write):
    vox.web.on("GET", "*").reply(delay=2)
    vox.start(
        started("""
        requests = [Net.http_request_async("https://a.example/") for _ in range(4)]
        VoxEngine.terminate()
        for request in requests:
            result = await request
            Logger.write(result.code)
    """)
    )
    assert (await vox.finished()).log == ["200", "200", "200"]


async def test_active_mails_finish_and_queued_ones_are_dropped(vox: Vox, started: Write):
    vox.start(
        started("""
        for number in range(4):
            Net.send_mail("smtp.example", "a@a.example", "b@b.example", f"{number}", "", lambda r: Logger.write(r.code))
        VoxEngine.terminate()
    """)
    )
    assert (await vox.finished()).log == ["250", "250"]
    assert [mail["title"] for mail in vox.web.mails] == ["0", "1"]


@pytest.mark.parametrize(
    "begin",
    [
        pytest.param('Net.http_request("https://a.example/", lambda r: VoxEngine.terminate())', id="http-callback"),
        pytest.param('Net.http_request("nonsense", lambda r: VoxEngine.terminate())', id="malformed-http-callback"),
        pytest.param(
            'Net.send_mail("smtp.example", "a@a.example", "b@b.example", "", "", lambda r: VoxEngine.terminate())',
            id="mail-callback",
        ),
        pytest.param("set_timeout(VoxEngine.terminate, 1000)", id="timer"),
        pytest.param(
            'VoxEngine.call_pstn("+15559999", "1").on(CallEvents.Failed)(lambda e: VoxEngine.terminate())', id="event"
        ),
    ],
)
async def test_terminating_comes_before_terminated_wherever_terminate_is_called(
    begin: str, vox: Vox, scenario: Write, names: Any
):
    vox.web.on("GET", "https://a.example/").reply()
    vox.start(
        scenario(f"""
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: {begin})
        VoxEngine.add_event_listener(AppEvents.Terminating, lambda e: Logger.write("terminating"))
        VoxEngine.add_event_listener(AppEvents.Terminated, lambda e: Logger.write("terminated"))
    """)
    )
    session = await vox.finished()
    assert [name for name in names(session) if name in LAST] == LAST
    assert session.log == ["terminating", "terminated"]


async def test_awaiting_a_request_and_terminating_then_keeps_the_order(vox: Vox, started: Write, names: Any):
    vox.web.on("GET", "https://a.example/").reply()
    vox.start(
        started("""
        await Net.http_request_async("https://a.example/")
        VoxEngine.terminate()
    """)
    )
    assert names(await vox.finished()) == ["Application.Started", *LAST]


async def test_terminating_waits_for_the_one_request_that_its_handler_makes(vox: Vox, scenario: Write):
    vox.web.on("POST", "https://a.example/bye").reply(text="noted", delay=4)
    vox.start(
        scenario("""
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: VoxEngine.terminate())
        VoxEngine.add_event_listener(AppEvents.Terminated, lambda e: Logger.write("terminated"))

        @VoxEngine.on(AppEvents.Terminating)
        def terminating(event):
            Net.http_request("https://a.example/bye", lambda r: Logger.write(r.text), method="POST", post_data="bye")
            Logger.write("terminating")
    """)
    )
    session = await vox.finished()
    assert session.log == ["terminating", "noted", "terminated"]
    assert vox.now == 4


async def test_an_async_terminating_handler_may_await_its_request(vox: Vox, scenario: Write):
    vox.web.on("GET", "https://a.example/bye").reply(text="noted", delay=4)
    vox.start(
        scenario("""
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: VoxEngine.terminate())
        VoxEngine.add_event_listener(AppEvents.Terminated, lambda e: Logger.write("terminated"))

        @VoxEngine.on(AppEvents.Terminating)
        async def terminating(event):
            result = await Net.http_request_async("https://a.example/bye")
            Logger.write(result.text)
    """)
    )
    assert (await vox.finished()).log == ["noted", "terminated"]


async def test_a_request_in_terminating_that_gets_no_answer_ends_with_minus_7(vox: Vox, scenario: Write):
    vox.web.on("GET", "https://a.example/bye").fail("timeout")
    vox.start(
        scenario("""
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: VoxEngine.terminate())
        VoxEngine.add_event_listener(
            AppEvents.Terminating, lambda e: Net.http_request("https://a.example/bye", lambda r: Logger.write(r.code))
        )
    """)
    )
    assert (await vox.finished()).log == ["-7"]
    assert vox.now == 90


async def test_a_request_that_times_out_as_the_platform_ceases_to_wait_breaks_nothing(vox: Vox, scenario: Write):
    vox.web.on("GET", "*").fail("timeout")
    vox.start(
        scenario("""
        @VoxEngine.on(AppEvents.Started)
        def started(event):
            Net.http_request("https://a.example/", lambda result: Logger.write(result.code))
            set_timeout(VoxEngine.terminate, 0)
    """)
    )
    session = await vox.finished()
    assert lifecycle(session)[-3:] == [*LAST, "ended"]
    assert vox.now == 90


@pytest.mark.vox(timing=Timing(mail=95_000))
async def test_a_mail_that_comes_through_after_the_wait_reaches_nobody(vox: Vox, started: Write):
    vox.start(
        started("""
        Net.send_mail("smtp.example", "a@a.example", "b@b.example", "", "", lambda r: Logger.write(r.code))
        VoxEngine.terminate()
    """)
    )
    session = await vox.finished()
    assert vox.now == 90
    before = len(session.timeline)
    await vox.advance(60)
    assert session.timeline[before:] == []
    assert session.log == []


async def test_only_terminating_and_terminated_are_delivered_after_terminate(vox: Vox, scenario: Write, names: Any):
    vox.web.on("GET", "https://slow.example/").reply(delay=5)
    vox.web.socket("wss://peer.example/")
    vox.phone("+15550100", answer=0)
    await vox.phone().dial(
        scenario=scenario("""
        def listen(unit, *events):
            for one in events:
                unit.add_event_listener(one, lambda e: Logger.write(e.name))

        @VoxEngine.on(AppEvents.CallAlerting)
        async def alerting(event):
            event.call.answer()
            out = VoxEngine.call_pstn("+15550100", "1")
            player = VoxEngine.create_tone_script_player("425@-19;5(1/4/1)", loop=True)
            socket = VoxEngine.create_web_socket("wss://peer.example/")
            await sleep(1)
            listen(event.call, CallEvents.Disconnected)
            listen(out, CallEvents.Disconnected)
            listen(player, PlayerEvents.Stopped)
            listen(socket, WebSocketEvents.CLOSE)
            socket.onclose = lambda e: Logger.write("onclose")
            Net.http_request("https://slow.example/", lambda result: None)
            VoxEngine.terminate()
            out.hangup()
    """)
    )
    session = await vox.finished()
    assert session.log == []
    undelivered = [record.name for record in session.timeline if record.kind == "undelivered"]
    assert undelivered == ["Call.Disconnected", "Player.Stopped", "WebSocket.Close", "Call.Disconnected"]
    assert names(session)[-2:] == LAST


async def test_the_platform_hangs_up_after_terminated(vox: Vox, scenario: Write):
    caller = await vox.phone().dial(
        scenario=scenario("""
        VoxEngine.add_event_listener(AppEvents.CallAlerting, lambda e: e.call.answer())
        VoxEngine.add_event_listener(AppEvents.Terminated, lambda e: Logger.write("terminated"))
        set_timeout(VoxEngine.terminate, 1000)
    """)
    )
    await caller.ended(16)
    await vox.finished()
    order = [record.name for record in vox.session.timeline if record.kind in ("log", "leg")]
    assert order == ["created", "answered", "terminated", "ended"]


async def test_timers_are_dead_after_terminate(vox: Vox, started: Write):
    vox.web.on("GET", "https://slow.example/").reply(delay=5)
    vox.start(
        started("""
        set_timeout(lambda: Logger.write("timeout"), 0)
        set_timeout(lambda: Logger.write("timeout"), 1000)
        set_interval(lambda: Logger.write("interval"), 100)
        Net.http_request("https://slow.example/", lambda result: None)
        VoxEngine.terminate()
    """)
    )
    assert (await vox.finished()).log == []


async def test_players_and_sockets_are_gone_before_terminating(vox: Vox, scenario: Write):
    service = vox.web.socket("wss://peer.example/")
    await vox.phone().dial(
        scenario=scenario("""
        @VoxEngine.on(AppEvents.CallAlerting)
        def alerting(event):
            global socket
            socket = VoxEngine.create_web_socket("wss://peer.example/")
            set_timeout(VoxEngine.terminate, 1000)

        VoxEngine.add_event_listener(AppEvents.Terminating, lambda e: Logger.write(socket.ready_state))
    """)
    )
    session = await vox.finished()
    assert session.log == ["closed"]
    assert service.peer.close_code == 1000
    assert not session.session.players
    assert not session.session.sockets


async def test_an_async_handler_that_waits_is_cancelled_with_its_session(vox: Vox, started: Write):
    vox.start(
        started("""
        set_timeout(VoxEngine.terminate, 1000)
        try:
            await sleep(1000)
        finally:
            open_files = 0
        Logger.write("never here")
    """)
    )
    session = await vox.finished()
    assert session.log == []
    assert vox.now == 1


@pytest.mark.parametrize("event", ["Terminating", "Terminated"])
async def test_an_error_in_a_last_handler_does_not_stop_the_end(event: str, vox: Vox, scenario: Write, names: Any):
    vox.start(
        scenario(f"""
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: VoxEngine.terminate())
        VoxEngine.add_event_listener(AppEvents.{event}, lambda e: 1 / 0)
    """)
    )
    session = await vox.finished()
    assert names(session)[-2:] == LAST
    assert session.finish_reason == "Normal termination"
    await vox.failed("ZeroDivisionError")


@pytest.mark.parametrize("event", ["Terminating", "Terminated"])
async def test_a_last_handler_that_is_no_function_does_not_stop_the_end(
    event: str, vox: Vox, scenario: Write, names: Any
):
    vox.start(
        scenario(f"""
        VoxEngine.add_event_listener(AppEvents.Started, lambda e: VoxEngine.terminate())
        VoxEngine.add_event_listener(AppEvents.{event}, 5)
    """)
    )
    assert names(await vox.finished())[-2:] == LAST
    await vox.failed("not a function")


async def test_a_terminating_handler_of_a_session_ended_by_an_error_learns_of_it(vox: Vox, scenario: Write):
    vox.start(
        scenario("""
        VoxEngine.add_event_listener(AppEvents.Started, None)
        for one in (AppEvents.Terminating, AppEvents.Terminated):
            VoxEngine.add_event_listener(one, lambda e: Logger.write(f"{e.name} {e.system_error}"))
    """)
    )
    assert (await vox.finished()).log == ["Application.Terminating True", "Application.Terminated True"]
    await vox.failed("not a function")
