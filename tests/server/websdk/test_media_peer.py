"""Peer: from a description to audio, both ways and in both roles; and what it does not let anybody do."""

import pytest
from browserlike import KEYS, Browser
from hypothesis import given, settings
from hypothesis import strategies as st

from voxsim.protocols.media import rtcp, rtp, stun
from voxsim.protocols.media.dtls import Certificate
from voxsim.protocols.media.peer import Peer, PeerState
from voxsim.protocols.media.sdp import BadDescription
from voxsim.protocols.media.sender import QUIET

CERTIFICATE = Certificate()
TONE = bytes(range(160))


@pytest.fixture
def outbox():
    return []


@pytest.fixture
def pressed():
    return []


@pytest.fixture
def peer(outbox, pressed):
    def send(datagram, address):
        outbox.append((datagram, address))

    return Peer(7, CERTIFICATE, "127.0.0.1", 5000, send=send, on_key=pressed.append)


@pytest.fixture
def browser(peer, outbox):
    return Browser(peer, outbox)


def call(browser):
    """The browser calls: audio flows."""
    browser.understand(browser.peer.answer(browser.describe()))
    browser.check()
    browser.settle()
    assert browser.peer.state is PeerState.OPEN
    return browser


def pulled(peer, count=10):
    return [one for one in (peer.pull() for _ in range(count)) if one is not None]


def test_a_browser_calls_and_audio_flows_both_ways(browser, peer):
    call(browser)
    browser.say(TONE, TONE[::-1])
    assert pulled(peer) == [TONE, TONE[::-1]]
    for frame in (TONE, None):
        peer.play(frame, browser.clock)
    browser.settle()
    first, second = browser.heard
    assert (first.payload, first.marker, second.payload, second.marker) == (TONE, True, QUIET, False)
    assert (second.sequence - first.sequence) & 0xFFFF == 1
    assert (second.timestamp - first.timestamp) & 0xFFFFFFFF == 160


@pytest.mark.parametrize("setup", ["active", "passive"])
def test_a_browser_is_called(browser, peer, setup):
    browser.understand(peer.offer())
    if setup == "active":
        # Its handshake may be faster than its answer.
        browser.check()
        browser.begin_dtls(active=True)
        assert peer.state is PeerState.WAITING
    peer.accept(browser.describe(setup))
    browser.check()
    browser.settle()
    assert peer.state is PeerState.OPEN
    browser.say(TONE)
    assert pulled(peer) == [TONE]


def test_digits_come_and_go(browser, peer, pressed):
    call(browser)
    for key in "5#5":
        for piece in rtp.key_events(key, 800):
            browser.send(browser.packet(piece.encode(), kind=KEYS, timestamp=browser.timestamp))
        browser.timestamp += 1600
    assert pressed == ["5", "#", "5"]
    peer.press("1x2")
    for _ in range(20):
        peer.play(TONE, browser.clock)
    browser.settle()
    events = [packet for packet in browser.heard if packet.payload_type == KEYS]
    assert [rtp.decode_event(packet.payload).key for packet in events] == ["1"] * 7 + ["2"] * 7
    assert len({packet.timestamp for packet in events}) == 2
    assert [packet.marker for packet in events].count(True) == 2
    assert browser.heard[-1].payload == TONE


def test_digits_that_were_late_are_not_pressed_again(browser, pressed):
    call(browser)
    one, two = (rtp.KeyEvent(key, 800, over=True).encode() for key in "12")
    for payload, timestamp in ((one, 1600), (two, 3200), (one, 1600)):
        browser.send(browser.packet(payload, kind=KEYS, timestamp=timestamp))
    assert pressed == ["1", "2"]


def test_who_takes_no_digits_gets_audio(browser, peer):
    browser.understand(peer.answer(browser.describe(formats="0").replace("126 telephone-event", "126 x")))
    browser.check()
    browser.settle()
    peer.press("1")
    peer.play(TONE, browser.clock)
    browser.settle()
    assert browser.heard[0].payload == TONE


def test_reports_are_sent_and_good_bye_is_said(browser, peer):
    call(browser)
    browser.say(TONE)
    peer.play(TONE, browser.clock)
    for _ in range(2):
        browser.clock += 5
        peer.tick(browser.clock)
        browser.check()
    peer.close(browser.clock)
    browser.settle()
    kinds = [[part.kind for part in rtcp.decode(report)] for report in browser.reports]
    assert kinds == [[200, 202], [200, 202], [200, 202, 203]]
    assert browser.dtls.closed
    assert peer.state is PeerState.CLOSED
    peer.close(browser.clock)
    browser.check()
    browser.settle()
    assert not browser.refusals


def test_without_consent_nothing_is_sent(browser, peer, outbox):
    call(browser)
    browser.clock += 29
    peer.play(TONE, browser.clock)
    assert outbox
    outbox.clear()
    browser.clock += 2
    peer.play(TONE, browser.clock)
    peer.tick(browser.clock)
    assert not outbox
    browser.check()
    peer.play(TONE, browser.clock)
    browser.settle()
    assert browser.heard[-1].marker


def test_silence_is_noticed(browser, peer):
    assert not peer.silent(1000.0)
    call(browser)
    assert not peer.silent(browser.clock + 0.5)
    assert peer.silent(browser.clock + 1.5)
    browser.clock += 2
    browser.say(TONE)
    assert not peer.silent(browser.clock)


