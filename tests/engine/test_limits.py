"""The platform's published limits, row by row: the figure, and what a scenario meets when it goes past it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from voxsim.platform.commands import COMMANDS, ManagementError
from voxsim.testing import Vox
from voxsim.vocabulary.limits import Limits


@attrs.define
class Kit:
    """What a row's check works with: the platform, and the writers of scenarios."""

    vox: Vox
    scenario: Callable[[str], str]
    incoming: Callable[[str], str]
    started: Callable[[str], str]

    def javascript(self, body: str) -> str:
        """Write a JavaScript scenario that does this when its session starts; its path."""
        file = Path(self.scenario("")).with_suffix(".js")
        file.write_text(f"VoxEngine.addEventListener(AppEvents.Started, () => {{ {body} }});", encoding="utf-8")
        return str(file)

    def limits_hit(self) -> list[str]:
        """The limits that were hit so far in the last session, by name."""
        return [record.name for record in self.vox.session.timeline if record.kind == "limit"]


Check = Callable[[Kit], Awaitable[None]]


@attrs.frozen
class Row:
    """One row of the limits page.

    Attributes:
        id: the name of the test.
        documented: the limit in the page's words.
        figure: its figure, in the unit of the field.
        field: the field of `Limits` that holds the figure.
        check: what shows the documented consequence.
        settings: of the platform, to make the check quick.
    """

    id: str
    documented: str
    figure: float
    field: str
    check: Check
    settings: dict[str, Any] = attrs.field(factory=dict)


# --- calls ---


async def unanswered_incoming_call(kit: Kit) -> None:
    """It is disconnected with 408 after the documented time."""
    caller = await kit.vox.phone().dial(scenario=kit.incoming("pass"))
    assert str((await caller.ended(408)).reason) == "Request Timeout"
    assert kit.vox.now == 60
    await kit.vox.settled()
    (ended,) = [event for event in kit.vox.session.events if event.name == "Call.Disconnected"]
    assert (ended.facts()["internalCode"], ended.facts()["duration"]) == (408, 0)
    assert kit.limits_hit() == ["unanswered_incoming_seconds"]


async def early_media(kit: Kit) -> None:
    """It runs on the same clock: opening it late gives no more time."""
    path = kit.incoming("set_timeout(lambda: call.start_early_media(), 45_000)")
    caller = await kit.vox.phone().dial(scenario=path)
    await caller.early()
    await caller.ended(408)
    assert kit.vox.now == 60


async def outgoing_call_not_answered(kit: Kit) -> None:
    """It fails with 408."""
    kit.vox.phone("+15550100", "silent")
    kit.vox.start(
        kit.started("""
        call = VoxEngine.call_pstn("+15550100", "15550001")
        failed = await call.wait_for(CallEvents.Failed)
        Logger.write(f"{failed.code} {failed.reason}")
    """)
    )
    await kit.vox.logged("408 Request Timeout")
    assert kit.vox.now == 60
    assert kit.limits_hit() == ["outgoing_answer_seconds"]


def call_timeout(asked: str, seconds: float) -> Check:
    """`VI-CallTimeout` gives an outgoing call so many seconds."""

    async def check(kit: Kit) -> None:
        kit.vox.phone("+15550100", "silent")
        kit.vox.start(
            kit.started(f"""
            call = VoxEngine.call_pstn("+15550100", "15550001", extra_headers={{"VI-CallTimeout": "{asked}"}})
            failed = await call.wait_for(CallEvents.Failed)
            Logger.write(f"failed {{failed.code}}")
        """)
        )
        await kit.vox.logged("failed 408")
        assert kit.vox.now == seconds

    return check


async def call_attempts(kit: Kit) -> None:
    """The attempts after the fiftieth fail with 403; incoming and failed calls count too."""
    kit.vox.phone("+15550100", "busy")
    await kit.vox.phone().dial(
        scenario=kit.incoming("""
        call.answer()
        codes = []
        for _ in range(51):
            failed = await VoxEngine.call_pstn("+15550100", "1").wait_for(CallEvents.Failed)
            codes.append(f"{failed.code} {failed.reason}")
        Logger.write(codes.count("486 Busy Here"))
        Logger.write(codes[49:])
    """)
    )
    await kit.vox.logged("49")
    await kit.vox.logged('["403 Call limit reached", "403 Call limit reached"]')
    assert kit.limits_hit() == ["call_attempts"] * 2


