"""The management API, from a request's bytes to its answer: decoding, authorization, and every command."""

import json
import re
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voxsim.engine.switch import Switch
from voxsim.languages import load_program
from voxsim.platform.account import Account, Application, ScenarioFile
from voxsim.platform.commands import COMMANDS, NAMES, Context
from voxsim.platform.commands.declare import ManagementError
from voxsim.platform.platform import Platform
from voxsim.platform.rules import Rule
from voxsim.platform.storage import Memory
from voxsim.protocols.management import Management, decode

pytestmark = pytest.mark.trio

FORM = "application/x-www-form-urlencoded"
CREDENTIALS = {"account_id": "1", "api_key": "key"}
DATES = {"from_date": "2020-01-01 00:00:00", "to_date": "2030-01-01 00:00:00"}


@pytest.fixture
def management(tmp_path):
    file = tmp_path / "menu.py"
    file.write_text("# a scenario\n")
    account = Account(api_key="key")
    program = load_program((str(file),))
    rules = [Rule("first", program, "+?1555.*", 1), Rule("second", program, ".*", 2, exclude="9.*")]
    account.applications = [Application(rules=rules), Application(id=2, name="other")]
    account.scenarios = [ScenarioFile(1, "menu", str(file))]
    platform = Platform(Switch(), account=account)

    async def start(begin):
        return begin()

    return Management(Context(platform, Memory(), start))


@pytest.fixture
def ask(management):
    async def asked(command, **parameters):
        fields = {**CREDENTIALS, **{name: str(value) for name, value in parameters.items()}}
        path = f"/platform_api/{command}/"
        answer = await management.answer("POST", path, "", FORM, "", urlencode(fields).encode(), 0)
        assert answer.content_type == "application/json"
        return json.loads(answer.body)

    return asked


# --- the wire ---

MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="cmd"\r\n\r\nGetRules\r\n'
    b'--x\r\nContent-Disposition: form-data; name="rule_name"\r\n\r\n\xc3\xbcber\r\n--x--\r\n'
)


@pytest.mark.parametrize(
    ("method", "path", "query", "content_type", "body"),
    [
        ("GET", "/platform_api", "cmd=GetRules&rule_name=%C3%BCber", "", b""),
        ("GET", "/platform_api/GetRules/", "rule_name=%C3%BCber", "", b""),
        ("POST", "/platform_api", "", FORM, b"cmd=GetRules&rule_name=%C3%BCber"),
        ("POST", "/platform_api/", "cmd=GetRules", FORM + "; charset=utf-8", b"rule_name=%C3%BCber"),
        ("POST", "/platform_api/GetRules", "rule_name=x", FORM, b"rule_name=%C3%BCber"),
        ("POST", "/platform_api", "", "multipart/form-data; boundary=x", MULTIPART),
    ],
)
async def test_a_command_comes_in_many_forms(method, path, query, content_type, body):
    assert decode(method, path, query, content_type, body) == ("GetRules", {"rule_name": "über"})


@pytest.mark.parametrize(
    ("content_type", "body", "code"),
    [
        (FORM, b"", 102),
        (FORM, b"cmd=", 102),
        ("application/json", b"{}", 101),
        ("multipart/form-data; boundary=x", b"no form", 101),
        ("multipart/form-data", b"--x", 101),
        (FORM, b"a=1&" * 2000, 101),
    ],
)
async def test_what_is_no_command_is_refused(content_type, body, code):
    with pytest.raises(ManagementError) as refused:
        decode("POST", "/platform_api", "", content_type, body)
    assert refused.value.code == code


@given(
    st.sampled_from(["GET", "POST", "PUT"]),
    st.text(max_size=30),
    st.text(max_size=60),
    st.sampled_from([FORM, "multipart/form-data; boundary=x", "multipart/form-data; boundary=", "", "x/y", "ü\n"]),
    st.binary(max_size=300),
)
async def test_garbage_is_decoded_or_refused(method, path, query, content_type, body):
    try:
        decode(method, f"/platform_api/{path}", query, content_type, body)
    except ManagementError as error:
        if error.code not in (101, 102):
            raise


# --- who may ---