def test_who_does_not_listen_is_sent_nothing(browser, peer, outbox):
    call(browser)
    browser.understand(peer.answer(browser.describe(way="sendonly")))
    peer.play(TONE, browser.clock)
    assert not outbox
    browser.understand(peer.answer(browser.describe()))
    peer.play(TONE, browser.clock)
    browser.settle()
    assert len(browser.heard) == 1


def test_ice_begins_anew_and_the_keys_stay(browser, peer):
    call(browser)
    before = browser.theirs
    browser.ufrag, browser.password = "other", "p" * 24
    browser.understand(peer.answer(browser.describe()))
    assert browser.theirs.ufrag != before.ufrag
    assert browser.theirs.setup == "passive"
    browser.address = ("192.0.2.9", 41_000)
    browser.check()
    browser.settle()
    assert peer.address == ("192.0.2.9", 41_000)
    browser.say(TONE)
    assert pulled(peer) == [TONE]


def test_a_new_certificate_makes_a_new_handshake(browser, peer, outbox):
    call(browser)
    other = Browser(peer, outbox)
    other.clock = browser.clock
    other.address = browser.address
    other.fingerprint = ":".join(["00"] * 32)
    peer.answer(other.describe())
    assert peer.state is PeerState.SECURING
    browser.say(TONE)
    assert pulled(peer) == []


def test_every_address_that_was_checked_is_good_but_only_so_many_are_remembered(browser, peer):
    call(browser)
    for port in range(100):
        browser.check(address=("192.0.2.7", port + 1))
    browser.settle()
    assert len(peer.addresses) == 16
    assert peer.address == ("192.0.2.7", 100)
    packets = [browser.packet(TONE) for _ in range(3)]
    for packet, port in zip(packets, (1, 99, 100), strict=True):
        browser.send(packet, ("192.0.2.7", port))
    assert len(pulled(peer)) == 2


# --- what nobody may do ---


def test_a_wrong_password_is_refused(browser, peer):
    browser.understand(peer.answer(browser.describe()))
    browser.check(password="guess")
    browser.settle()
    assert browser.refusals == [(4, 1)]
    assert peer.address is None


def test_a_wrong_name_is_not_answered(browser, peer, outbox):
    browser.understand(peer.answer(browser.describe()))
    browser.check(user="7+nobody:x")
    assert not outbox


def test_what_nobody_understands_is_refused(browser, peer):
    browser.understand(peer.answer(browser.describe()))
    browser.check(attributes=((0x7777, b""),))
    browser.settle()
    assert browser.refusals == [(4, 20)]
    assert peer.address is None


def test_a_certificate_that_was_not_announced_fails(peer, outbox):
    browser = Browser(peer, outbox, fingerprint=Certificate().fingerprint)
    browser.understand(peer.answer(browser.describe()))
    browser.check()
    browser.settle()
    assert peer.state is PeerState.FAILED
    assert "certificate" in peer.trouble
    peer.play(TONE, browser.clock)
    browser.settle()
    assert browser.heard == []


def test_a_handshake_that_does_not_end_fails_and_is_repeated_before(browser, peer, outbox):
    browser.understand(peer.offer())
    peer.accept(browser.describe("passive"))
    browser.check()
    hellos = 0
    for _ in range(70):
        browser.clock += 0.5
        peer.tick(browser.clock)
        hellos += sum(20 <= datagram[0] < 64 for datagram, _ in outbox)
        outbox.clear()
    assert hellos >= 1
    assert peer.state is PeerState.FAILED
    assert "in time" in peer.trouble


def test_strangers_and_repeated_or_forged_packets_are_not_heard(browser, peer):
    call(browser)
    packet = browser.packet(TONE)
    browser.send(packet, ("192.0.2.66", 9))
    assert pulled(peer) == []
    browser.send(packet)
    browser.send(packet)
    forged = bytearray(browser.packet(TONE))
    forged[20] ^= 1
    browser.send(bytes(forged))
    browser.send(bytes(packet[:12]))
    assert pulled(peer) == [TONE]
    assert peer.packets == 1


@pytest.mark.parametrize("text", ["", "v=0", "x" * 100_000])
def test_a_description_that_cannot_be_used_changes_nothing(browser, peer, text):
    call(browser)
    with pytest.raises(BadDescription):
        peer.answer(text)
    with pytest.raises(BadDescription):
        peer.accept(text)
    browser.say(TONE)
    assert pulled(peer) == [TONE]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([b"", b"\0\1", b"\x14", b"\x16\xfe\xfd", b"\x80", b"\x80\xc8"]), st.binary()))
)
def test_any_datagram_is_survived(datagrams):
    outbox = []
    peer = Peer(7, CERTIFICATE, "127.0.0.1", 5000, send=lambda *sent: outbox.append(sent), on_key=lambda key: None)
    browser = call(Browser(peer, outbox))
    for begin, rest in datagrams:
        browser.send(begin + rest)
        if begin == b"\0\1":
            browser.send(b"\0\1\0\0" + stun.COOKIE.to_bytes(4, "big") + rest)
        if browser.sending is not None and len(rest) < 1000:
            browser.send(browser.packet(rest))
            browser.send(browser.packet(rest, kind=KEYS))
    while peer.pull() is not None:
        pass
    browser.check()
    browser.settle()
    peer.play(TONE, browser.clock)
    browser.settle()
    assert browser.heard[-1].payload == TONE