async def progressing_calls(kit: Kit) -> None:
    """The eleventh unanswered call fails with 403 at once; once one is answered there is room again."""
    kit.vox.phone("+15550100", "silent")
    kit.vox.phone("+15550200", answer=5)
    kit.vox.start(
        kit.started("""
        def call(number):
            one = VoxEngine.call_pstn(number, "1")
            one.add_event_listener(CallEvents.Failed, lambda e: Logger.write(f"{number} {e.code} {e.reason}"))
            one.add_event_listener(CallEvents.Ringing, lambda e: Logger.write(f"{number} rings"))
            return one
        first = call("+15550200")
        for number in range(9):
            call("+15550100")
        call("+15550200")
        await first.wait_for(CallEvents.Connected)
        call("+15550200")
    """)
    )
    await kit.vox.settled()
    of_the_second = [line for line in kit.vox.session.log if line.startswith("+15550200")]
    assert sorted(of_the_second) == ["+15550200 403 Call limit reached", "+15550200 rings"]
    await kit.vox.advance(5)
    assert kit.vox.session.log[-1] == "+15550200 rings"
    assert kit.limits_hit() == ["progressing_calls"]


async def transfers_per_call(kit: Kit) -> None:
    """The eleventh REFER fails without reaching the other side."""
    peer = kit.vox.sip("sip:desk@a.example", answer=0, takes_transfer=603)
    kit.vox.start(
        kit.started("""
        call = VoxEngine.call_sip("sip:desk@a.example")
        await call.wait_for(CallEvents.Connected)
        for number in range(11):
            call.transfer_to(to="sip:other@a.example")
            failed = await call.wait_for(CallEvents.TransferFailed)
            Logger.write(f"{number}: {failed.code} {failed.reason}")
    """)
    )
    await kit.vox.logged("9: 603 Decline")
    assert (await kit.vox.logged("10:")).startswith("10: 403")
    assert sum(received.what == "refer" for received in peer.calls[0].received) == 10


# --- what is sent ---


async def sip_header(kit: Kit) -> None:
    """A longer header is dropped, one of exactly so many bytes is sent."""
    fits, too_long = "f" * (200 - len("X-Fits: ")), "l" * (201 - len("X-Long: "))
    call = await kit.vox.phone().dial(
        scenario=kit.incoming(f"call.answer({{'X-Fits': '{fits}', 'X-Long': '{too_long}'}})")
    )
    assert (await call.answered()).data == {"X-Fits": fits}
    assert kit.limits_hit() == ["sip_header_bytes"]
    assert any("'X-Long' is not sent" in warning for warning in kit.vox.session.warnings)


async def sip_headers(kit: Kit) -> None:
    """What goes past the sum of all headers is dropped."""
    call = await kit.vox.phone().dial(scenario=kit.incoming("call.answer({f'X-{n:03}': 'v' * 193 for n in range(25)})"))
    sent = (await call.answered()).data
    assert list(sent) == [f"X-{number:03}" for number in range(20)]
    assert set(kit.limits_hit()) == {"sip_headers_bytes"}


async def sip_packet(kit: Kit) -> None:
    """A larger re-INVITE is refused with 513, one of exactly so many bytes goes through."""
    scenario = kit.incoming("""
        call.answer()
        await call.wait_for(CallEvents.Connected)
        call.re_invite({}, "application/sdp", "x" * 307_200)
        await call.wait_for(CallEvents.ReInviteAccepted)
        call.re_invite({}, "application/sdp", "x" * 307_201)
        event = await call.wait_for(CallEvents.ReInviteRejected)
        Logger.write(f"{event.code} {event.reason}")
    """)
    await kit.vox.phone().dial(scenario=scenario)
    assert await kit.vox.logged("513") == "513 Message Too Large"
    assert kit.limits_hit() == ["sip_packet_bytes"]


def body_of(command: str) -> Check:
    """A larger body raises; one of exactly so many bytes is sent."""

    async def check(kit: Kit) -> None:
        call = await kit.vox.phone().dial(
            scenario=kit.incoming(f"""
            call.answer()
            await call.wait_for(CallEvents.Connected)
            for text in ("é" * 4096, "é" * 4096 + "."):
                try:
                    {command}
                except LimitExceeded as error:
                    Logger.write(error.args[0])
        """)
        )
        await kit.vox.logged("8193 bytes; 8192 are allowed")
        assert [len(received.value) for received in call.received if received.what in ("text", "info")] == [4096]
        assert kit.limits_hit() == ["message_bytes"]

    return check


async def log_message(kit: Kit) -> None:
    """A longer line is cut."""
    kit.vox.start(kit.started("Logger.write('a' * 15_000 + 'b'); Logger.write('c' * 15_000)"))
    assert await kit.vox.logged("a") == "a" * 15_000
    assert await kit.vox.logged("c") == "c" * 15_000
    assert kit.limits_hit() == ["log_message_characters"]


def stored(code: str, field: str) -> Check:
    """At the figure the storage takes it; beyond, whoever awaits the answer gets an error."""

    async def check(kit: Kit) -> None:
        figure = getattr(kit.vox.world.switch.limits, field)
        kit.vox.start(
            kit.started(f"""
            require(Modules.ApplicationStorage)
            await {code.format(figure)}
            try:
                await {code.format(figure + 1)}
            except LimitExceeded as error:
                Logger.write(str(error))
        """)
        )
        await kit.vox.logged(f"up to {figure}")
        assert kit.limits_hit() == [field]

    return check