@pytest.mark.parametrize(
    ("fields", "token", "allowed"),
    [
        ({"account_id": "1", "api_key": "key"}, "", True),
        ({"account_name": "account", "api_key": "key"}, "", True),
        ({"account_email": "account@example.com", "api_key": "key"}, "", True),
        ({"account_id": "2", "api_key": "key"}, "", False),
        ({"account_id": "1", "api_key": "kez"}, "", False),
        ({"account_id": "1"}, "", False),
        ({"api_key": "key"}, "", False),
        ({"account_id": "1", "api_key": ""}, "", False),
        ({"account_id": "1", "api_key": "ü"}, "", False),
        ({"account_id": "1", "api_key": "key"}, "a.b.c", False),
    ],
)
async def test_only_the_account_itself_gives_commands(management, fields, token, allowed):
    body = urlencode(fields).encode()
    answer = await management.answer("POST", "/platform_api/GetAccountInfo/", "", FORM, token, body, 0)
    assert answer.status == 200
    code = json.loads(answer.body).get("error", {}).get("code")
    assert code == (None if allowed else 100)


# --- commands ---


async def test_an_unknown_command_and_one_that_is_not_emulated(ask):
    assert (await ask("GetRulez"))["error"]["code"] == 103
    error = (await ask("GetQueues"))["error"]
    assert (error["code"], "GetQueues is not emulated yet" in error["msg"]) == (104, True)


async def test_every_command_has_a_documented_name():
    assert set(COMMANDS) <= NAMES
    assert len(NAMES) == 184
    assert all(re.fullmatch(r"[a-z_]+", name) for one in COMMANDS.values() for name in one.parameters)


async def test_the_account(ask):
    reply = await ask("GetAccountInfo", return_live_balance="True")
    assert {"account_id": 1, "account_name": "account", "live_balance": 100.0}.items() <= reply["result"].items()


async def test_applications_are_found_by_id_or_part_of_their_name(ask):
    assert [row["application_id"] for row in (await ask("GetApplications"))["result"]] == [1, 2]
    found = await ask("GetApplications", application_name="OTH", with_rules=True)
    assert (found["total_count"], found["result"][0]["application_name"]) == (1, "other.account.voximplant.com")
    assert (await ask("GetApplications", application_id=9))["result"] == []
    by_both = await ask("GetApplications", application_id=1, application_name="other")
    assert [row["application_id"] for row in by_both["result"]] == [1]


async def test_rules_with_their_scenarios(ask):
    found = await ask("GetRules", application_id=1, with_scenarios="true")
    first, second = found["result"]
    assert (first["rule_pattern"], second["rule_pattern_exclude"]) == ("+?1555.*", "9.*")
    assert [one["scenario_name"] for one in first["scenarios"]] == ["menu"]
    assert [row["rule_id"] for row in (await ask("GetRules", template="200"))["result"]] == [2]
    assert [row["rule_id"] for row in (await ask("GetRules", rule_name="FIR"))["result"]] == [1]
    assert (await ask("GetRules", count=1, offset=1))["result"][0]["rule_id"] == 2
    assert (await ask("GetRules", application_id=9))["error"]["code"] == 116
    assert (await ask("GetRules", application_name="nobody"))["error"]["code"] == 107
    assert (await ask("GetRules", count=-1))["error"]["code"] == 101


async def test_scenarios_with_their_scripts(ask):
    found = await ask("GetScenarios", scenario_name="ME", with_script=True)
    assert (found["total_count"], found["result"][0]["scenario_script"]) == (1, "# a scenario\n")
    assert (await ask("GetScenarios", scenario_name="nothing"))["result"] == []
    assert (await ask("GetScenarios", scenario_id="x"))["error"]["code"] == 132


async def test_a_scenario_is_started(ask, management):
    reply = await ask("StartScenarios", rule_id=2, script_custom_data="über", server_location="nl", unknown="1")
    session = management.context.platform.sessions[-1]
    assert reply == {
        "result": 1,
        "media_session_access_url": session.access_url,
        "media_session_access_secure_url": session.access_secure_url,
        "call_session_history_id": session.number,
    }
    assert (session.custom_data, session.origin.rule_name) == ("über", "second")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, 134),
        ({"rule_id": ""}, 134),
        ({"rule_id": "one"}, 147),
        ({"rule_id": 9}, 147),
        ({"rule_id": 1, "application_id": 2}, 147),
        ({"rule_id": 1, "application_id": 9}, 116),
        ({"rule_id": 1, "user_id": 9}, 117),
    ],
)
async def test_a_scenario_that_cannot_be_started(ask, parameters, code):
    assert (await ask("StartScenarios", **parameters))["error"]["code"] == code


