"""Crypto: hashes of known texts, of lists of texts, and what is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.engine.namespaces.crypto import Crypto
from voxsim.vocabulary.declare import manifest
from voxsim.vocabulary.errors import BadArgument

_FOX = "The quick brown fox jumps over the lazy dog"


@pytest.mark.parametrize(
    ("method", "text", "digest"),
    [
        (Crypto.md5, "", "d41d8cd98f00b204e9800998ecf8427e"),
        (Crypto.md5, "abc", "900150983cd24fb0d6963f7d28e17f72"),
        (Crypto.md5, _FOX, "9e107d9d372bb6826bd81d3542a419d6"),
        (Crypto.sha1, "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        (Crypto.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (Crypto.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (Crypto.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ],
)
def test_hashes_of_known_texts(method: Callable[[Any], str], text: str, digest: str) -> None:
    assert method(text) == digest


@pytest.mark.parametrize(
    ("key", "data", "digest"),
    [
        ("", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"),
        ("key", _FOX, "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"),
        (
            "Jefe",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
    ],
)
def test_hmacs_of_known_texts(key: str, data: str, digest: str) -> None:
    assert Crypto.hmac_sha256(key, data) == digest


@given(st.text())
def test_texts_are_hashed_as_utf8(text: str) -> None:
    assert Crypto.sha256(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()


@pytest.mark.parametrize("method", [Crypto.md5, Crypto.sha1, Crypto.sha256])
@given(texts=st.lists(st.text()))
def test_the_texts_of_a_list_are_joined(method: Callable[[Any], str], texts: list[str]) -> None:
    assert method(texts) == method(tuple(texts)) == method("".join(texts))


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: Crypto.md5(None), "Crypto.md5 takes a text, got None"),  # type: ignore[arg-type]
        (lambda: Crypto.md5(["a", 1]), "Crypto.md5 takes a text, got 1"),  # type: ignore[list-item]
        (lambda: Crypto.sha1(b"abc"), "Crypto.sha1 takes a text, got b'abc'"),  # type: ignore[arg-type]
        (lambda: Crypto.hmac_sha256("key", ["a"]), "Crypto.hmac_sha256 takes a text"),  # type: ignore[arg-type]
        (lambda: Crypto.sha256("\ud800"), "Crypto.sha256: .* cannot be written in UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(attempt: Callable[[], Any], message: str) -> None:
    with pytest.raises(BadArgument, match=message):
        attempt()


def test_its_methods_are_declared() -> None:
    declared = manifest.units["Crypto"]
    assert declared.kind == "namespace"
    assert set(declared.methods) == {"md5", "sha1", "sha256", "hmac_sha256"}