async def start_scenarios_at_once(kit: Kit) -> None:
    """One more that comes while so many are starting is answered with 429."""
    context = kit.vox.world.context
    kit.vox.world.add_rule(kit.scenario("pass"))
    declared = COMMANDS["StartScenarios"]
    given = declared.convert({"rule_id": "1"})
    context.starting = 199
    assert (await declared.run(context, given))["result"] == 1
    context.starting = 200
    with pytest.raises(ManagementError) as refused:
        await declared.run(context, given)
    assert refused.value.code == 429


async def users_of_an_account(kit: Kit) -> None:
    """One more is refused with error 109 of the management API."""
    context, declared = kit.vox.world.context, COMMANDS["AddUser"]

    async def add(name: str) -> Any:
        given = {"user_name": name, "user_display_name": name, "user_password": "secret1", "application_id": "1"}
        return await declared.run(context, declared.convert(given))

    assert (await add("user1"))["result"] == 1
    assert (await add("user2"))["result"] == 1
    with pytest.raises(ManagementError) as refused:
        await add("user3")
    assert refused.value.code == 109


def custom_data(command: str) -> Check:
    """Longer data is kept as it is, with a warning."""

    async def check(kit: Kit) -> None:
        await kit.vox.phone().dial(
            scenario=kit.incoming(f"""
            {command}("d" * 200)
            {command}("d" * 600)
            Logger.write(len({command}()))
        """)
        )
        await kit.vox.logged("600")
        assert [warning for warning in kit.vox.session.warnings if "600 bytes of custom data" in warning]
        assert kit.limits_hit() == ["custom_data_bytes"]

    return check


# --- scenarios ---


async def scenario_size(kit: Kit) -> None:
    """A file of exactly so many characters runs, a longer one ends its session."""

    def source(characters: int) -> str:
        head = "from voxsim import *\nLogger.write('it runs')\n#"
        return _written(kit, head + "é" * (characters - len(head)))

    kit.vox.start(source(262_144))
    await kit.vox.logged("it runs")
    kit.vox.start(source(262_145))
    error = await kit.vox.failed("262145 characters")
    assert error.fatal
    await kit.vox.finished()
    assert kit.vox.session.finish_reason == "JS session error"
    assert kit.vox.session.log == []


def _written(kit: Kit, text: str) -> str:
    path = kit.scenario("")
    Path(path).write_text(text, encoding="utf-8")
    return path


def endless(kind: str) -> Check:
    """A handler that computes for too long is interrupted, and its session ended."""

    async def check(kit: Kit) -> None:
        kit.vox.start(
            kit.scenario(f"""
            import time

            @VoxEngine.on(AppEvents.Started)
            {kind} started(event):
                begun = time.process_time()
                while time.process_time() < begun + 0.6:
                    pass
                Logger.write("nobody interrupted it")
        """)
        )
        error = await kit.vox.failed("computed for more than 0.05 s")
        assert error.fatal
        await kit.vox.finished()
        assert kit.vox.session.finish_reason == "JS session error"
        assert kit.vox.session.log == []

    return check


async def javascript_memory(kit: Kit) -> None:
    """A session that takes more is ended, even by what it catches; one that takes less is not."""
    kit.vox.start(kit.javascript("const few = new Uint8Array(14 << 20); Logger.write('enough')"))
    await kit.vox.logged("enough")
    kit.vox.start(kit.javascript("const all = []; try { for (;;) all.push({}) } catch { Logger.write('caught') }"))
    error = await kit.vox.failed("out of memory")
    assert error.fatal
    await kit.vox.finished()
    assert kit.vox.session.finish_reason == "JS session error"
    assert kit.vox.session.log == []


async def javascript_string(kit: Kit) -> None:
    """A longer one is an error where it is made."""
    kit.vox.start(
        kit.javascript("""
        const longest = "x".repeat(8388607);
        try { "x".repeat(8388608) } catch (error) { Logger.write(`${longest.length} ${error}`) }
    """)
    )
    await kit.vox.logged("8388607 RangeError: Invalid string length")


async def active_timers(kit: Kit) -> None:
    """One more raises; a timer that fired or was cleared makes room."""
    kit.vox.start(
        kit.started("""
        numbers = [set_timeout(lambda: None, 1000) for _ in range(99)]
        numbers.append(set_interval(lambda: None, 1000))
        for start in (set_timeout, set_interval):
            try:
                start(lambda: None, 1)
            except LimitExceeded as error:
                Logger.write(error.args[0])
        clear_timeout(numbers[0])
        set_timeout(lambda: Logger.write("there is room"), 10)
    """)
    )
    for _ in range(2):
        await kit.vox.logged("100 active timers")
    await kit.vox.logged("there is room")
    assert kit.limits_hit() == ["active_timers"] * 2