async def test_a_conference_is_started_once_and_joined_from_then_on(ask, management):
    reply = await ask("StartConference", conference_name="weekly", rule_id=2, script_custom_data="über")
    session = management.context.platform.sessions[-1]
    assert reply == {
        "result": 1,
        "media_session_access_url": session.access_url,
        "media_session_access_secure_url": session.access_secure_url,
        "call_session_history_id": session.number,
    }
    origin = session.origin
    assert (origin.started_by, origin.conference_name, origin.rule_name) == ("conference", "weekly", "second")
    assert session.custom_data == "über"
    again = await ask("StartConference", conference_name="weekly", rule_id=1)
    assert again == reply
    other = await ask("StartConference", conference_name="daily", rule_id=1)
    assert other["call_session_history_id"] == session.number + 1


async def test_a_conference_without_a_rule_is_held_by_the_first_that_matches_its_name(ask, management):
    await ask("StartConference", conference_name="15550000000")
    assert management.context.platform.sessions[-1].origin.rule_name == "first"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"rule_id": 1}, 134),
        ({"conference_name": "x" * 50, "rule_id": 1}, 270),
        ({"conference_name": "x", "rule_id": 9}, 147),
        ({"conference_name": "9", "application_id": 1}, 147),
        ({"conference_name": "x", "application_name": "other"}, 147),
        ({"conference_name": "x", "application_name": "none"}, 107),
        ({"conference_name": "x", "rule_id": 1, "user_name": "nobody"}, 117),
    ],
)
async def test_a_conference_that_cannot_be_started(ask, parameters, code):
    assert (await ask("StartConference", **parameters))["error"]["code"] == code


async def test_more_than_200_starts_at_once_are_too_many(ask, management):
    management.context.starting = 200
    fields = urlencode({**CREDENTIALS, "rule_id": 1}).encode()
    answer = await management.answer("POST", "/platform_api/StartScenarios/", "", FORM, "", fields, 0)
    assert answer.status == 429


async def test_users_come_and_go(ask):
    alice = {"user_name": "alice", "user_display_name": "Alice", "user_password": "secret-1", "application_id": 1}
    assert (await ask("AddUser", **alice)) == {"result": 1, "user_id": 1}
    assert (await ask("AddUser", **alice))["error"]["code"] == 118
    assert (await ask("AddUser", **{**alice, "user_name": "A"}))["error"]["code"] == 122
    assert (await ask("AddUser", **{**alice, "user_name": "bob", "user_password": "short"}))["error"]["code"] == 112
    assert (await ask("AddUser", **{**alice, "user_name": "bob", "user_display_name": ""}))["error"]["code"] == 134
    await ask("AddUser", **{**alice, "user_name": "bob", "user_active": "False", "application_id": 2})
    assert [row["user_name"] for row in (await ask("GetUsers", application_id=1))["result"]] == ["alice"]
    assert [row["user_name"] for row in (await ask("GetUsers", user_active="false"))["result"]] == ["bob"]
    assert "secret" not in str(await ask("GetUsers"))
    assert (await ask("DelUser", user_id="9"))["error"]["code"] == 117
    assert (await ask("DelUser"))["error"]["code"] == 134
    assert (await ask("DelUser", user_name="alice;bob")) == {"result": 1}
    assert (await ask("GetUsers"))["total_count"] == 0


async def test_key_value_items(ask, management):
    item = (await ask("SetKeyValueItem", key="colour", value="blue", application_id=1, ttl=60))["result"]
    assert item == {"key": "colour", "value": "blue", "expires_at": int(management.context.now()) + 60}
    assert (await ask("GetKeyValueItem", key="colour", application_id=1))["result"] == item
    assert (await ask("GetKeyValueItem", key="colour", application_id=2))["error"]["code"] == 101
    await ask("SetKeyValueItem", key="count", value="1", application_id=1)
    assert [row["key"] for row in (await ask("GetKeyValueItems", key="co", application_id=1))["result"]] == [
        "colour",
        "count",
    ]
    assert [row["key"] for row in (await ask("GetKeyValueKeys", application_id=1, count=1))["result"]] == ["colour"]
    assert (await ask("DelKeyValueItem", key="colour", application_id=1)) == {"result": 1}
    assert (await ask("DelKeyValueItem", key="colour", application_id=1))["error"]["code"] == 101
    for bad in ({"key": "k" * 201}, {"value": "v" * 2001}, {"ttl": -1}, {"ttl": 7_776_001}, {"expires_at": 1}):
        given = {"key": "k", "value": "v", "application_id": 1, **bad}
        assert (await ask("SetKeyValueItem", **given))["error"]["code"] == 101


