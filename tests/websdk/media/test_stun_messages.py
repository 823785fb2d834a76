"""STUN messages: what is written can be read, what is signed can be verified, and anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.protocols.media import stun

TRANSACTIONS = st.binary(min_size=12, max_size=12)
ATTRIBUTES = st.lists(
    st.tuples(
        st.integers(0, 0xFFFF).filter(lambda kind: kind not in (stun.MESSAGE_INTEGRITY, stun.FINGERPRINT)),
        st.binary(max_size=40),
    ),
    max_size=5,
).map(tuple)
PASSWORDS = st.text("abcdef0123456789+/", min_size=22, max_size=32)
ADDRESSES = st.tuples(st.ip_addresses().map(str), st.integers(0, 65535))


@given(TRANSACTIONS, ATTRIBUTES, PASSWORDS)
def test_what_is_written_is_read(transaction, attributes, password):
    message = stun.Message(stun.BINDING_REQUEST, transaction, attributes)
    assert stun.decode(message.encode()) == message
    signed = stun.decode(message.encode(password))
    assert signed == message
    assert signed.signed_with(password)
    assert not signed.signed_with(password + "a")
    assert not stun.decode(message.encode()).signed_with(password)


@given(TRANSACTIONS, ATTRIBUTES, PASSWORDS, st.data())
def test_what_was_changed_on_the_way_is_not_taken(transaction, attributes, password, data):
    message = stun.Message(stun.BINDING_REQUEST, transaction, attributes)
    sent = bytearray(message.encode(password))
    sent[data.draw(st.integers(0, len(sent) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        received = stun.decode(bytes(sent))
    except stun.BadStun:
        return
    # Only the fingerprint can be hidden without breaking it: what is signed is still what it was.
    assert not received.signed_with(password) or received == message


@given(st.binary(max_size=100))
def test_any_bytes_are_a_message_or_refused(data):
    for datagram in (data, b"\0\1\0\0" + stun.COOKIE.to_bytes(4, "big") + data):
        assert stun.number_of(datagram) >= -1
        try:
            stun.decode(datagram)
        except stun.BadStun:
            continue


@given(ADDRESSES, TRANSACTIONS)
def test_an_address_goes_there_and_back(address, transaction):
    assert stun.address_of(stun.xor_address(address, transaction), transaction) == address


def test_the_sample_request_of_the_standard():
    # RFC 5769, 2.1: the password is known, the fingerprint and the integrity are right.
    sample = bytes.fromhex(
        "000100582112a442b7e7a701bc34d686fa87dfae"
        "80220010" + b"STUN test client".hex() + "002400046e0001ff"
        "80290008932ff9b151263b36"
        "00060009" + b"evtj:h6vY".hex() + "202020"
        "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
        "80280004e57a3bcf"
    )
    message = stun.decode(sample)
    assert message.get(stun.USERNAME) == b"evtj:h6vY"
    assert message.signed_with("VOkJxbRl1RmTxUk/WvJxBt")
    assert message.unknown == ()


@pytest.mark.parametrize(
    ("name", "number"), [(b"7+abc:x", 7), (b"abc:x", -1), (b"+a:x", -1), (b"9" * 40 + b"+:", -1), (b"\xb2+:", -1)]
)
def test_the_number_in_a_user_name(name, number):
    message = stun.Message(stun.BINDING_REQUEST, bytes(12), ((stun.USERNAME, name),))
    assert stun.number_of(message.encode()) == number


def test_an_attribute_that_nobody_knows_is_named_in_the_refusal():
    request = stun.Message(stun.BINDING_REQUEST, bytes(12), ((0x7F01, b""), (0xFF01, b"")))
    refusal = stun.decode(stun.failure(request, 420, "Unknown Attribute").encode())
    assert refusal.get(stun.ERROR_CODE) == b"\0\0\4\x14Unknown Attribute"
    assert refusal.get(stun.UNKNOWN_ATTRIBUTES) == b"\x7f\x01"
