"""Session descriptions: Chromium's and Firefox's are understood, and strange ones are refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.protocols.media import sdp

FINGERPRINT = ":".join(["AB"] * 32)

BROWSER = f"""v=0
o=- 4197069838548759267 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=msid-semantic: WMS stream
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:dTdY
a=ice-pwd:VM59nXTX9LK1ngkE0BJUiqWN
a=ice-options:trickle
a=fingerprint:sha-256 {FINGERPRINT.lower()}
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtpmap:0 PCMU/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=ice-ufrag:dTdY
a=ice-pwd:VM59nXTX9LK1ngkE0BJUiqWN
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:1
a=recvonly
a=rtpmap:96 VP8/90000
""".replace("\n", "\r\n")

OWN = sdp.Own(
    number=7, version=1, host="127.0.0.1", port=5000, ufrag="7+a", password="p" * 32, fingerprint=FINGERPRINT, ssrc=5
)


def test_an_offer_of_a_browser_is_answered():
    sections = sdp.parse(BROWSER)
    taken = sdp.checked(sdp.audio_of(sections))
    assert (taken.mid, taken.ufrag, taken.password) == ("0", "dTdY", "VM59nXTX9LK1ngkE0BJUiqWN")
    assert taken.digest == ("sha-256", FINGERPRINT)
    assert (taken.setup, taken.direction, taken.events) == ("actpass", "sendrecv", 126)
    lines = sdp.answer(sections, taken, OWN, "passive").split("\r\n")
    media = [line for line in lines if line.startswith("m=")]
    assert media == ["m=audio 5000 UDP/TLS/RTP/SAVPF 0 126", "m=video 0 UDP/TLS/RTP/SAVPF 96 97"]
    wanted = ("a=ice-lite", "a=group:BUNDLE 0", "s=VIMS", "a=setup:passive", "a=rtcp-mux", "a=ice-ufrag:7+a")
    assert set(wanted) <= set(lines)
    assert "a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host" in lines


def test_what_is_written_is_read():
    (section,) = sdp.parse(sdp.offer(OWN))
    assert sdp.checked(section) is section
    assert (section.setup, section.ufrag, section.digest, section.events) == (
        "actpass",
        "7+a",
        ("sha-256", FINGERPRINT),
        sdp.EVENTS,
    )


def test_what_stands_for_all_sections_counts_for_each():
    text = BROWSER.replace(f"a=fingerprint:sha-256 {FINGERPRINT.lower()}\r\n", "").replace("a=setup:actpass\r\n", "")
    text = text.replace("s=-", f"s=-\r\na=fingerprint:sha-256 {FINGERPRINT}\r\na=setup:active")
    section = sdp.audio_of(sdp.parse(text))
    assert (section.digest, section.setup) == (("sha-256", FINGERPRINT), "active")


@pytest.mark.parametrize(("way", "back"), sdp.BACK.items())
def test_directions_are_seen_from_the_other_side(way, back):
    sections = sdp.parse(BROWSER.replace("a=sendrecv", f"a={way}"))
    answer = sdp.answer(sections, sections[0], OWN, "passive")
    assert f"a={back}" in answer.partition("m=video")[0].split("\r\n")


def test_a_section_of_audio_that_is_not_used_is_passed_over():
    head, first, video = BROWSER.replace("m=", "\0m=").split("\0")
    text = head + first.replace("m=audio 9", "m=audio 0") + video + first.replace("a=mid:0", "a=mid:2")
    assert sdp.audio_of(sdp.parse(text)).mid == "2"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("v=0", "v=1", "begins with v=0"),
        ("m=audio 9 ", "m=audio nine ", "no media section"),
        ("m=audio", "m=text", "no audio"),
        ("m=audio 9 ", "m=audio 0 ", "no audio"),
        (" 0 8 13", " 8 13", "no PCMU"),
        ("0 PCMU/8000", "0 PCMU/16000", "no PCMU"),
        ("a=ice-ufrag:dTdY", "a=x", "ice-ufrag"),
        ("a=ice-pwd:VM", "a=ice-pwd:V M", "ice-ufrag"),
        (f"a=fingerprint:sha-256 {FINGERPRINT.lower()}", "a=fingerprint:sha-256 nonsense", "fingerprint"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(before, after, words):
    assert before in BROWSER
    with pytest.raises(sdp.BadDescription, match=words):
        sdp.checked(sdp.audio_of(sdp.parse(BROWSER.replace(before, after, 1))))


def test_sections_without_end_are_refused():
    with pytest.raises(sdp.BadDescription, match="more than 64"):
        sdp.parse("v=0\r\n" + "m=audio 9 UDP 0\r\n" * 1000)


@given(st.text() | st.lists(st.sampled_from(BROWSER.split("\r\n")) | st.text(max_size=20)).map("\n".join))
def test_any_text_is_a_description_or_refused(text):
    for whole in (text, "v=0\n" + text):
        try:
            sections = sdp.parse(whole)
            taken = sdp.checked(sdp.audio_of(sections))
        except sdp.BadDescription:
            continue
        answer = sdp.answer(sections, taken, OWN, "active")
        assert answer.count("\r\nm=") == len(sections)
        assert sdp.parse(answer)
