"""How long the platform itself takes: the small delays between a cause and its event.

Measured where a real session log shows them, guessed (and so easily changed) elsewhere. All figures are milliseconds.
"""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Timing:
    """Delays of the platform, in milliseconds; `Timing(answer_to_connected=0)` changes one."""

    answer_to_connected: float = 20
    """From `answer()` to Connected on an incoming leg (a real log shows 20)."""
    answer_to_first_packet: float = 16
    """From `answer()` to FirstAudioPacketReceived on an incoming leg (a real log shows 16)."""
    connected_to_quality: float = 16
    """From Connected to AudioQualityDetected (real logs show 12 and 16)."""
    progress_to_first_packet: float = 210
    """From AudioStarted to FirstAudioPacketReceived on an outgoing leg (a real log shows 210)."""
    connected_to_first_packet: float = 4
    """From Connected to FirstAudioPacketReceived on an outgoing leg without early media (a guess)."""
    digit: float = 100
    """How long one DTMF digit lasts (a guess)."""
    digit_pause: float = 500
    """How long `p` pauses in `send_digits` (a guess)."""
    rtp_stopped: float = 7000
    """From the last packet to RtpStopped (documented: within 7 s)."""
    socket_open: float = 30
    """From `create_web_socket` to Open, when the peer answers at once (a guess)."""
    frame: float = 20
    """How much audio one media frame of a WebSocket carries (documented)."""
    human_detected: float = 1500
    """From Connected to the detection of a person (a guess)."""
    machine_detected: float = 3000
    """From Connected to the detection of an answering machine (a guess)."""
    beep: float = 500
    """How long a machine's beep lasts (a guess)."""
    tts_first_byte: float = 200
    """From a text given to a realtime TTS player that is silent to its first sound (a guess)."""
    turn_prediction: float = 60
    """How long a turn detector takes to judge (a guess)."""
    stream_connect: float = 300
    """How long a streaming agent takes to connect (a guess)."""
    mail: float = 500
    """How long a scripted mail server takes to accept a mail (a guess)."""
    storage: float = 100
    """From a request to the ApplicationStorage to its answer (a real log shows about 100)."""
    report: float = 100
    """From a report to a call list to its answer (a guess)."""
    management: float = 200
    """From a command of the management API, given by a scenario, to its answer (a guess)."""
    connector_open: float = 200
    """From the creation of a client of an AI service to its open connection (a guess)."""
    connector_information: float = 5
    """From there to ConnectorInformation, the first event of each (a guess)."""
    record_started: float = 19
    """From `record()` or `create_recorder()` to its Started event (a real log shows 19)."""
    record_stopped: float = 15
    """From the end of a record to its Stopped event (a real log shows 15)."""
    dialog_answer: float = 300
    """From a question to the answer of a dialog service, such as Dialogflow (a guess)."""
    dialog_silence: float = 60_000
    """How long a dialog listens to a silent caller (a guess)."""
    waiting_notice_least: float = 10_000
    """From one Waiting of a smart queue's task to the next, at least (documented: every 10 to 15 s)."""
    waiting_notice_most: float = 15_000
    """From one Waiting of a smart queue's task to the next, at most (documented)."""
    avatar_load: float = 200
    """From the creation of an avatar to Loaded (a guess)."""
    avatar_listen: float = 10_000
    """How long a voice avatar waits for a silent caller (a guess)."""
    avatar_end_of_phrase: float = 1000
    """How long a caller is silent to have said all, for a voice avatar (a guess)."""
    ccai_start: float = 200
    """From the creation of a CCAI agent to Started (a guess)."""
