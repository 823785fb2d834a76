"""The REST interface to VoipNow's rules: every form of the path, every field, every mistake."""

from __future__ import annotations

import json

import pytest

from voxsim.protocols.voipnow.resource import PhoneCallEvents
from voxsim.protocols.voipnow.rules import EventType, Method, Rules

BASE = "/uapi/extensions/@me/0003*201/phoneCallEvents"
HOOK = {"type": 0, "method": 1, "url": "http://crm.test/hook", "status": 1, "note": "to the CRM"}


class Client:
    """Asks the resource as an HTTP client would."""

    def __init__(self):
        self.rules = Rules()
        self._made = 0
        self.now = 1_767_225_600.0
        self._resource = PhoneCallEvents(
            rules=self.rules,
            admits=frozenset({"sesame"}).__contains__,
            extended=lambda extension: extension if "*" in extension else f"0003*{extension}",
            exists=lambda extension: extension in ("0003*201", "0003*202"),
            new_id=self._id,
            now=lambda: self.now,
        )

    def _id(self):
        self._made += 1
        return f"id{self._made}"

    def ask(self, method, path=BASE, query="", body=None, authorization="Bearer sesame"):
        """The status and the value."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        answer = self._resource.answer(method, path, query, authorization, data, "http://pbx.test:12092")
        self.headers = dict(answer.headers)
        return answer.status, json.loads(answer.body)

    def refused(self, *args, **more):
        """The status and the error's code; there is a message, too."""
        status, value = self.ask(*args, **more)
        assert value["error"]["message"].endswith(".")
        return status, value["error"]["code"]


@pytest.fixture
def client():
    return Client()


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("texts", [True, False])
def test_create_gives_the_rule_back(client, slash, texts):
    body = {key: str(value) for key, value in HOOK.items()} if texts else HOOK
    assert client.ask("POST", BASE + slash, body=body) == (
        200,
        {
            "type": "0",
            "id": "id1",
            "url": "http://crm.test/hook",
            "method": "1",
            "status": "1",
            "note": "to the CRM",
            "modified": "2026-01-01T00:00:00+00:00",
            "links": {"self": f"http://pbx.test:12092{BASE}/0/id1"},
        },
    )
    (rule,) = client.rules
    assert (rule.extension, rule.event, rule.method) == ("0003*201", EventType.DIAL_IN, Method.POST)


@pytest.mark.parametrize("event", range(5))
def test_every_type_can_be_made(client, event):
    assert client.ask("POST", body={**HOOK, "type": event})[1]["type"] == str(event)


def test_status_and_note_may_be_left_out(client):
    rule = client.ask("POST", body={"type": "2", "method": "0", "url": "https://crm.test/"})[1]
    assert (rule["status"], rule["note"]) == ("1", "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": 5}, "pcet_type_invalid"),
        ({"type": "x"}, "pcet_type_invalid"),
        ({"type": True}, "pcet_type_invalid"),
        ({"type": None}, "pcet_type_invalid"),
        ({"type": [0]}, "pcet_type_invalid"),
        ({"type": 10**40}, "pcet_type_invalid"),
        ({"method": 2}, "pce_method_invalid"),
        ({"method": None}, "pce_method_invalid"),
        ({"url": ""}, "pce_url_invalid"),
        ({"url": "crm.test"}, "pce_url_invalid"),
        ({"url": "ftp://crm.test/"}, "pce_url_invalid"),
        ({"url": "http://crm.test/a b"}, "pce_url_invalid"),
        ({"url": "http://crm.test/é"}, "pce_url_invalid"),
        ({"url": "http://crm.test/%zz"}, "pce_url_invalid"),
        ({"url": "http://crm.test/\r\nX: y"}, "pce_url_invalid"),
        ({"url": "http://crm.test/" + "a" * 3000}, "pce_url_invalid"),
        ({"url": "http://[bad/"}, "pce_url_invalid"),
        ({"url": "http://crm.test:99999/"}, "pce_url_invalid"),
        ({"url": "http://:80/"}, "pce_url_invalid"),
        ({"url": 7}, "pce_url_invalid"),
        ({"status": 2}, "pce_status_invalid"),
        ({"status": True}, "pce_status_invalid"),
        ({"note": 7}, "pce_note_invalid"),
        ({"note": "a\nb"}, "pce_note_invalid"),
        ({"note": "a" * 2000}, "pce_note_invalid"),
    ],
)
def test_create_refuses(client, change, code):
    assert client.refused("POST", body={**HOOK, **change}) == (400, code)
    assert len(client.rules) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_object(client, body):
    assert client.refused("POST", body=body) == (400, "body_invalid")