async def interval(kit: Kit) -> None:
    """A shorter period counts as the smallest."""
    kit.vox.start(kit.started("set_interval(lambda: Logger.write('tick'), 10)"))
    for tick in (1, 2, 3):
        await kit.vox.logged("tick")
        assert kit.vox.now == pytest.approx(tick / 10)


async def media_players(kit: Kit) -> None:
    """One more raises; a player that is over makes room."""
    kit.vox.start(
        kit.started("""
        players = [VoxEngine.create_tts_player("hello") for _ in range(10)]
        for make in (
            lambda: VoxEngine.create_url_player("https://a.example/a.mp3"),
            lambda: VoxEngine.create_tone_script_player("425@-19;5(1/4/1)"),
            lambda: VoxEngine.create_sequence_player(segments=[{"text": "hello"}]),
        ):
            try:
                make()
            except LimitExceeded as error:
                Logger.write(error.args[0])
        players[0].stop()
        VoxEngine.create_tts_player("there is room")
    """)
    )
    for _ in range(3):
        await kit.vox.logged("10 players")
    await kit.vox.settled()
    assert kit.limits_hit() == ["players"] * 3


# --- HTTP and mail ---


async def http_active(kit: Kit) -> None:
    """Further requests wait for their turn, in order."""
    kit.vox.web.on("GET", "https://a.example/*").reply(text="ok", delay=1)
    kit.vox.start(
        kit.started("""
        for number in range(7):
            Net.http_request(f"https://a.example/{number}", lambda result: None)
    """)
    )
    await kit.vox.settled()
    asked = [3, 3, 6, 6, 7]
    for second, count in enumerate(asked):
        await kit.vox.advance(second / 2 - kit.vox.now + 0.25)
        assert len(kit.vox.web.requests) == count
    assert [request.url[-1] for request in kit.vox.web.requests] == list("0123456")


async def http_total(kit: Kit) -> None:
    """One more raises an exception with the documented text."""
    kit.vox.web.on("GET", "*").reply(text="ok")
    kit.vox.start(
        kit.started("""
        for number in range(35):
            Net.http_request("https://a.example/", lambda result: None)
        for ask in (lambda: Net.http_request("https://a.example/", print), lambda: Net.http_request_async("https://a.example/")):
            try:
                ask()
            except LimitExceeded as error:
                Logger.write(error.args[0])
    """)
    )
    for _ in range(2):
        assert await kit.vox.logged("Exceeded") == "Exceeded the HTTP connection count limit!"
    await kit.vox.advance(5)
    assert len(kit.vox.web.requests) == 35


async def http_response_size(kit: Kit) -> None:
    """A larger response gives -9, one of exactly so many bytes is fine."""
    megabytes = 2 * 1024 * 1024
    kit.vox.web.on("GET", "https://a.example/fits").reply(body=b"1" * megabytes)
    kit.vox.web.on("GET", "https://a.example/large").reply(body=b"1" * (megabytes + 1))
    kit.vox.start(
        kit.started("""
        for name in ("fits", "large"):
            result = await Net.http_request_async(f"https://a.example/{name}")
            Logger.write(f"{name} {result.code}")
    """)
    )
    await kit.vox.logged("fits 200")
    await kit.vox.logged("large -9")


def http_time(reply: dict[str, float], seconds: float) -> Check:
    """A slower service gives -7."""

    async def check(kit: Kit) -> None:
        kit.vox.web.on("GET", "https://a.example/").reply(text="late", **reply)
        kit.vox.start(
            kit.started("""
            result = await Net.http_request_async("https://a.example/", timeout=1000, connection_timeout=1000)
            Logger.write(f"{result.code} {result.error}")
        """)
        )
        await kit.vox.logged("-7 Timeout")
        assert kit.vox.now == seconds

    return check


async def pending_http(kit: Kit) -> None:
    """Active requests hold Terminating back for that time and no longer; queued ones are dropped."""
    kit.vox.web.on("GET", "*").fail("timeout")
    kit.vox.start(
        kit.scenario("""
        @VoxEngine.on(AppEvents.Started)
        async def started(event):
            for number in range(4):
                Net.http_request(f"https://a.example/{number}", lambda result: Logger.write(result.code))
            await sleep(1)
            for number in range(4, 6):
                Net.http_request(f"https://a.example/{number}", lambda result: Logger.write(result.code))
            VoxEngine.terminate()

        @VoxEngine.on(AppEvents.Terminating)
        def terminating(event):
            Logger.write("terminating")
    """)
    )
    await kit.vox.logged("terminating")
    assert kit.vox.now == 90
    await kit.vox.finished()
    assert kit.vox.session.log == ["-7", "-7", "-7", "terminating"]
    dropped = [record.facts()["url"][-1] for record in kit.vox.session.timeline if record.name == "dropped"]
    assert dropped == ["3", "4", "5"]


