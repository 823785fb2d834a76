"""`voxsim credentials`: the file that the official clients read, and the public half beside the scenarios."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import jwt
import pytest

from voxsim.cli import main
from voxsim.platform.keys import BadToken, Keys

TOML = '[account]\nid = 42\nname = "acme"\nemail = "ops@acme.example"\n[server]\nsecure_port = 4433\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a scenario, and the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "menu.py").write_text("from voxsim import *\n")
    return tmp_path


def test_it_writes_what_the_clients_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "voxsim.toml").write_text(TOML)
    assert main(["credentials"]) == 0
    file = folder / "vox_credentials.json"
    written = json.loads(file.read_text())
    assert sorted(written) == ["account_email", "account_id", "key_id", "private_key"]
    assert (written["account_id"], written["account_email"]) == (42, "ops@acme.example")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    out = capsys.readouterr().out
    assert "account 42 (ops@acme.example)" in out
    assert f"REQUESTS_CA_BUNDLE={folder}/.voxsim/ca/ca.pem\n" in out
    assert f"NODE_EXTRA_CA_CERTS={folder}/.voxsim/ca/ca.pem\n" in out
    assert 'VoximplantAPI("vox_credentials.json", endpoint="127.0.0.1:4433")' in out
    assert 'new VoximplantApiClient({pathToCredentials: "vox_credentials.json", host: "127.0.0.1:4433"})' in out
    assert "PRIVATE" not in out


def test_the_official_clients_token_is_verified(folder: Path) -> None:
    running = Keys(folder / ".voxsim" / "keys.json")
    assert main(["credentials", "mine.json"]) == 0
    issued = json.loads((folder / "mine.json").read_text())["account_id"]
    token = _token("mine.json")
    assert running.verify(token, _now(token)) == issued == 1


def _token(file: str) -> str:
    """A token of the official Python client, which has read the file."""
    client = pytest.importorskip("voximplant.apiclient").VoximplantAPI(file)
    return client.build_auth_header().removeprefix("Bearer ")


def _now(token: str) -> float:
    return float(jwt.decode(token, options={"verify_signature": False})["iat"])


@pytest.mark.parametrize("place", ["project", "project/voxsim.toml", "project/menu.py"])
def test_the_public_half_is_kept_beside_the_scenarios(folder: Path, place: str) -> None:
    project = folder / "project"
    project.mkdir()
    (project / "menu.py").write_text("from voxsim import *\n")
    (project / "voxsim.toml").write_text(TOML)
    assert main(["credentials", "mine.json", "--place", place]) == 0
    kept = json.loads((project / ".voxsim" / "keys.json").read_text())
    assert list(kept) == [json.loads((folder / "mine.json").read_text())["key_id"]]
    assert not (folder / ".voxsim").exists()


def test_it_overwrites_nothing_unless_it_is_forced(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "vox_credentials.json"
    file.write_text("mine")
    assert main(["credentials"]) == 2
    assert capsys.readouterr().err == (
        "voxsim credentials: error: 'vox_credentials.json' exists already; --force replaces it, "
        "and nothing was written.\n"
    )
    assert file.read_text() == "mine"
    assert not (folder / ".voxsim").exists()
    assert main(["credentials", "--force"]) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["account_id"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no/folder/mine.json"], "a file in a folder that exists is needed"),
        (["--force", "."], "a file in a folder that exists is needed"),
        (["--place", "nowhere"], "A folder of scenarios, or one scenario file, is needed"),
        (["--place", "empty"], "There is no scenario in the folder"),
        (["one", "two"], "there is no place for the argument 'two'"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    (folder / "empty").mkdir()
    assert main(["credentials", *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert not list(folder.rglob("*.json"))


def test_keys_that_cannot_be_read_are_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".voxsim").mkdir()
    (folder / ".voxsim" / "keys.json").write_text("nonsense")
    assert main(["credentials"]) == 2
    assert "keys.json' cannot be used: it holds something else" in capsys.readouterr().err
    assert not (folder / "vox_credentials.json").exists()


def test_two_keys_count_beside_each_other(folder: Path) -> None:
    assert main(["credentials", "a.json"]) == main(["credentials", "b.json"]) == 0
    keys = Keys(folder / ".voxsim" / "keys.json")
    for name in ("a.json", "b.json"):
        token = _token(name)
        assert keys.verify(token, _now(token)) == 1
        with pytest.raises(BadToken):
            Keys(None).verify(token, _now(token))