def test_an_extension_has_so_many_rules(client):
    for _ in range(1000):
        client.ask("POST", body=HOOK)
    assert client.refused("POST", body=HOOK) == (403, "pce_limit_reached")
    assert client.ask("POST", BASE.replace("201", "202"), body=HOOK)[0] == 200


# --- the path ---


@pytest.mark.parametrize("user", ["@me", "@viewer", "@owner", "42", "anna"])
@pytest.mark.parametrize("extension", ["0003*201", "0003%2A201", "201"])
def test_forms_of_the_path(client, user, extension):
    path = f"/uapi/extensions/{user}/{extension}/phoneCallEvents"
    assert client.ask("POST", path, body=HOOK)[0] == 200
    assert client.ask("GET", BASE)[1]["totalResults"] == 1


@pytest.mark.parametrize(
    ("path", "refusal"),
    [
        ("/uapi/extensions/@me/@self/phoneCallEvents", (400, "extension_invalid")),
        ("/uapi/extensions/@me/3*201/phoneCallEvents", (400, "extension_invalid")),
        ("/uapi/extensions/@me/0003*999/phoneCallEvents", (400, "extension_invalid")),
        ("/uapi/extensions/@nobody/0003*201/phoneCallEvents", (400, "user_invalid")),
        (BASE + "/9", (400, "pcet_type_invalid")),
        (BASE + "/id1", (400, "pcet_type_invalid")),
        (BASE + "/0/none", (400, "pce_id_invalid")),
        (BASE + "/0/a-b", (400, "pce_id_invalid")),
        (BASE + "/0/" + "a" * 256, (400, "pce_id_invalid")),
        (BASE + "/0/id1/more", (404, "path_invalid")),
        ("/uapi/extensions/@me/phoneCallEvents", (404, "path_invalid")),
        ("/uapi/", (404, "path_invalid")),
    ],
)
def test_paths_that_mean_nothing(client, path, refusal):
    client.ask("POST", body=HOOK)
    for method in ("GET", "DELETE"):
        assert client.refused(method, path) == refusal
    assert len(client.rules) == 1


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "", "GET, POST, DELETE"),
        ("POST", "/0", "GET, DELETE"),
        ("POST", "/0/id1", "GET, DELETE, PUT"),
    ],
)
def test_methods_that_are_not_answered(client, method, path, allow):
    client.ask("POST", body=HOOK)
    assert client.refused(method, BASE + path, body=HOOK) == (405, "method_not_allowed")
    assert client.headers == {"allow": allow}


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "token_missing"),
        ("Basic c2VzYW1l", "token_missing"),
        ("Bearer ", "token_missing"),
        ("Bearer wrong", "token_invalid"),
    ],
)
def test_a_token_is_needed(client, token, code):
    assert client.refused("GET", authorization=token) == (401, code)
    assert client.headers == {"www-authenticate": "Bearer"}


# --- list ---


@pytest.fixture
def some(client):
    """A client with rules `c`, `a`, `b` of three types, and one of another extension."""
    for event, name in enumerate("cab"):
        client.ask("POST", body={**HOOK, "type": event, "url": f"http://{name}.test/", "note": f"note {name}"})
    client.ask("POST", BASE.replace("201", "202"), body=HOOK)
    return client