async def http_after_terminating(kit: Kit) -> None:
    """A Terminating handler makes one request; another one raises."""
    kit.vox.web.on("GET", "*").reply(text="noted")
    kit.vox.start(
        kit.scenario("""
        VoxEngine.add_event_listener(AppEvents.Started, lambda event: VoxEngine.terminate())

        @VoxEngine.on(AppEvents.Terminating)
        def terminating(event):
            Net.http_request("https://a.example/1", lambda result: Logger.write(result.text))
            try:
                Net.http_request("https://a.example/2", lambda result: Logger.write(result.text))
            except NotAllowed:
                Logger.write("refused")
    """)
    )
    await kit.vox.finished()
    assert kit.vox.session.log == ["refused", "noted"]
    assert [request.url[-1] for request in kit.vox.web.requests] == ["1"]


async def mails_active(kit: Kit) -> None:
    """Further mails wait for their turn."""
    kit.vox.start(
        kit.started("""
        for number in range(5):
            Net.send_mail("smtp.example", "a@a.example", "b@b.example", f"{number}", "", lambda result: None)
    """)
    )
    await kit.vox.settled()
    for seconds, sent in ((0.25, 2), (0.5, 4), (0.5, 5)):
        await kit.vox.advance(seconds)
        assert [mail["title"] for mail in kit.vox.web.mails] == [str(number) for number in range(sent)]


async def mails_total(kit: Kit) -> None:
    """One more raises an exception with the documented text."""
    kit.vox.start(
        kit.started("""
        def send():
            Net.send_mail("smtp.example", "a@a.example", "b@b.example", "", "", lambda result: None)
        for number in range(10):
            send()
        try:
            send()
        except LimitExceeded as error:
            Logger.write(error.args[0])
    """)
    )
    assert await kit.vox.logged("Exceeded") == "Exceeded the SMTP connection count limit!"
    await kit.vox.advance(60)
    assert len(kit.vox.web.mails) == 10


# --- sessions ---


async def idle_session_with_a_request(kit: Kit) -> None:
    """With a request in a queue it lasts longer; a minute is left once the request is taken back."""
    kit.vox.operator("operator1", queue="support", status="DND")
    path = kit.started("""
        request = VoxEngine.enqueue_acd_request("support", "15550001")
        if VoxEngine.custom_data() == "cancel":
            set_timeout(lambda: request.cancel(), 600_000)
    """)
    waiting, cancelling = kit.vox.start(path), kit.vox.start(path, "cancel")
    await cancelling.ended()
    assert kit.vox.now == 660
    await waiting.ended()
    assert kit.vox.now == 7200
    assert waiting.finish_reason == "Timeout"
    assert kit.limits_hit() == ["idle_seconds"]
    assert [one.name for one in waiting.timeline if one.kind == "limit"] == ["idle_with_queue_seconds"]


async def idle_session(kit: Kit) -> None:
    """It ends, with Timeout as its reason."""
    kit.vox.start(kit.started("pass"))
    session = await kit.vox.finished()
    assert (kit.vox.now, session.finish_reason) == (60, "Timeout")
    assert [event.name for event in session.events] == [
        "Application.Started",
        "Application.Terminating",
        "Application.Terminated",
    ]
    assert kit.limits_hit() == ["idle_seconds"]


# --- media ---


def text_to_say(command: str, event: str, heard: list[str]) -> Check:
    """A longer text ends its playback with an error; one of exactly so many characters is said."""

    async def check(kit: Kit) -> None:
        call = await kit.vox.phone().dial(
            scenario=kit.incoming(f"""
            call.answer()
            await call.wait_for(CallEvents.Connected)
            for text in ("a" * 1500, "b" * 1501):
                finished = await {command}.finished()
                Logger.write(f"{{text[0]}} {{finished.name}} {{finished.error}}")
        """)
        )
        await kit.vox.logged(f"a {event} None")
        await kit.vox.logged(f"b {event} The text has 1501 characters; 1500 are allowed")
        assert [received.value[0] for received in call.received if received.what == "heard"] == heard
        assert kit.limits_hit() == ["tts_characters"]

    return check


async def audio_file_size(kit: Kit) -> None:
    """A larger file ends its playback with an error; one of exactly so many bytes plays."""
    kit.vox.audio("https://a.example/fits.mp3", 1, size_bytes=10 * 1024 * 1024)
    kit.vox.audio("https://a.example/large.mp3", 1, size_bytes=10 * 1024 * 1024 + 1)
    await kit.vox.phone().dial(
        scenario=kit.incoming("""
        call.answer()
        await call.wait_for(CallEvents.Connected)
        for name in ("fits", "large"):
            call.start_playback(f"https://a.example/{name}.mp3")
            finished = await call.wait_for(CallEvents.PlaybackFinished)
            Logger.write(f"{name} {finished.error}")
    """)
    )
    await kit.vox.logged("fits None")
    await kit.vox.logged("large The file has 10485761 bytes")


