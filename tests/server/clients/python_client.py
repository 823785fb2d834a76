"""The official Python client against a server: begins a scenario, asks it something, reads its history.

Arguments: the credentials file, host:port. Prints one JSON object.
"""

import datetime as dt
import json
import sys
import urllib.request

from voximplant.apiclient import VoximplantAPI, VoximplantException

credentials, endpoint = sys.argv[1:]
api = VoximplantAPI(credentials, endpoint=endpoint)
found = {}
found["account"] = api.get_account_info()["result"]["account_name"]
found["applications"] = [row["application_name"] for row in api.get_applications()["result"]]
rules = api.get_rules(application_id=1, with_scenarios=True)["result"]
found["rules"] = [(row["rule_name"], [scenario["scenario_name"] for scenario in row["scenarios"]]) for row in rules]
started = api.start_scenarios(rule_id=rules[0]["rule_id"], script_custom_data="über")
number = started["call_session_history_id"]
with urllib.request.urlopen(started["media_session_access_url"], b"end") as answer:
    found["answer"] = answer.read().decode()
now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
day = dt.timedelta(days=1)
history = api.get_call_history(
    from_date=now - day, to_date=now + day, call_session_history_id=[number], with_calls=True
)
found["history"] = [
    (row["call_session_history_id"] == number, row["finish_reason"], row["custom_data"], row["calls"])
    for row in history["result"]
]
found["total"] = history["total_count"]
api.add_user(user_name="alice", user_display_name="A", user_password="secret-1", application_id=1)
found["users"] = [row["user_name"] for row in api.get_users(application_id=1)["result"]]
api.set_key_value_item(key="colour", value="blue", application_id=1)
found["item"] = api.get_key_value_item(key="colour", application_id=1)["result"]["value"]
try:
    api.start_scenarios(rule_id=99)
except VoximplantException as error:
    found["error"] = error.code
try:
    api.get_queues(application_id=1)
except VoximplantException as error:
    found["not yet"] = [error.code, "GetQueues" in error.message]
print(json.dumps(found))