def urls(answer):
    status, value = answer
    assert status == 200
    return [one["url"][7] for one in value["entry"]]


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("", "", "abc"),
        ("/", "", "abc"),
        ("/0", "", "c"),
        ("/0/", "", "c"),
        ("/3", "", ""),
        ("/1/id2", "", "a"),
        ("/1/id2/", "", "a"),
        ("", "count=2", "ab"),
        ("", "count=2&startIndex=2", "c"),
        ("", "startIndex=9", ""),
        ("", "count=0", ""),
        ("", "sortOrder=descending", "cba"),
        ("", "sortOrder=ascending", "abc"),
        ("", "sortOder=descending", "cba"),
        ("", "filterBy=type&filterValue=1", "a"),
        ("", "filterBy=note&filterValue=note+b", "b"),
        ("", "filterBy=url&filterValue=http://c.test/", "c"),
        ("", "filterBy=status&filterValue=0", ""),
        ("", "nonsense=1", "abc"),
    ],
)
def test_lists(some, path, query, expected):
    assert urls(some.ask("GET", BASE + path, query)) == list(expected)


def test_a_list_says_how_much_there_is(some):
    value = some.ask("GET", query="count=1&startIndex=1")[1]
    assert {key: value[key] for key in value if key != "entry"} == {
        "totalResults": 3,
        "startIndex": 1,
        "itemsPerPage": 1,
    }


def test_some_fields_only(some):
    assert some.ask("GET", query="fields=id,url&count=1")[1]["entry"] == [{"id": "id2", "url": "http://a.test/"}]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("count=-1", "count_invalid"),
        ("count=many", "count_invalid"),
        ("startIndex=5001", "startIndex_invalid"),
        ("startIndex=" + "9" * 5000, "startIndex_invalid"),
        ("sortOrder=up", "sort_order_invalid"),
        ("filterBy=colour&filterValue=red", "field_invalid"),
        ("fields=id,colour", "field_invalid"),
        ("&".join(f"a{number}=1" for number in range(200)), "query_invalid"),
    ],
)
def test_lists_that_cannot_be(some, query, code):
    assert some.refused("GET", query=query) == (400, code)


# --- update and delete ---


def test_update_changes_what_is_given(client):
    client.ask("POST", body=HOOK)
    client.now += 3600
    status, rule = client.ask("PUT", BASE + "/0/id1/", body={"method": "0", "status": 0})
    assert status == 200
    assert (rule["method"], rule["status"], rule["url"], rule["note"]) == ("0", "0", HOOK["url"], HOOK["note"])
    assert rule["modified"] == "2026-01-01T01:00:00+00:00"
    assert client.rules.due("0003*201", EventType.DIAL_IN) == ()
    assert client.ask("PUT", BASE + "/0/id1", body={"url": "http://b.test/", "note": ""})[1]["url"] == "http://b.test/"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("", {"note": "x"}, "pce_id_invalid"),
        ("/0", {"note": "x"}, "pce_id_invalid"),
        ("/1/id1", {"note": "x"}, "pce_id_invalid"),
        ("/0/id9", {"note": "x"}, "pce_id_invalid"),
        ("/7/id1", {"note": "x"}, "pce_type_invalid"),
        ("/0/id1", {"type": 1}, "pce_type_invalid"),
        ("/0/id1", {"method": "x"}, "pce_method_invalid"),
        ("/0/id1", {"url": "x"}, "pce_url_invalid"),
        ("/0/id1", {"status": "x"}, "pce_status_invalid"),
        ("/0/id1", {"note": 1}, "pce_note_invalid"),
    ],
)
def test_update_refuses(client, path, body, code):
    client.ask("POST", body=HOOK)
    assert client.refused("PUT", BASE + path, body=body) == (400, code)
    assert client.ask("GET")[1]["entry"][0]["url"] == HOOK["url"]


@pytest.mark.parametrize(("path", "left"), [("", ""), ("/", ""), ("/0", "ab"), ("/0/id1", "ab"), ("/3", "abc")])
def test_delete_one_a_type_or_all(some, path, left):
    assert some.ask("DELETE", BASE + path) == (200, {})
    assert urls(some.ask("GET")) == list(left)
    assert some.ask("GET", BASE.replace("201", "202"))[1]["totalResults"] == 1
