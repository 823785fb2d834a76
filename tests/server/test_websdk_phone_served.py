"""What `voxsim serve` gives at `/phone`: files, types, policy and caching, who may ask, and where the SDK is found."""

import http.client
import json
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
from processes import serving

import voxsim.server.phone
from voxsim.server.phone.package import Package

CONFIGURATION = """
[account]
name = "acme"

[[application]]
name = "shop"
[[application.rule]]
name = "hotline"
pattern = "\\\\+?1555.*"
scenarios = ["answer.py"]
[[application.rule]]
name = "menu"
pattern = "menu"
scenarios = ["answer.py"]
[[application.rule]]
name = "hidden"
pattern = "menu"
scenarios = ["answer.py"]
[[application.rule]]
name = "callback"
scenarios = ["callback.py"]

[[application]]
name = "other"
[[application.rule]]
name = "all"
scenarios = ["answer.py"]

[[user]]
name = "alice"
password = "correct horse"
display_name = "Alice A."
applications = ["shop"]

[[user]]
name = "sleepy"

[[user]]
name = "gone"
password = "correct horse"
active = false
"""

SCENARIO = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.CallAlerting)
def alerting(event):
    event.call.answer()
"""

FILES = sorted(file.name for file in Path(voxsim.server.phone.__file__).parent.iterdir() if file.suffix != ".py")
LIBRARY = "/* the library */"


def install(folder, text=LIBRARY, version="4.13.1"):
    """Put something into a folder that looks like the Web SDK from npm."""
    package = folder / "node_modules" / "voximplant-websdk"
    package.mkdir(parents=True)
    (package / "voximplant.min.js").write_text(text)
    (package / "package.json").write_text(json.dumps({"name": "voximplant-websdk", "version": version}))
    return package


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop")
    (folder / "voxsim.toml").write_text(CONFIGURATION)
    (folder / "answer.py").write_text(SCENARIO)
    (folder / "callback.py").write_text("from voxsim import VoxEngine")
    install(folder)
    with serving(folder, "--secure-port", "0", "--memory") as found:
        found.tls = ssl.create_default_context(cafile=str(folder / ".voxsim" / "ca" / "ca.pem"))
        found.folder = folder
        yield found


def ask(server, path="/phone", method="GET", secure=False, **headers):
    url = server.secure_url if secure else server.url
    address = url.partition("://")[2]
    connection = (
        http.client.HTTPSConnection(address, context=server.tls, timeout=20)
        if secure
        else http.client.HTTPConnection(address, timeout=20)
    )
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def setup(server, **options):
    status, _, body = ask(server, "/phone/setup.json", **options)
    assert status == 200
    return json.loads(body)


def test_websdk_phone_is_told_of(server):
    assert f"Phone  {server.secure_url}/phone" in server.said
    assert f"{server.secure_url}/phone" in ask(server, "/")[2]


@pytest.mark.parametrize("secure", [False, True])
def test_websdk_phone_page_may_load_and_ask_nothing_but_this_server(server, secure):
    status, headers, body = ask(server, secure=secure)
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = dict(one.strip().split(" ", 1) for one in headers["content-security-policy"].split(";"))
    address = server.secure_url.removeprefix("https://")
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == f"'self' https://{address} wss://{address}"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["permissions-policy"].startswith("microphone=(self)")
    assert "<script>" not in body
    assert "style=" not in body


@pytest.mark.parametrize("name", FILES)
def test_websdk_phone_files_have_their_types_and_are_loaded_once(server, name):
    kinds = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    status, headers, body = ask(server, f"/phone/{name}")
    assert status == 200
    assert headers["content-type"].partition(";")[0] == kinds[Path(name).suffix]
    assert headers["cache-control"] == "no-cache"
    again, headers, nothing = ask(server, f"/phone/{name}", if_none_match=headers["etag"])
    assert (again, nothing, headers["content-length"]) == (304, "", None)
    status, headers, nothing = ask(server, f"/phone/{name}", method="HEAD")
    assert (status, nothing, int(headers["content-length"])) == (200, "", len(body.encode()))


def test_websdk_phone_modules_are_all_there():
    texts = {name: (Path(voxsim.server.phone.__file__).parent / name).read_text() for name in FILES}
    for name, text in texts.items():
        assert text.lstrip().startswith(("//", "/*", "<!doctype html>", "<svg")), name
        for word in text.replace("'", '"').split('"'):
            if word.startswith("/phone/") and word.endswith((".js", ".css", ".svg")):
                assert word.removeprefix("/phone/") in (*FILES, "voximplant.min.js"), f"{name} wants {word}"


@pytest.mark.parametrize(
    "path",
    [
        *("/phone/package.py", "/phone/__init__.py", "/phone/../routes.py", "/phone/%2e%2e/routes.py", "/phone/x.js"),
        *("/phone/package.json", "/phone//etc/passwd", "/phone/node_modules/x", "/phones", "/phone/setup.json/x"),
    ],
)
def test_websdk_phone_gives_nothing_else(server, path):
    assert ask(server, path)[0] == 404


@pytest.mark.parametrize("path", ["/phone", "/phone/setup.json", "/phone/main.js"])
def test_websdk_phone_answers_get_alone(server, path):
    status, headers, _ = ask(server, path, method="POST")
    assert (status, headers["allow"]) == (405, "GET")


@pytest.mark.parametrize("path", ["/phone", "/phone/setup.json", "/phone/voximplant.min.js"])
def test_websdk_phone_is_not_there_under_a_name_of_somebody_else(server, path):
    assert ask(server, path, Host="evil.example")[0] == 421


def test_websdk_phone_links_lead_to_the_page_but_pages_of_others_read_nothing(server):
    assert ask(server, "/phone", sec_fetch_site="cross-site", sec_fetch_mode="navigate")[0] == 200
    assert ask(server, "/phone/setup.json", sec_fetch_site="cross-site")[0] == 403
    assert ask(server, "/phone/setup.json", Origin="https://evil.example")[0] == 403
    assert ask(server, "/phone")[1]["cross-origin-resource-policy"] == "same-origin"


def test_websdk_phone_setup_says_who_can_log_in_and_what_to_call(server):
    found = setup(server)
    assert found["sdk"] == "4.13.1"
    assert found["folder"] == str(server.folder)
    assert found["users"] == [
        {"login": "alice@shop.acme.voximplant.com", "domain": "shop.acme.voximplant.com", "name": "Alice A."}
    ]
    assert found["destinations"] == {
        "shop.acme.voximplant.com": [{"to": "15550100", "rule": "hotline"}, {"to": "menu", "rule": "menu"}],
        "other.acme.voximplant.com": [{"to": "all", "rule": "all"}],
    }
    assert "horse" not in json.dumps(found)


def test_websdk_phone_connects_by_the_name_that_it_was_asked_for(server):
    port, secure_port = server.url.rpartition(":")[2], server.secure_url.rpartition(":")[2]
    assert setup(server)["server"] == f"127.0.0.1:{secure_port}"
    assert setup(server, Host=f"localhost:{port}")["server"] == f"localhost:{secure_port}"
    assert setup(server, Host=f"[::1]:{port}")["server"] == f"[::1]:{secure_port}"
    assert setup(server, Host="localhost")["server"] == f"localhost:{secure_port}"
    assert setup(server, secure=True, Host="localhost:8443")["server"] == "localhost:8443"
    _, headers, _ = ask(server, Host="[::1%;script-src *]:1")
    assert "*" not in headers.get("content-security-policy", "")


# --- the Web SDK ---


def test_websdk_phone_gives_the_library_as_it_is(server):
    status, headers, body = ask(server, "/phone/voximplant.min.js")
    assert (status, body) == (200, LIBRARY)
    assert headers["content-type"] == "text/javascript; charset=utf-8"


def test_websdk_package_is_found_beside_and_above(tmp_path):
    folder = tmp_path / "project" / "scenarios"
    folder.mkdir(parents=True)
    package = Package(folder)
    assert (package.find(), package.version(), package.read()) == (None, None, None)
    install(tmp_path / "project", version="4.3.0")
    assert package.version() == "4.3.0"
    install(folder, "beside", "4.13.1")
    assert (package.version(), package.read()) == ("4.13.1", b"beside")
    (folder / "menu.py").touch()
    assert Package(folder / "menu.py").version() == "4.13.1"


def test_websdk_package_of_a_folder_where_everybody_writes_is_passed_over(tmp_path):
    shared = tmp_path / "shared"
    mine = shared / "mine"
    mine.mkdir(parents=True)
    install(shared)
    assert Package(mine).find() is not None
    shared.chmod(0o1777)
    assert Package(mine).find() is None
    assert Package(mine, named=shared).find() is not None, "whoever names it means it"


def test_websdk_package_can_be_named(tmp_path):
    package = install(tmp_path)
    for named in (package, package / "voximplant.min.js", tmp_path, tmp_path / "node_modules"):
        assert Package(named=named).version() == "4.13.1"
    assert Package(tmp_path, named=tmp_path / "elsewhere").find() is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 4}', "[" * 100_000])
def test_websdk_package_that_does_not_tell_its_version_is_used(tmp_path, text):
    package = install(tmp_path)
    (package / "package.json").write_text(text)
    assert Package(tmp_path).version() == ""


def test_websdk_package_that_is_no_file_or_too_long_is_none(tmp_path):
    package = install(tmp_path)
    library = package / "voximplant.min.js"
    library.write_bytes(b" " * 8_000_001)
    assert Package(tmp_path).read() is None
    library.unlink()
    library.mkdir()
    assert Package(tmp_path).find() is None


def test_websdk_option_that_names_no_package_is_refused(tmp_path):
    command = [sys.executable, "-m", "voxsim", "serve", str(tmp_path), "--web-sdk", str(tmp_path)]
    (tmp_path / "answer.py").write_text(SCENARIO)
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert "There is no Web SDK in" in run.stderr
    assert "npm install voximplant-websdk" in run.stderr
    assert len(run.stderr.splitlines()) == 1
