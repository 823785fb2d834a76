"""VoximplantAPI: the management API from inside a scenario, answered by the platform's own commands."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable

import pytest

from voxsim.testing import Vox
from voxsim.vocabulary import official

Write = Callable[[str], str]

CLIENT = "require(Modules.VoximplantAPI)\nclient = VoximplantAPI.Client()\n"


async def told(vox: Vox, started: Write, body: str) -> list[str]:
    """What a scenario that does this with a `client` writes to the log."""
    vox.start(started(CLIENT + textwrap.dedent(body) + "\nVoxEngine.terminate()"))
    return (await vox.finished()).log


async def test_a_command_is_answered_like_over_http(vox: Vox, started: Write):
    vox.scenario(started("pass"))
    body = """
    reply = await client.Applications.get_applications(with_rules=True)
    Logger.write([reply.total_count, reply.count, reply.error is None])
    row = reply.result[0]
    Logger.write([row.application_id, row.application_name, row["applicationName"]])
    Logger.write([row.rules[0].rule_name, row["rules"][0]["ruleName"]])
    """
    assert await told(vox, started, body) == [
        "[1, 1, true]",
        '[1, "app.account.voximplant.com", "app.account.voximplant.com"]',
        '["scenario", "scenario"]',
    ]
    assert vox.now == pytest.approx(0.2)


async def test_a_command_may_be_spelt_as_it_is_documented(vox: Vox, started: Write):
    body = """
    for give in (client.Users.getUsers, client.Users.get_users, client.users.getUsers):
        Logger.write((await give({"applicationId": 1})).totalCount)
    Logger.write((await client.Users.getUsers({"application_id": 1}, count=5)).total_count)
    Logger.write((await client.SmartQueue.sQ_AddQueue()).error.code)
    Logger.write((await client.SmartQueue.sq_add_queue()).error.code)
    """
    assert await told(vox, started, body) == ["0", "0", "0", "0", "104", "104"]


async def test_it_works_for_those_who_do_not_wait(vox: Vox, started: Write):
    body = """
    client.KeyValueStorage.set_key_value_item(key="colour", value="blue", application_id=1)
    await sleep(1)
    """
    await told(vox, started, body)
    assert vox.storage["colour"] == "blue"


async def test_the_storage_is_one_with_that_of_scenarios(vox: Vox, started: Write):
    body = """
    require(Modules.ApplicationStorage)
    await ApplicationStorage.put("colour", "red", 60)
    item = (await client.KeyValueStorage.getKeyValueItem({"key": "colour", "applicationId": 1})).result
    Logger.write([item.value, item.expires_at])
    await client.Secrets.add_secret(secret_name="KEY", secret_value="s3cret-value", application_id=1)
    Logger.write(VoxEngine.get_secret_value("KEY"))
    """
    assert await told(vox, started, body) == ['["red", 1767225660]', "******"]
    assert "s3cret-value" not in vox.ladder()


async def test_secrets_in_parameters_are_in_no_timeline(vox: Vox, started: Write):
    body = """
    await client.Users.addUser({"userName": "anna", "userDisplayName": "Anna", "userPassword": "hidden-1"})
    """
    await told(vox, started, body)
    assert "anna" in vox.world.platform.account.users[1].name
    written = json.dumps([record.written() for record in vox.session.timeline])
    assert "hidden-1" not in written
    assert '"user_password": "******"' in written


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("Queues.getQueues()", [104, "The command GetQueues is not emulated yet."]),
        ("Users.getUsers(aplicationId=1)", [101, "GetUsers has no parameter 'aplicationId'. Did you mean"]),
        ("Users.getUsers(application_id='x')", [116, "The 'application_id' parameter is invalid"]),
        ("Users.getUsers(application_id=99)", [116, "The 'application_id' parameter is invalid"]),
        ("Users.addUser()", [134, "AddUser: the required parameter 'user_name' is empty."]),
        ("Scenarios.startScenarios(rule_id=99)", [147, "The 'rule_id' parameter is invalid"]),
    ],
)
async def test_errors_are_replies(code: str, error: list[object], vox: Vox, started: Write):
    body = f"""
    error = (await client.{code}).error
    Logger.write([error.code, error.msg])
    """
    (line,) = await told(vox, started, body)
    number, text = json.loads(line)
    assert number == error[0]
    assert text.startswith(error[1])


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("client.Users.getUser()", "VoximplantAPI.Client.Users has no 'getUser'. Did you mean 'get_users'?"),
        ("client.User", "VoximplantAPI.Client has no 'User'. Did you mean 'Users'?"),
        ("client.Rules", "VoximplantAPI.Client has no 'Rules'."),
        ("client.Users.getUsers(5)", "Users.getUsers takes its parameters by name"),
        ("VoximplantAPI.Cliemt", "VoximplantAPI has no 'Cliemt'. Did you mean 'Client'?"),
    ],
)
async def test_misspelt_names_are_told(code: str, words: str, vox: Vox, started: Write):
    vox.start(started(f"{CLIENT}\n{code}"))
    assert words in (await vox.failed()).message


async def test_values_go_as_the_api_takes_them(vox: Vox, started: Write):
    body = """
    from datetime import UTC, date, datetime
    await client.History.getCallHistory({
        "fromDate": datetime(2026, 1, 1, tzinfo=UTC), "toDate": date(2026, 1, 2), "withCalls": True,
        "callSessionHistoryId": [1, 2.0], "remoteNumberList": [{"a": 1}], "count": 5.0, "offset": None,
    })
    """
    await told(vox, started, body)
    (sent,) = [record.facts() for record in vox.session.timeline if record.name == "management"]
    assert sent == {
        "command": "GetCallHistory",
        "parameters": {
            "from_date": "2026-01-01 00:00:00",
            "to_date": "2026-01-02",
            "with_calls": "true",
            "call_session_history_id": "1;2",
            "remote_number_list": '[{"a": 1}]',
            "count": "5",
        },
    }


async def test_a_session_starts_another(vox: Vox, started: Write, scenario: Write):
    vox.scenario(scenario('Logger.write("I am " + VoxEngine.custom_data())\nVoxEngine.terminate()'))
    body = """
    reply = await client.Scenarios.start_scenarios(rule_id=1, script_custom_data="the second")
    Logger.write([reply.result, reply.media_session_access_url.startswith("http://")])
    """
    vox.start(started(CLIENT + textwrap.dedent(body) + "\nVoxEngine.terminate()"))
    await vox.finished()
    first, second = vox.sessions
    assert first.log == ["[1, true]"]
    assert second.log == ["I am the second"]


async def test_commands_count_among_the_http_requests(vox: Vox, started: Write):
    body = """
    for _ in range(35):
        client.Accounts.getAccountInfo()
    try:
        client.Accounts.getAccountInfo()
    except LimitExceeded as error:
        Logger.write(str(error))
    """
    assert await told(vox, started, body) == ["Exceeded the HTTP connection count limit!"]


async def test_the_client_has_every_documented_group(vox: Vox, started: Write):
    groups = official.api()["classes"]["VoximplantAPI.Client"]["properties"]
    body = "Logger.write([len(dir(getattr(client, name))) for name in " + repr(groups) + "])"
    (line,) = await told(vox, started, body)
    counts = json.loads(line)
    assert len(counts) == 24
    assert counts == [len(official.management()[name]) for name in groups]
    assert sum(counts) > 106


async def test_without_require_it_warns(vox: Vox, started: Write):
    vox.start(started("VoximplantAPI.Client({})\nVoxEngine.terminate()"))
    (warning,) = (await vox.finished()).warnings
    assert "require(Modules.VoximplantAPI) is missing" in warning
