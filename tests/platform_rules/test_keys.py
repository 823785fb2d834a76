"""Service-account keys: tokens as the official clients make them, those that are refused, and the file of keys."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from voxsim.platform.keys import BadToken, Keys
from voxsim.vocabulary.errors import ConfigurationError

NOW = 1_760_000_000


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys(None)


@pytest.fixture(scope="module")
def mine(keys: Keys) -> dict:
    return keys.make(7, "me@example.com")


def signed(credentials: dict, *, key: object = None, algorithm: str = "RS256", kid: object = ..., **claims) -> str:
    """A token; claims of None are left out."""
    whole = {"iss": 7, "iat": NOW, "exp": NOW + 64} | claims
    content = json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
    headers = {"typ": "JWT"} | ({} if kid is None else {"kid": credentials["key_id"] if kid is ... else kid})
    return jwt.PyJWS().encode(content, key or credentials["private_key"], algorithm=algorithm, headers=headers)


def refusal(keys: Keys, token: str, now: float = NOW) -> int:
    with pytest.raises(BadToken) as caught:
        keys.verify(token, now)
    assert caught.value.text == str(caught.value) != ""
    return caught.value.code


def test_a_key_is_what_the_clients_read(mine: dict) -> None:
    assert list(mine) == ["account_email", "account_id", "key_id", "private_key"]
    assert (mine["account_email"], mine["account_id"]) == ("me@example.com", 7)
    assert str(uuid.UUID(mine["key_id"])) == mine["key_id"]
    assert mine["private_key"].startswith("-----BEGIN PRIVATE KEY-----\n")
    json.dumps(mine)


def test_the_python_clients_token(keys: Keys, mine: dict) -> None:
    for issuer in ("7", "0"):
        claims = {"iss": issuer, "iat": NOW - 5, "exp": NOW + 24}
        token = jwt.encode(claims, mine["private_key"], algorithm="RS256", headers={"kid": mine["key_id"]})
        assert keys.verify(token, NOW) == 7


def test_the_node_clients_token(keys: Keys, mine: dict) -> None:
    assert keys.verify(signed(mine, iss=7, iat=NOW, exp=NOW + 64), NOW) == 7


def test_a_key_says_whose_token_it_is(keys: Keys, mine: dict) -> None:
    other = keys.make(8, "you@example.com")
    assert keys.verify(signed(other, iss=7), NOW) == 8
    assert refusal(keys, signed(mine, kid=other["key_id"])) == 100


@pytest.mark.parametrize(
    ("claims", "now", "code"),
    [
        ({"exp": NOW + 3661}, NOW, 454),
        ({"exp": NOW + 10**9}, NOW, 454),
        ({"iat": NOW + 61, "exp": NOW + 100}, NOW, 455),
        ({"exp": NOW}, NOW, 456),
        ({}, NOW + 64, 456),
        ({}, NOW + 10**6, 456),
        ({"iat": None}, NOW, 447),
        ({"exp": None}, NOW, 447),
        ({"exp": str(NOW + 64)}, NOW, 447),
        ({"iat": True}, NOW, 447),
        ({"iat": -1}, NOW, 447),
        ({"iat": float("nan")}, NOW, 447),
        ({"exp": float("nan")}, NOW, 447),
        ({"exp": float("inf")}, NOW, 447),
        ({"exp": 10**400}, NOW, 447),
        ({"exp": [NOW]}, NOW, 447),
    ],
)
def test_claims_that_are_refused(keys: Keys, mine: dict, claims: dict, now: float, code: int) -> None:
    token = signed(mine, **claims)
    assert refusal(keys, token, now) == code
    assert refusal(keys, token, now) == code


@pytest.mark.parametrize(
    "claims", [{"exp": NOW + 3600}, {"iat": NOW + 60, "exp": NOW + 100}, {"exp": NOW + 0.5}, {"sub": 5, "aud": "x"}]
)
def test_claims_that_are_taken(keys: Keys, mine: dict, claims: dict) -> None:
    assert keys.verify(signed(mine, **claims), NOW) == 7


def test_a_token_that_was_verified_still_expires(keys: Keys, mine: dict) -> None:
    token = signed(mine, exp=NOW + 30)
    assert keys.verify(token, NOW) == keys.verify(token, NOW + 29.9) == 7
    assert refusal(keys, token, NOW + 30) == 456
    assert refusal(keys, token, NOW + 31) == 456


def test_no_more_tokens_are_remembered_than_a_bound(mine: dict, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voxsim.platform.keys._CACHED", 3)
    tokens = [signed(mine, exp=NOW + 10 + number) for number in range(6)]
    for token in tokens * 2:
        assert keys.verify(token, NOW) == 7
        assert len(keys._verified) <= 3


def test_another_algorithm_is_refused(keys: Keys, mine: dict) -> None:
    public = keys._keys[mine["key_id"]].public_key.encode()
    header = {"alg": "HS256", "typ": "JWT", "kid": mine["key_id"]}
    start = b".".join(_part(json.dumps(one).encode()) for one in (header, {"iat": NOW, "exp": NOW + 60}))
    confused = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(start, public)
    assert refusal(keys, b".".join((start, _part(confused))).decode()) == 447
    assert refusal(keys, signed(mine, key=ec.generate_private_key(ec.SECP256R1()), algorithm="ES256")) == 447
    assert refusal(keys, signed(mine, algorithm="RS512")) == 447
    unsigned = jwt.encode({"iat": NOW, "exp": NOW + 60}, None, algorithm="none", headers={"kid": mine["key_id"]})
    assert refusal(keys, unsigned) == 447


def _part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def test_keys_and_signatures_that_are_not_known(keys: Keys, mine: dict) -> None:
    assert refusal(keys, signed(mine, kid=str(uuid.uuid4()))) == 100
    assert refusal(keys, signed(mine, kid=None)) == 447
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert refusal(keys, signed(mine, key=stranger)) == 100
    head, _, tail = signed(mine).split(".")
    _, content, _ = signed(mine, exp=NOW + 65).split(".")
    assert refusal(keys, f"{head}.{content}.{tail}") == 100
    assert refusal(keys, f"{head}.{content}.") == 100


@pytest.mark.parametrize("content", [b"", b"[1]", b"7", b"null", b"\xff", b"{", b"[" * 5000])
def test_content_that_is_no_claims(keys: Keys, mine: dict, content: bytes) -> None:
    token = jwt.PyJWS().encode(content, mine["private_key"], algorithm="RS256", headers={"kid": mine["key_id"]})
    assert refusal(keys, token) == 447


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "Bearer x", "\ud800", "é.é.é", "x" * 10**6])
def test_no_token_at_all(keys: Keys, token: str) -> None:
    assert refusal(keys, token) == 447


@pytest.mark.parametrize("header", ["[" * 4000, "7", '"RS256"', '{"kid": 5, "alg": "RS256"}', '{"alg": ["RS256"]}'])
def test_headers_that_are_none(keys: Keys, header: str) -> None:
    assert refusal(keys, f"{_part(header.encode()).decode()}.e30.AAAA") == 447


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["RS256", "HS256", "none"]) | JSON,
        "kid": JSON,
        "typ": JSON,
        "b64": JSON,
        "crit": JSON,
        "zip": JSON,
    },
)
PARTS = st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode())


@settings(deadline=None)
@given(
    st.text()
    | st.tuples(HEADERS.map(lambda value: json.dumps(value).encode()) | PARTS, PARTS, PARTS).map(
        lambda parts: b".".join(map(_part, parts)).decode()
    )
)
def test_garbage_is_a_bad_token_and_nothing_else(keys: Keys, token: str) -> None:
    assert refusal(keys, token) in (100, 447)


@settings(deadline=None, max_examples=50)
@given(headers=HEADERS, claims=JSON | st.fixed_dictionaries({}, optional={"iat": JSON, "exp": JSON}))
def test_signed_garbage_is_a_bad_token_and_nothing_else(keys: Keys, mine: dict, headers: dict, claims: object) -> None:
    start = b".".join(
        _part(json.dumps(one).encode()) for one in (headers | {"alg": "RS256", "kid": mine["key_id"]}, claims)
    )
    algorithm = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    signature = algorithm.sign(start, algorithm.prepare_key(mine["private_key"]))
    assert refusal(keys, b".".join((start, _part(signature))).decode()) in (100, 447, 454, 455, 456)


# --- the file ---


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / ".voxsim" / "keys.json"


def test_a_key_that_another_process_makes_counts_at_once(file: Path) -> None:
    running = Keys(file)
    first = Keys(file).make(1, "me@example.com")
    assert running.verify(signed(first), NOW) == 1
    second = Keys(file).make(2, "me@example.com")
    assert running.verify(signed(second), NOW) == 2
    assert running.verify(signed(first), NOW) == 1
    assert Keys(file).verify(signed(first), NOW) == 1


def test_the_file_holds_no_private_key(file: Path) -> None:
    made = Keys(file).make(1, "me@example.com")
    kept = json.loads(file.read_text())
    assert list(kept) == [made["key_id"]]
    assert kept[made["key_id"]]["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert "PRIVATE" not in file.read_text()
    assert [one.name for one in file.parent.iterdir()] == ["keys.json"]


def test_a_key_that_was_taken_away_counts_no_more(file: Path) -> None:
    running = Keys(file)
    token = signed(running.make(1, "me@example.com"))
    assert running.verify(token, NOW) == 1
    file.write_text("{}")
    assert refusal(running, token) == 100
    file.unlink()
    assert refusal(running, token) == 100


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "\x00", '{"a": 1}', '{"a": {}}', '{"a": {"account_id": "1", "public_key": ""}}', "[" * 99_999],
)
def test_a_file_that_holds_something_else(file: Path, content: str) -> None:
    running = Keys(file)
    token = signed(running.make(1, "me@example.com"))
    file.write_text(content)
    with pytest.raises(ConfigurationError, match="it holds something else"):
        Keys(file)
    with pytest.raises(ConfigurationError, match="it holds something else"):
        running.make(1, "me@example.com")
    assert file.read_text() == content
    assert running.verify(token, NOW) == 1


def test_a_public_key_that_is_none_verifies_nothing(file: Path) -> None:
    made = Keys(file).make(1, "me@example.com")
    file.write_text(json.dumps({made["key_id"]: {"account_id": 1, "public_key": "nonsense"}}))
    assert refusal(Keys(file), signed(made)) == 100


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigurationError, match="Not a directory"):
        Keys(tmp_path / "taken" / "keys.json").make(1, "me@example.com")


def test_keys_that_are_made_in_parallel_are_all_kept(file: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from voxsim.platform.keys import Keys\n"
        "for _ in range(2): print(Keys(Path(sys.argv[1])).make(1, 'me@example.com')['key_id'])"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, os.fspath(file)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = {number for process in started for number in process.communicate()[0].split()}
    assert len(told) == 4
    assert set(json.loads(file.read_text())) == told


def test_without_the_libraries_it_says_what_to_install(mine: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    with pytest.raises(ConfigurationError, match=r'pip install "voxsim\[serve\]"'):
        Keys(None).make(1, "me@example.com")
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(BadToken, match=r'pip install "voxsim\[serve\]"'):
        Keys(None).verify(signed(mine), NOW)