async def dialogflow_query(kit: Kit) -> None:
    """A longer query by text is refused; one of exactly so many characters is asked."""
    dialog = kit.vox.dialogflow()
    kit.vox.start(
        kit.started("""
        require(Modules.AI)
        flow = AI.create_dialogflow(lang="en")
        flow.add_event_listener(AI.Events.DialogflowError, lambda e: Logger.write(e.cause))
        flow.send_query(text={"text": "x" * 256})
        flow.send_query(text={"text": "x" * 257})
    """)
    )
    await kit.vox.logged("The query has 257 characters; 256 are allowed")
    assert [len(question.value) for question in dialog.questions] == [256]


async def audio_download(kit: Kit) -> None:
    """A slower download ends the playback with the documented text."""
    kit.vox.audio("https://a.example/slow.mp3", 1, download_seconds=12)
    kit.vox.audio("https://a.example/slower.mp3", 1, download_seconds=12.1)
    kit.vox.start(
        kit.started("""
        for name in ("slow", "slower"):
            begun = now()
            player = VoxEngine.create_url_player(f"https://a.example/{name}.mp3")
            finished = await player.finished()
            Logger.write(f"{name} {finished.error} {(now() - begun).total_seconds():g}")
    """)
    )
    await kit.vox.logged("slow None 13")
    await kit.vox.logged("slower Timeout is reached 12")


async def audio_cache(kit: Kit) -> None:
    """A file is kept for two weeks, by its URL alone, for all sessions; then it is fetched and kept again."""
    kit.vox.audio("https://a.example/a.mp3", 1, download_seconds=5)
    path = kit.started("""
        begun = now()
        player = VoxEngine.create_url_player("https://a.example/a.mp3")
        await player.wait_for(PlayerEvents.Started)
        Logger.write(f"after {(now() - begun).total_seconds():g} s")
        VoxEngine.terminate()
    """)
    day, waits = 24 * 3600, []
    for until in (0, day, 14 * day - 100, 14 * day + 100, 15 * day):
        await kit.vox.advance(until - kit.vox.now if until > kit.vox.now else 0)
        kit.vox.start(path)
        waits.append(await kit.vox.logged("after"))
    assert waits == ["after 5 s", "after 0 s", "after 0 s", "after 5 s", "after 0 s"]


# --- WebSockets ---


async def incoming_websockets(kit: Kit) -> None:
    """One more than the calls and three is refused; open ones stay when calls end."""
    call = await kit.vox.phone().dial(scenario=kit.incoming("call.answer(); VoxEngine.allow_web_socket_connections()"))
    session = kit.vox.session
    sockets = [await session.websocket() for _ in range(4)]
    with pytest.raises(ConnectionRefusedError, match="4 are allowed"):
        await session.websocket()
    assert session.events[-1].name == "Application.OnNewWebSocketFailed"
    await call.hang_up()
    assert [socket.close_code for socket in sockets] == [None] * 4
    await sockets[0].close()
    with pytest.raises(ConnectionRefusedError, match="3 are allowed"):
        await session.websocket()
    await sockets[1].close()
    await session.websocket()


async def websocket_buffer(kit: Kit) -> None:
    """What arrives beyond it is thrown away."""
    path = kit.scenario("""
        VoxEngine.allow_web_socket_connections()

        @VoxEngine.on(AppEvents.WebSocket)
        def opened(event):
            event.websocket.onmediaended = lambda e: Logger.write(f"played {e.media_info['duration']} s")
    """)
    socket = await _websocket(kit, path)
    socket.send_json({"event": "start", "sequenceNumber": 0, "start": {"mediaFormat": {"encoding": "ULAW"}}})
    for _ in range(12):
        socket.send(json.dumps({"event": "media", "media": {"payload": b64encode(b"\xff" * 8000).decode()}}))
    await kit.vox.logged("played 10 s")
    assert kit.vox.now == 11
    assert kit.limits_hit() == ["websocket_buffer_seconds"]


async def _websocket(kit: Kit, path: str) -> Any:
    session = kit.vox.start(path)
    await kit.vox.settled()
    return await session.websocket()


async def conference_endpoints(kit: Kit) -> None:
    """One more endpoint is refused, and told by an event."""
    kit.vox.phone("*")
    path = kit.incoming("""
        require(Modules.Conference)
        conference = VoxEngine.create_conference()
        conference.add_event_listener(ConferenceEvents.ConferenceError, lambda e: Logger.write(e.error))
        for number in range(101):
            one = VoxEngine.call_pstn(f"1555{number}")
            one.add_event_listener(CallEvents.Connected, lambda e: conference.add(call=e.call))
        await sleep(5)
        Logger.write(len(conference.get_list()))
    """)
    kit.vox.scenario(path, video_conference=True)
    await kit.vox.phone("+15550001").dial("100")
    await kit.vox.logged("A conference has 100 endpoints at most")
    await kit.vox.logged("100")
    assert kit.limits_hit() == ["conference_endpoints"]


