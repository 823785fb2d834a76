"""`python tests/kill.py [--times 50] [--seed N]`: a server is killed in the middle of its writes, again and again.

Each time, clients set key-value items and begin and end sessions as fast as they can, until the process is killed with
SIGKILL. Then it is started anew, and everything that it had acknowledged must be there: items, and sessions that its
history had told of. Sessions that were alive must be in the history, marked. Prints the figures; status 1 for a loss.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent / "server"))

from processes import serving

SCENARIO = """
from voxsim import AppEvents, VoxEngine

@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    VoxEngine.terminate()
    return "ending"
"""


class Told:
    """What the server has acknowledged so far, over all its lives."""

    def __init__(self) -> None:
        self.items: dict[str, str] = {}
        self.begun: set[int] = set()
        self.finished: set[int] = set()


class Client:
    """The management API over one connection."""

    def __init__(self, server, key: str) -> None:
        self._connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=10)
        self._credentials = {"account_id": 1, "api_key": key}

    def ask(self, command: str, **parameters) -> dict:
        """Give one command; returns its reply."""
        form = urlencode({**self._credentials, **parameters})
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", f"/platform_api/{command}/", form, headers)
        return json.load(self._connection.getresponse())

    def manage(self, url: str) -> None:
        """Send a managing request."""
        self._connection.request("POST", "/request/" + url.partition("/request/")[2], "end")
        self._connection.getresponse().read()

    def history(self, **parameters) -> dict:
        """A part of the call history."""
        dates = {"from_date": "2020-01-01 00:00:00", "to_date": "2099-01-01 00:00:00"}
        return self.ask("GetCallHistory", **dates, **parameters)


GONE = (OSError, http.client.HTTPException, ValueError)


def set_items(server, key, told, life):
    """Set items until the server is gone."""
    client = Client(server, key)
    number = 0
    with contextlib.suppress(*GONE):
        while True:
            number += 1
            name, value = f"item-{number % 40}-{life}", f"{life}:{number}"
            if client.ask("SetKeyValueItem", key=name, value=value, application_id=1).get("result"):
                told.items[name] = value


def run_sessions(server, key, told):
    """Begin sessions, end every other one, and see it in the history, until the server is gone."""
    client = Client(server, key)
    odd = False
    with contextlib.suppress(*GONE):
        while True:
            started = client.ask("StartScenarios", rule_id=1)
            number = started["call_session_history_id"]
            told.begun.add(number)
            odd = not odd
            if odd:
                client.manage(started["media_session_access_url"])
                if client.history(call_session_history_id=number)["result"]:
                    told.finished.add(number)


def one_life(folder, told, life, chance):
    """Serve, write, and be killed."""
    with serving(folder, "--no-tls") as server:
        key = server.api_key
        workers = [threading.Thread(target=set_items, args=(server, key, told, life))]
        workers += [threading.Thread(target=run_sessions, args=(server, key, told)) for _ in range(2)]
        for worker in workers:
            worker.start()
        time.sleep(chance.uniform(0.05, 0.5))
        server.process.kill()
        for worker in workers:
            worker.join()


def missing(folder, told):
    """What was acknowledged and is not there; and how many sessions are marked as interrupted."""
    with serving(folder, "--no-tls") as server:
        client = Client(server, server.api_key)
        lost = []
        for name, value in told.items.items():
            found = client.ask("GetKeyValueItem", key=name, application_id=1).get("result", {}).get("value")
            # A value behind the acknowledged one is a write whose answer the kill has swallowed.
            if found is None or _order(found) < _order(value):
                lost.append(f"item {name}: {value}, found {found}")
        rows = {}
        while True:
            page = client.history(count=1000, offset=len(rows))["result"]
            if not page:
                break
            rows.update((row["call_session_history_id"], row["finish_reason"]) for row in page)
        lost += [f"session {number} begun" for number in told.begun if number not in rows]
        lost += [f"session {number} finished" for number in told.finished if rows.get(number) != "Normal termination"]
        marked = sum("stopped" in reason for reason in rows.values())
        return lost, marked


def _order(value):
    return tuple(map(int, value.split(":")))


def main(arguments=None):
    """Kill so many times, and say what was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    chance, told, lost, marked = random.Random(options.seed), Told(), [], 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "ending.py").write_text(SCENARIO)
        for life in range(options.times):
            one_life(folder, told, life, chance)
            if life % 10 == 9 or life == options.times - 1:
                lost, marked = missing(folder, told)
                if lost:
                    break
    print(f"kills            {life + 1}")
    print(f"items set        {len(told.items)}")
    print(f"sessions begun   {len(told.begun)}")
    print(f"seen finished    {len(told.finished)}")
    print(f"marked           {marked}")
    print(f"lost             {len(lost)}")
    for one in lost[:10]:
        print(f"  {one}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
