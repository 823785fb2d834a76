"""The official Python client reads one key-value item.

Arguments: the credentials file, host:port, the key. Prints the value as JSON.
"""

import json
import sys

from voximplant.apiclient import VoximplantAPI

credentials, endpoint, key = sys.argv[1:]
api = VoximplantAPI(credentials, endpoint=endpoint)
print(json.dumps(api.get_key_value_item(key=key, application_id=1)["result"]["value"]))