async def conference_participants(kit: Kit) -> None:
    """One more call to a conference fails with 403."""
    kit.vox.scenario(kit.incoming("call.answer()"), "room")
    kit.vox.start(
        kit.started("""
            for _ in range(101):
                call = VoxEngine.call_conference("room")
                call.add_event_listener(CallEvents.Failed, lambda e: Logger.write(f"{int(e.code)} {e.reason}"))
        """)
    )
    await kit.vox.logged("403 Call limit reached")
    assert len(kit.vox.session.session.calls) == 100
    assert kit.limits_hit() == ["conference_endpoints"]


async def conference_name(kit: Kit) -> None:
    """A call to a conference with a longer id fails with 403."""
    kit.vox.scenario(kit.incoming("call.answer()"), "x+")
    session = kit.vox.start(
        kit.started("""
            for length in (49, 50):
                call = VoxEngine.call_conference("x" * length)
                call.add_event_listener(CallEvents.Connected, lambda e: Logger.write("joined"))
                call.add_event_listener(CallEvents.Failed, lambda e: Logger.write(f"{int(e.code)} {e.reason}"))
        """)
    )
    await kit.vox.logged("403 The conference id is too long")
    await kit.vox.logged("joined")
    assert [record.name for record in session.timeline if record.kind == "limit"] == ["conference_name_characters"]


KILO = 1024
SHORT_STRETCH = {"limits": Limits(handler_cpu_seconds=0.05)}
LONG_RUN = {"until": 30 * 24 * 3600}
SAY = ("call.say(text)", "Call.PlaybackFinished", ["a"])
TTS_PLAYER = ("VoxEngine.create_tts_player(text)", "Player.PlaybackFinished", [])

