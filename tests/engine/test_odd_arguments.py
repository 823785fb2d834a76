"""Arguments that cannot be: an error in the platform's words, and half a surrogate pair is a text like any other."""

from __future__ import annotations

import pytest

from voxsim.testing import Vox


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("call.handle_tones(True, 7)", "handleTones: the kinds of tones are one of"),
        ('call.handle_tones(True, {"a": 1})', "handleTones: the kinds of tones are one of"),
        ('call.re_invite("X-A")', "reInvite: headers are given as a mapping"),
        ("call.accept_re_invite(1)", "acceptReInvite: headers are given as a mapping"),
        ("call.reject_re_invite([1])", "rejectReInvite: headers are given as a mapping"),
        ('call.reject_re_invite({}, code="busy")', "rejectReInvite: the code is a SIP status"),
        ("call.notify_blind_transfer_failed(None)", "notifyBlindTransferFailed: the code is a SIP status"),
        ('await ApplicationStorage.put("key", "value", 10**400)', "'ttl' is up to 7776000 seconds"),
    ],
)
async def test_what_cannot_be_is_said_in_the_platforms_words(vox: Vox, incoming, code: str, words: str):
    await vox.phone().dial(
        "100", scenario=incoming(f"call.answer()\nawait call.wait_for(CallEvents.Connected)\n{code}")
    )
    await vox.failed(words)


@pytest.mark.parametrize(
    "code",
    [
        "call.send_message(half)",
        'call.send_info("text/plain", half, {"X-A": half})',
        'call.re_invite({}, "text/plain", half)',
        "call.custom_data(half)",
        "VoxEngine.custom_data(half)",
        'VoxEngine.call_pstn("100", "200", {"extraHeaders": {"X-A": half}})',
        'VoxEngine.call_user({"username": "bob", "extraHeaders": {"VI-CallTimeout": 10**400}})',
        "CallList.report_result(half)",
        'CallList.request_next_attempt({"start_at": half})',
    ],
)
async def test_half_a_surrogate_pair_and_other_oddities_break_nothing(vox: Vox, incoming, code: str):
    body = f"call.answer()\nawait call.wait_for(CallEvents.Connected)\nhalf = chr(0xD800)\n{code}\nLogger.write('on')"
    await vox.phone().dial("100", scenario=incoming(body))
    await vox.advance(5)
    assert "on" in vox.session.log
