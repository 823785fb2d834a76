"""The platform's limits, each figure in one place.

The figures are those of the platform's published limits page and of its typings. Configuration can raise (or lower)
each of them: `Limits(active_timers=500)`. What happens at a limit is written beside it.
"""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Limits:
    """Every limit that voxsim enforces. Times are seconds, sizes are bytes unless the name says otherwise."""

    users_per_account: int = 1000
    """More are refused with Management API error 109."""
    unanswered_incoming_seconds: float = 60
    """An incoming call that nobody answers is disconnected with 408; early media runs on the same clock."""
    outgoing_answer_seconds: float = 60
    """An outgoing call that is not answered fails with 408; the `VI-CallTimeout` header changes it per call."""
    call_timeout_min_seconds: float = 10
    """The smallest `VI-CallTimeout`; smaller values count as this."""
    call_timeout_max_seconds: float = 400
    """The largest `VI-CallTimeout`; larger values count as this."""
    push_seconds: float = 20
    """How long a user who is not logged in has to wake after a push notification; then the call fails with 480."""
    push_min_seconds: float = 10
    """The shortest such time that a call may ask for; a smaller one counts as this."""
    push_max_seconds: float = 60
    """The longest such time that a call may ask for; a larger one counts as this."""
    idle_seconds: float = 60
    """A session without calls and queue requests ends after this."""
    idle_with_queue_seconds: float = 120 * 60
    """A session without calls, but with a queue request, ends after this."""
    scenario_characters: int = 256 * 1024
    """A longer scenario file is refused when it is loaded."""
    memory_bytes: int = 16 * 1024 * 1024
    """A JavaScript session that needs more memory is ended."""
    string_characters: int = 8_388_607
    """The longest string of a JavaScript scenario."""
    handler_cpu_seconds: float = 1
    """A handler that computes for longer is interrupted and its session ended."""
    active_timers: int = 100
    """One more `set_timeout` or `set_interval` raises LimitExceeded."""
    interval_min_ms: float = 100
    """Shorter periods of `set_interval` count as this (milliseconds)."""
    players: int = 10
    """One more player alive in the session raises LimitExceeded."""
    transfers_per_call: int = 10
    """One more REFER on a call ends in TransferFailed with 403."""
    sip_headers_bytes: int = 4095
    """Headers past this sum are dropped, with a warning."""
    sip_header_bytes: int = 200
    """A longer header is dropped, with a warning."""
    sip_packet_bytes: int = 307_200
    """A larger SIP message is refused with 513 Message Too Large."""
    http_active: int = 3
    """Further HTTP requests wait in a queue."""
    http_total: int = 35
    """One more active or queued request raises `Exceeded the HTTP connection count limit!`."""
    http_response_bytes: int = 2 * 1024 * 1024
    """A larger response gives result code -9."""
    http_connect_seconds: float = 6
    """No connection by then: result code -7. Options can only lower it."""
    http_total_seconds: float = 90
    """No complete response by then: result code -7. Options can only lower it."""
    http_redirects: int = 10
    """One more redirect gives result code -5."""
    pending_http_seconds: float = 90
    """How long a terminating session waits for its active requests; queued ones are dropped."""
    http_after_terminating: int = 1
    """Requests that the Terminating handler may make; one more is refused."""
    mail_active: int = 2
    """Further mails wait in a queue."""
    mail_total: int = 10
    """One more active or queued mail raises `Exceeded the SMTP connection count limit!`."""
    call_attempts: int = 50
    """Calls per session, in and out, good and bad; one more fails with 403 `Call limit reached`."""
    progressing_calls: int = 10
    """Calls not answered yet at one time; one more fails with 403 `Call limit reached`."""
    message_bytes: int = 8192
    """The largest `send_message` or `send_info` body; a larger one raises LimitExceeded."""
    websockets_beyond_calls: int = 3
    """Incoming WebSockets allowed beyond the number of calls; one more is refused with NewWebSocketFailed."""
    log_message_characters: int = 15_000
    """A longer `Logger.write` is cut."""
    custom_data_bytes: int = 200
    """Longer custom data is kept, with a warning: the platform documents the figure, but does not cut."""
    storage_key_characters: int = 200
    """A longer ApplicationStorage key is refused."""
    storage_value_characters: int = 2000
    """A longer ApplicationStorage value is refused."""
    storage_ttl_seconds: int = 7_776_000
    """The longest time to live of an ApplicationStorage item."""
    tts_characters: int = 1500
    """A longer text ends its playback at once, with an error."""
    audio_file_bytes: int = 10 * 1024 * 1024
    """A larger audio file ends its playback at once, with an error."""
    audio_download_seconds: float = 12
    """A slower download ends its playback with the error `Timeout is reached`."""
    audio_cache_seconds: int = 14 * 24 * 3600
    """How long fetched audio is kept; it is keyed by URL alone."""
    dialogflow_query_characters: int = 256
    """A longer Dialogflow text query is refused."""
    websocket_buffer_seconds: float = 10
    """Audio that arrives on a WebSocket beyond this is thrown away."""
    websocket_silence_seconds: float = 1
    """An inbound WebSocket stream with no audio for this long is reported as ended."""
    conference_endpoints: int = 100
    """One more endpoint is refused with ConferenceError; one more call to a conference fails with 403."""
    conference_name_characters: int = 49
    """A call to a conference with a longer name fails with 403; StartConference answers with 270."""
    start_scenarios_at_once: int = 200
    """More simultaneous StartScenarios requests are answered with 429."""