ROWS = [
    Row(
        "users_per_account_1000",
        "Users per account",
        1000,
        "users_per_account",
        users_of_an_account,
        {"limits": Limits(users_per_account=2)},
    ),
    Row(
        "unanswered_incoming_call_60s",
        "Unanswered incoming call",
        60,
        "unanswered_incoming_seconds",
        unanswered_incoming_call,
    ),
    Row("early_media_60s", "Early media on an unanswered call", 60, "unanswered_incoming_seconds", early_media),
    Row("session_without_calls_60s", "Session without calls and ACD requests", 60, "idle_seconds", idle_session),
    Row(
        "session_with_acd_request_120min",
        "Session without calls, ≥1 ACD request",
        7200,
        "idle_with_queue_seconds",
        idle_session_with_a_request,
    ),
    Row("scenario_size_262144_characters", "Scenario size", 256 * KILO, "scenario_characters", scenario_size),
    Row("js_memory_16mb", "JS memory", 16 * KILO**2, "memory_bytes", javascript_memory),
    Row("js_string_8388607_characters", "JS string length", 8_388_607, "string_characters", javascript_string),
    Row("callback_run_time_1s", "One callback's run time", 1, "handler_cpu_seconds", endless("def"), SHORT_STRETCH),
    Row(
        "async_callback_run_time_1s",
        "One callback's run time",
        1,
        "handler_cpu_seconds",
        endless("async def"),
        SHORT_STRETCH,
    ),
    Row("active_timers_100", "Active timers", 100, "active_timers", active_timers),
    Row("media_players_10", "Media players per session", 10, "players", media_players),
    Row("sip_refers_per_call_10", "SIP REFERs per call", 10, "transfers_per_call", transfers_per_call),
    Row("sip_headers_4095_bytes", "SIP header (block)", 4095, "sip_headers_bytes", sip_headers),
    Row("sip_header_200_bytes", "Single SIP header field", 200, "sip_header_bytes", sip_header),
    Row("sip_packet_307200_bytes", "SIP packet", 307_200, "sip_packet_bytes", sip_packet),
    Row("http_active_3", "HTTP requests active at once", 3, "http_active", http_active),
    Row("http_total_35", "HTTP requests active + queued", 35, "http_total", http_total),
    Row("http_pending_90s", "Wait for pending HTTP before Terminating", 90, "pending_http_seconds", pending_http),
    Row("smtp_active_2", "SMTP active", 2, "mail_active", mails_active),
    Row("smtp_total_10", "SMTP active + queued", 10, "mail_total", mails_total),
    Row("http_response_2mb", "HTTP response size", 2 * KILO**2, "http_response_bytes", http_response_size),
    Row("http_connect_6s", "HTTP connect timeout", 6, "http_connect_seconds", http_time({"connect_delay": 7}, 6)),
    Row("http_total_90s", "HTTP total timeout", 90, "http_total_seconds", http_time({"delay": 91}, 90)),
    Row(
        "http_after_terminating_1",
        "HTTP requests after Terminating",
        1,
        "http_after_terminating",
        http_after_terminating,
    ),
    Row("call_attempts_50", "Call attempts per session", 50, "call_attempts", call_attempts),
    Row("progressing_calls_10", 'Calls "progressing" at once', 10, "progressing_calls", progressing_calls),
    Row(
        "outgoing_call_not_answered_60s",
        "Outgoing call not answered",
        60,
        "outgoing_answer_seconds",
        outgoing_call_not_answered,
    ),
    Row("call_timeout_at_least_10s", "VI-CallTimeout, at least", 10, "call_timeout_min_seconds", call_timeout("3", 10)),
    Row(
        "call_timeout_at_most_400s",
        "VI-CallTimeout, at most",
        400,
        "call_timeout_max_seconds",
        call_timeout("1000", 400),
    ),
    Row("send_info_8192_bytes", "sendInfo body", 8192, "message_bytes", body_of('call.send_info("text/plain", text)')),
    Row("send_message_8192_bytes", "sendMessage body", 8192, "message_bytes", body_of("call.send_message(text)")),
    Row("incoming_websockets_calls_and_3", "Incoming WebSockets", 3, "websockets_beyond_calls", incoming_websockets),
    Row("logger_write_15000_characters", "Logger.write message", 15_000, "log_message_characters", log_message),
    Row(
        "session_custom_data_200_bytes",
        "VoxEngine.customData",
        200,
        "custom_data_bytes",
        custom_data("VoxEngine.custom_data"),
    ),
    Row("call_custom_data_200_bytes", "Call.customData", 200, "custom_data_bytes", custom_data("call.custom_data")),
    Row(
        "storage_key_200_characters",
        "ApplicationStorage key",
        200,
        "storage_key_characters",
        stored('ApplicationStorage.get("k" * {})', "storage_key_characters"),
    ),
    Row(
        "storage_value_2000_characters",
        "ApplicationStorage value",
        2000,
        "storage_value_characters",
        stored('ApplicationStorage.put("key", "v" * {}, 60)', "storage_value_characters"),
    ),
    Row(
        "storage_ttl_7776000s",
        "ApplicationStorage ttl",
        7_776_000,
        "storage_ttl_seconds",
        stored('ApplicationStorage.put("key", "value", {})', "storage_ttl_seconds"),
    ),
    Row("say_1500_characters", "TTS text (say)", 1500, "tts_characters", text_to_say(*SAY)),
    Row("tts_player_1500_characters", "TTS text (createTTSPlayer)", 1500, "tts_characters", text_to_say(*TTS_PLAYER)),
    Row("audio_file_10mb", "Audio file size", 10 * KILO**2, "audio_file_bytes", audio_file_size),
    Row("audio_download_12s", "Audio file download", 12, "audio_download_seconds", audio_download),
    Row("audio_cache_2_weeks", "TTS/file cache", 14 * 24 * 3600, "audio_cache_seconds", audio_cache, LONG_RUN),
    Row(
        "dialogflow_query_256_characters", "Dialogflow text query", 256, "dialogflow_query_characters", dialogflow_query
    ),
    Row("websocket_buffer_10s", "WebSocket inbound audio buffer", 10, "websocket_buffer_seconds", websocket_buffer),
    Row(
        "conference_endpoints_100",
        "Conference endpoints",
        100,
        "conference_endpoints",
        conference_endpoints,
        {"limits": Limits(call_attempts=200, progressing_calls=200)},
    ),
    Row(
        "conference_participants_100",
        "Conference endpoints (as calls of other sessions)",
        100,
        "conference_endpoints",
        conference_participants,
        {"limits": Limits(call_attempts=200, progressing_calls=200)},
    ),
    Row("conference_name_49_characters", "Conference name", 49, "conference_name_characters", conference_name),
    Row("set_interval_100ms", "setInterval period", 100, "interval_min_ms", interval),
    Row(
        "start_scenarios_200_at_once",
        "StartScenarios concurrency",
        200,
        "start_scenarios_at_once",
        start_scenarios_at_once,
    ),
]
"""The limits page. The blocking of dear destinations has no figure, and no facility yet."""


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_figure(row: Row):
    assert getattr(Limits(), row.field) == row.figure


@pytest.mark.parametrize(
    "row",
    [pytest.param(row, id=row.id, marks=pytest.mark.vox(**row.settings)) for row in ROWS],
)
async def test_limit(row: Row, vox: Vox, scenario: Any, incoming: Any, started: Any):
    await row.check(Kit(vox, scenario, incoming, started))


def test_every_field_of_the_limits_has_a_row():
    push = {"push_seconds", "push_min_seconds", "push_max_seconds"}
    beyond_the_page = {"http_redirects", "websocket_silence_seconds", *push}
    assert {row.field for row in ROWS} == {field.name for field in attrs.fields(Limits)} - beyond_the_page