async def test_an_item_is_gone_when_its_time_is_over(ask, management):
    await ask("SetKeyValueItem", key="colour", value="blue", application_id=1, ttl=60)
    management.context.platform.switch.advance(61_000_000)
    assert "error" in await ask("GetKeyValueItem", key="colour", application_id=1)
    assert (await ask("GetKeyValueKeys", application_id=1))["result"] == []


async def test_secrets(ask):
    added = await ask("AddSecret", secret_name="token", secret_value="abc", application_id=1, description="d")
    assert added == {"result": [{"secret_id": 1}]}
    assert (await ask("AddSecret", secret_name="token", secret_value="x", application_id=1))["error"]["code"] == 101
    await ask("AddSecret", secret_name="other", secret_value="def", application_id=1)
    (value,) = (await ask("GetSecretValue", secret_name="token", application_id=1))["result"]
    assert (value["secret_value"], value["description"]) == ("abc", "d")
    assert "abc" not in str(await ask("GetSecrets", application_id=1))
    assert (await ask("GetSecrets", application_id=1, secret_name_part="oth"))["total_count"] == 1
    changed = {"secret_id": 1, "application_id": 1, "new_secret_name": "renamed", "secret_value": "new"}
    assert (await ask("SetSecretInfo", **changed)) == {"result": 1}
    assert (await ask("SetSecretInfo", **{**changed, "new_secret_name": "other"}))["error"]["code"] == 101
    (value,) = (await ask("GetSecretValue", secret_id=1, application_id=1))["result"]
    assert (value["secret_name"], value["secret_value"]) == ("renamed", "new")
    assert (await ask("DelSecret", secret_id=1, application_id=1)) == {"result": 1}
    assert (await ask("GetSecretValue", secret_id=1, application_id=1))["error"]["code"] == 101


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, 134),
        ({"from_date": "yesterday", "to_date": DATES["to_date"]}, 111),
        ({"from_date": DATES["to_date"], "to_date": DATES["from_date"]}, 123),
        ({**DATES, "count": -1}, 101),
        ({**DATES, "call_session_history_id": "1;x"}, 150),
        ({**DATES, "with_calls": "maybe"}, 101),
    ],
)
async def test_a_history_that_cannot_be_asked_for(ask, parameters, code):
    assert (await ask("GetCallHistory", **parameters))["error"]["code"] == code


async def test_the_history_at_once_and_as_a_report(ask, management):
    row = {"call_session_history_id": 7, "start_date": "2026-01-01 00:00:00", "duration": 3, "calls": [{"cost": 0}]}
    await management.context.storage.finish_session(7, row, [])
    plain = {name: value for name, value in row.items() if name != "calls"}
    found = await ask("GetCallHistory", **DATES, call_session_history_id="7;8")
    assert (found["result"], found["total_count"], found["count"]) == ([plain], 1, 1)
    assert (await ask("GetCallHistory", **DATES, call_session_history_id="all", with_calls=1))["result"] == [row]
    ordered = await ask("GetCallHistoryAsync", **DATES, with_header=True)
    assert ordered == {"result": 1, "history_report_id": 1}
    assert (await ask("GetHistoryReports", history_report_id=1))["result"][0]["history_type"] == "calls"
    fields = urlencode({**CREDENTIALS, "history_report_id": 1}).encode()
    answer = await management.answer("POST", "/platform_api/DownloadHistoryReport/", "", FORM, "", fields, 0)
    assert answer.content_type == "application/octet-stream"
    assert answer.body.decode().splitlines() == [
        "call_session_history_id;start_date;duration",
        "7;2026-01-01 00:00:00;3",
    ]
    assert (await ask("DownloadHistoryReport", history_report_id=9))["error"]["code"] == 355
