"""Hearing: how pictures tell what the platform makes of what it hears. Recognition, answering machines, beeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from voxsim.timeline import phrases
from voxsim.timeline.canvas import Facts

Words = Callable[[Facts], str]


def _result(facts: Facts) -> str:
    text = facts.get("text")
    return f"recognised {phrases.speech(text)} ({facts.get('confidence', 0)})" if text else "nothing was understood"


def _detection(facts: Facts) -> str:
    subtype = facts.get("resultSubtype", "NONE")
    words = [str(facts.get("resultClass", "")), *([str(subtype)] if subtype != "NONE" else [])]
    sure = f" ({facts['confidence']})" if "confidence" in facts else ""
    return f"detected: {' '.join(words)}{sure}"


def _beep(facts: Facts) -> str:
    if "frequencies" in facts:
        return f"beep heard ({', '.join(f'{hertz:g} Hz' for hertz in facts['frequencies'])})"
    return "no beep was heard in time" if facts.get("timeout") else "no longer waits for a beep"


HEARING: Final[dict[str, Words]] = {
    "ASR.Result": _result,
    "ASR.InterimResult": lambda facts: f"so far {phrases.speech(facts.get('text', ''))}",
    "ASR.Stopped": lambda facts: "recognition ends",
    "AMD.Events.DetectionComplete": _detection,
    "AI.Events.VoicemailDetected": lambda facts: f"voicemail detected ({facts.get('confidence', 0)})",
    "AI.Events.VoicemailNotDetected": lambda facts: "no voicemail detected",
    "Call.BeepDetectionComplete": _beep,
}
"""Events that are notes at the scenario."""

TROUBLES: Final[dict[str, Words]] = {
    "ASR.Error": lambda facts: f"recognition failed: {phrases.body(facts.get('error', ''))}",
    "AMD.Events.DetectionError": lambda facts: f"detection failed: {phrases.body(facts.get('message', ''))}",
    "Call.BeepDetectionError": lambda facts: f"beep detection failed: {phrases.body(facts.get('reason', ''))}",
}
"""Events that are notes of something that went wrong."""

QUIET: Final = frozenset(
    {
        "ASR.Started",
        "ASR.CaptureStarted",
        "ASR.SpeechCaptured",
        "Call.AudioIdentificationStarted",
        "Call.AudioIdentificationResult",
        "Call.AudioIdentificationStopped",
        "Call.AudioIdentificationError",
    }
)
"""Events that others tell."""
