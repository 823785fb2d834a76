"""The official Python client makes a call list and waits for its results.

Arguments: the credentials file, host:port. Prints the list's status and the tasks' results as JSON.
"""

import json
import sys

from voximplant.apiclient import VoximplantAPI

credentials, endpoint = sys.argv[1:]
api = VoximplantAPI(credentials, endpoint=endpoint)
made = api.create_call_list(
    rule_id=1,
    priority=1,
    max_simultaneous=2,
    num_attempts=2,
    name="spring",
    file_content="phone;name\n15550101;Änne\n15550102;Ben\n",
)
found = {"status": "In progress"}
while found["status"] == "In progress":
    (found,) = api.get_call_lists(list_id=made["list_id"])["result"]
rows = api.get_call_list_details(list_id=made["list_id"], output="json")["result"]
file = api.get_call_list_details(list_id=made["list_id"])["file_content"]
print(json.dumps([made["count"], found["status"], [(row["status"], row["result_data"]) for row in rows], file]))
