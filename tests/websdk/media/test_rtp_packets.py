"""RTP, digits and RTCP: what is written can be read, and anything else is refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.protocols.media import rtcp, rtp

WORDS = st.integers(0, 2**32 - 1)
PACKETS = st.builds(
    rtp.Packet,
    st.integers(0, 127),
    st.integers(0, 65535),
    WORDS,
    WORDS,
    st.binary(max_size=200),
    st.booleans(),
)


@given(PACKETS)
def test_what_is_written_is_read(packet):
    assert rtp.decode(packet.encode()) == packet


@given(PACKETS, st.lists(WORDS, max_size=15), st.none() | st.binary(max_size=40), st.integers(0, 40))
def test_sources_extension_and_padding_are_left_out(packet, sources, extension, padding):
    data = bytearray(packet.encode())
    middle = b"".join(source.to_bytes(4, "big") for source in sources)
    data[0] |= len(sources)
    if extension is not None:
        data[0] |= 0x10
        middle += struct.pack("!HH", 0xBEDE, (len(extension) + 3) // 4) + extension + bytes(-len(extension) % 4)
    if padding:
        data[0] |= 0x20
        data += bytes(padding - 1) + bytes([padding])
    assert rtp.decode(bytes(data[:12] + middle + data[12:])) == packet


@given(st.binary(max_size=60))
def test_any_bytes_are_a_packet_or_refused(data):
    for packet in (data, b"\xb3" + data):
        try:
            rtp.decode(packet)
        except rtp.BadRtp:
            continue


@given(st.binary(max_size=60))
def test_any_bytes_are_reports_or_refused(data):
    for packet in (data, b"\x80\xc8\x00\x02" + data):
        try:
            list(rtcp.decode(packet))
        except rtp.BadRtp:
            continue


@given(st.integers(0, 65535), st.integers(-32768, 32767))
def test_sequence_numbers_wrap_around(number, step):
    assert rtp.ahead((number + step) & 0xFFFF, number) == step


@given(st.sampled_from(rtp.KEYS), st.integers(1, 100_000))
def test_a_digit_goes_there_and_back(key, samples):
    pieces = rtp.key_events(key, samples)
    assert [rtp.decode_event(piece.encode()) for piece in pieces] == pieces
    assert [piece.over for piece in pieces][-4:] == [False, True, True, True][-len(pieces) :]
    durations = [piece.duration for piece in pieces]
    assert durations == sorted(durations)


@pytest.mark.parametrize("payload", [b"", b"\1\0\0", b"\x10\0\0\0", b"\xff\xff\xff\xff"])
def test_what_is_no_digit(payload):
    assert rtp.decode_event(payload) is None


def test_reports_tell_what_was_sent_and_received():
    reception = rtcp.Reception(7)
    for sequence in (65534, 65535, 1, 2):
        reception.count(rtp.Packet(0, sequence, sequence * 160, 7, b""), now=sequence * 0.02)
    reception.heard_report(0x12345678, now=10.0)
    block = reception.block(now=10.5)
    assert (block.lost, block.fraction_lost, block.highest) == (1, 51, 65538)
    assert (block.last_report, block.delay) == (0x12345678, 32768)
    whole = rtcp.report(9, (1_700_000_000.5, 160, 3, 480), block, leaving=True)
    assert list(rtcp.decode(whole)) == [
        rtcp.Part(rtcp.SENDER_REPORT, 9, (1_700_000_000 + 2_208_988_800 & 0xFFFF) << 16 | 0x8000),
        rtcp.Part(rtcp.DESCRIPTION, 9),
        rtcp.Part(rtcp.BYE, 9),
    ]
    assert reception.block(now=11.0).fraction_lost == 0
    assert [part.kind for part in rtcp.decode(rtcp.report(9, None, None))] == [rtcp.RECEIVER_REPORT, rtcp.DESCRIPTION]
