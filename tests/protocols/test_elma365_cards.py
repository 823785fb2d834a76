"""What the system makes of a module's results: cards, matching, missed calls, items, records, responses, refusals."""

from __future__ import annotations

import json
import re

import pytest

from voxsim.protocols.elma365 import results
from voxsim.protocols.elma365.results import BadResult, parse_result
from voxsim.protocols.elma365.system import System
from voxsim.protocols.elma365.vocabulary import HttpResponse

ECHO = """
import json

def VoipParseWebhookRequest(request):
    result = json.loads(request.body)
    if isinstance(result, dict) and "response" in result:
        status, text = result["response"]
        result["response"] = HttpResponse().status(status).content(text)
    return result
"""


@pytest.fixture
def elma(vox, tmp_path):
    """A module that returns what its request says, with two users."""
    (tmp_path / "echo.py").write_text(ECHO)
    return vox.elma365(tmp_path / "echo.py", users={"202": "Anna", "203": "Boris"}, contacts=["+1 555 0009"])


def event(stage, destination="202", disposition="Unknown", **more):
    """An event of an incoming call, told apart by its id unless another way is given."""
    known = {"srcPhone": "15550001", "dstPhone": destination, "direction": "In", "callId": "c-1"}
    fields = {**known, "event": stage, "disposition": disposition, **more}
    return {"event": {name: value for name, value in fields.items() if value is not None}}


def record(**more):
    """A record of such a call."""
    known = {"srcPhone": "15550001", "dstPhone": "202", "direction": "In", "callId": "c-1", "disposition": "Answered"}
    fields = {**known, "duration": 42, "call": {"link": "x"}, **more}
    return {"callRecord": {name: value for name, value in fields.items() if value is not None}}


async def tell(elma, *told):
    """Give the system each of these results; all are taken."""
    for one in told:
        assert (await elma.webhook(json.dumps(one))).status == 200


# --- the webhook's door ---


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
async def test_any_method_is_taken(vox, elma, method):
    assert (await elma.webhook("{}", method=method)).status == 200


async def test_an_empty_result_is_an_empty_answer(vox, elma):
    reply = await elma.webhook("{}")
    assert (reply.status, reply.body, elma.cards, elma.log) == (200, b"", [], [])


@pytest.mark.parametrize("token", ["", "wrong", "sesam", "пароль"])
async def test_a_wrong_token_is_refused_and_the_module_not_called(vox, elma, token):
    assert (await elma.webhook("nonsense", token=token)).status == 401
    assert elma.log == []


@pytest.mark.parametrize("name", ["other", "", "pbx/more", "../pbx"])
async def test_a_module_that_is_not_there(vox, elma, name):
    assert (await elma.webhook("{}", module=name)).status == 404


async def test_event_record_and_response_may_come_in_one(vox, elma):
    both = event("NotifyEnd", disposition="Answered") | record() | {"response": [202, "taken"]}
    reply = await elma.webhook(json.dumps(both))
    assert (reply.status, reply.body) == (202, b"taken")
    (card,) = elma.cards
    assert (card.state, card.duration, card.missed) == ("ended", 42, False)
    assert [(one.card, one.item) for one in elma.feed] == [(1, card.item)]


# --- the stages of a card ---


async def test_a_card_from_its_start_to_its_end(vox, elma):
    await tell(elma, event("NotifyStart"))
    (card,) = elma.cards
    assert (card.state, card.disposition, card.users) == ("ringing", "Unknown", ["Anna"])
    await tell(elma, event("NotifyAnswer", disposition="Answered"))
    assert (card.state, card.disposition) == ("talking", "Answered")
    await tell(elma, event("NotifyEnd", disposition="Answered"))
    assert (card.state, card.disposition, card.missed) == ("ended", "Answered", False)
    assert [(one.user, one.stage) for one in elma.notifications] == [
        ("Anna", "NotifyStart"), ("Anna", "NotifyAnswer"), ("Anna", "NotifyEnd"),
    ]  # fmt: skip


async def test_a_group_call_adds_users_and_closes_the_others_cards(vox, elma):
    await tell(elma, event("NotifyStart"), event("NotifyStart", "203"), event("NotifyStart", "203"))
    (card,) = elma.cards
    assert card.users == ["Anna", "Boris"]
    await tell(elma, event("NotifyAnswer", "203", "Answered"))
    assert card.users == ["Boris"]
    assert [(one.phone, one.state) for one in card.lines.values()] == [("202", "closed"), ("203", "talking")]
    await tell(elma, event("NotifyEnd", "202", "Cancel"))
    assert (card.state, card.disposition) == ("talking", "Answered")
    await tell(elma, event("NotifyEnd", "203", "Answered"))
    assert (card.state, card.disposition, card.missed) == ("ended", "Answered", False)


async def test_a_loser_told_of_last_changes_nothing(vox, elma):
    await tell(elma, event("NotifyStart"), event("NotifyStart", "203"), event("NotifyAnswer", "203", "Answered"))
    await tell(elma, event("NotifyEnd", "203", "Answered"), event("NotifyEnd", "202", "Cancel"))
    (card,) = elma.cards
    assert (card.state, card.disposition, card.missed) == ("ended", "Answered", False)


async def test_a_group_that_nobody_answers_is_one_missed_call(vox, elma):
    await tell(elma, event("NotifyStart"), event("NotifyStart", "203"), event("NotifyEnd", "202", "NoAnswer"))
    (card,) = elma.cards
    assert (card.state, card.missed) == ("ringing", False)
    await tell(elma, event("NotifyEnd", "203", "NoAnswer"))
    assert (card.state, elma.missed) == ("ended", [card])


async def test_a_transfer_goes_on_in_the_same_card(vox, elma):
    await tell(elma, event("NotifyStart"), event("NotifyAnswer", disposition="Answered"), event("NotifyStart", "203"))
    await tell(elma, event("NotifyEnd", "202", "Answered"))
    (card,) = elma.cards
    assert card.state == "ringing"
    await tell(elma, event("NotifyEnd", "203", "NoAnswer"))
    assert (card.state, card.disposition, card.missed) == ("ended", "Answered", False)


async def test_an_end_without_a_start_makes_a_card(vox, elma):
    await tell(elma, event("NotifyEnd", disposition="Busy"))
    (card,) = elma.cards
    assert (card.state, card.disposition, card.missed) == ("ended", "Busy", True)


async def test_an_answer_after_the_end_is_ignored_and_told(vox, elma):
    await tell(elma, event("NotifyStart"), event("NotifyEnd", disposition="Cancel"))
    await tell(elma, event("NotifyAnswer", disposition="Answered"))
    (card,) = elma.cards
    assert (card.state, card.disposition) == ("ended", "Cancel")
    assert elma.system.ignored == ["NotifyAnswer after the end of c-1"]


@pytest.mark.parametrize(
    ("direction", "disposition", "missed"),
    [
        *(("In", outcome, True) for outcome in ("Busy", "Cancel", "NoAnswer", "Failed", "Unknown")),
        ("In", "Answered", False),
        ("Out", "NoAnswer", False),
        ("Internal", "NoAnswer", False),
    ],
)
async def test_which_calls_are_missed(vox, elma, direction, disposition, missed):
    await tell(elma, event("NotifyStart", direction=direction))
    await tell(elma, event("NotifyEnd", direction=direction, disposition=disposition))
    assert [card.missed for card in elma.cards] == [missed]


# --- whose card it is ---


@pytest.mark.parametrize(
    ("direction", "source", "destination", "user"),
    [
        ("In", "15550001", "202", "Anna"),
        ("Internal", "203", "202", "Anna"),
        ("Out", "203", "15550001", "Boris"),
        ("In", "202", "15550001", None),
        ("In", "15550001", "999", None),
    ],
)
async def test_who_is_told(vox, elma, direction, source, destination, user):
    await tell(elma, event("NotifyStart", destination, srcPhone=source, direction=direction))
    assert [one.user for one in elma.notifications] == ([] if user is None else [user])
    assert elma.cards[0].users == ([] if user is None else [user])


async def test_a_member_is_a_user_by_its_very_number(vox, elma):
    elma.system.members = results.members([{"id": "204", "label": "Vera"}, {"id": "202", "label": "Other"}])
    assert [elma.system.user(one) for one in ("204", "0204", "202")] == ["Vera", None, "Anna"]


# --- which card it is ---


async def test_a_call_id_tells_calls_apart(vox, elma):
    await tell(elma, event("NotifyStart"), event("NotifyStart", callId="c-2"), event("NotifyAnswer", callId="c-2"))
    assert [card.state for card in elma.cards] == ["ringing", "talking"]


@pytest.mark.parametrize(
    ("change", "cards"),
    [
        ({}, 1),
        ({"srcPhone": "15550002"}, 2),
        ({"dstPhone": "203"}, 2),
        ({"direction": "Internal"}, 2),
        ({"srcPhoneExt": "7"}, 2),
        ({"dstPhoneExt": "7"}, 1),
    ],
)
async def test_without_an_id_numbers_direction_and_extensions_tell_calls_apart(vox, elma, change, cards):
    await tell(elma, event("NotifyStart", callId=None))
    await tell(elma, event("NotifyAnswer", callId=None, **change))
    assert len(elma.cards) == cards


@pytest.mark.parametrize(("name", "cards"), [("dstPhoneExt", 2), ("srcPhoneExt", 1)])
async def test_the_extension_of_an_outgoing_call_is_the_other_one(vox, elma, name, cards):
    out = {"direction": "Out", "callId": None, "srcPhone": "202", "destination": "15550001"}
    await tell(elma, event("NotifyStart", **out), event("NotifyAnswer", **out, **{name: "7"}))
    assert len(elma.cards) == cards


async def test_an_id_that_one_event_lacks_is_made_up_for_by_the_numbers(vox, elma):
    await tell(
        elma, event("NotifyStart"), event("NotifyAnswer", callId=None), event("NotifyEnd", disposition="Answered")
    )
    assert [card.state for card in elma.cards] == ["ended"]


async def test_a_start_behind_the_end_is_another_call(vox, elma):
    await tell(elma, event("NotifyStart", callId=None), event("NotifyEnd", callId=None, disposition="Cancel"))
    await tell(elma, event("NotifyStart", callId=None))
    assert [card.state for card in elma.cards] == ["ended", "ringing"]


# --- numbers and their items ---


@pytest.mark.parametrize("stage", ["NotifyStart", "NotifyAnswer"])
async def test_an_item_is_there_when_the_call_has_ended(vox, elma, stage):
    await tell(elma, event(stage))
    assert [one.phone for one in elma.items] == ["+1 555 0009"]
    await tell(elma, event("NotifyEnd", disposition="NoAnswer"))
    assert [(one.phone, one.automatic) for one in elma.items] == [("+1 555 0009", False), ("15550001", True)]
    assert elma.cards[0].item == 2


@pytest.mark.parametrize(
    ("fields", "items"),
    [
        ({"srcPhone": "+15550009"}, 1),
        ({"srcPhone": "202", "destination": "15550009", "direction": "Out"}, 1),
        ({"srcPhone": "202", "destination": "15550001", "direction": "Out"}, 2),
        ({"srcPhone": "203", "direction": "Internal"}, 1),
    ],
)
async def test_only_unknown_clients_get_an_item(vox, elma, fields, items):
    await tell(elma, event("NotifyEnd", disposition="Answered", **fields))
    await tell(elma, event("NotifyEnd", disposition="Answered", **fields))
    assert len(elma.items) == items


# --- records ---


@pytest.mark.parametrize("ended", [False, True])
async def test_a_record_finds_its_card_whether_it_has_ended_or_not(vox, elma, ended):
    await tell(elma, event("NotifyStart"), event("NotifyAnswer", disposition="Answered"))
    if ended:
        await tell(elma, event("NotifyEnd", disposition="Answered"))
    await tell(elma, record())
    (card,) = elma.cards
    assert (card.duration, card.disposition, card.state) == (42, "Answered", "ended" if ended else "talking")


async def test_a_record_is_of_the_newest_call(vox, elma):
    await tell(elma, *(event("NotifyEnd", disposition="Answered", callId=None) for _ in range(2)), record(callId=None))
    assert [card.duration for card in elma.cards] == [None, 42]


async def test_a_call_whose_record_says_that_it_was_answered_is_not_missed(vox, elma):
    await tell(elma, event("NotifyEnd", disposition="NoAnswer"))
    assert elma.cards[0].missed
    await tell(elma, record())
    assert (elma.cards[0].missed, elma.cards[0].disposition) == (False, "Answered")


async def test_a_record_of_an_unknown_call_makes_a_card_that_has_ended(vox, elma):
    await tell(elma, record())
    (card,) = elma.cards
    assert (card.state, card.missed, card.users) == ("ended", False, ["Anna"])
    assert [(one.card, one.item, one.duration) for one in elma.feed] == [(1, 2, 42)]
    assert elma.notifications == []


@pytest.mark.parametrize("call", [None, "text", 0, [1, {"a": None}], {"link": "x", "ключ": [True]}])
async def test_what_the_module_saved_is_handed_back_as_it_was(vox, elma, call):
    await tell(elma, {"callRecord": record()["callRecord"] | {"call": call}})
    (card,) = elma.cards
    given = card.recorded
    assert given == call
    if isinstance(given, dict):
        given["link"] = "changed"
    assert card.recorded == call


# --- names that mean another one ---


@pytest.mark.parametrize(
    ("stage", "direction", "state", "meant"),
    [
        ("NotifyInternal", "In", "ringing", "In"),
        ("NotifyOutStart", None, "ringing", "Out"),
        ("NotifyOutStart", "Out", "ringing", "Out"),
        ("NotifyOutEnd", None, "ended", "Out"),
    ],
)
async def test_other_names_of_the_stages(vox, elma, stage, direction, state, meant):
    await tell(elma, event(stage, direction=direction))
    (card,) = elma.cards
    assert (card.state, card.key.direction) == (state, meant)


@pytest.mark.parametrize(
    "disposition", ["NoMoney", "UnallocatedNumber", "NoLimit", "NoDayLimit", "LineLimit", "NoMoneyNoLimit"]
)
async def test_other_names_of_failure(vox, elma, disposition):
    await tell(elma, event("NotifyEnd", disposition=disposition))
    assert elma.cards[0].disposition == "Failed"


# --- results that cannot be ---


BAD = [
    ("[]", "result is an object, got a list"),
    ("12", "result is an object, got int"),
    ('"text"', "result is an object, got str"),
    ("null", "result is an object, got nothing"),
    ('{"events": {}}', "no field 'events'. Did you mean 'event'"),
    ('{"event": []}', "event is an object"),
    (json.dumps(event("NotifyBegin")), "event.event is a member of VoipWebhookEvent"),
    (json.dumps(event(None)), "event.event is a member of VoipWebhookEvent .*got nothing"),
    (json.dumps(event("NotifyStart", disposition="answered")), "VoipCallDisposition .*Did you mean 'Answered'"),
    (json.dumps(event("NotifyStart", direction="in")), "VoipCallDirection"),
    (json.dumps(event("NotifyStart", direction=None)), "VoipCallDirection .*got nothing"),
    (json.dumps(event("NotifyStart", srcPhone=None)), "event.srcPhone is a text, got nothing"),
    (json.dumps(event("NotifyStart", srcPhone=15550001)), "event.srcPhone is a text, got 15550001"),
    (json.dumps(event("NotifyStart", dstPhone="")), "event.dstPhone is a text"),
    (json.dumps(event("NotifyStart", callId=7)), "event.callId is a text"),
    (json.dumps(record(duration="42")), "callRecord.duration is a number of seconds"),
    (json.dumps(record(duration=-1)), "callRecord.duration is a number of seconds"),
    (json.dumps(record(duration=None)), "callRecord.duration is a number of seconds, got nothing"),
    (json.dumps(record(disposition=None)), "callRecord.disposition is a member"),
    ('{"response": [99, "x"]}', "response.status is a number from 200 to 599"),
    ('{"response": ["200", "x"]}', "response.status is a number from 200 to 599"),
    ('{"response": [200, 5]}', "response.content is a text"),
    ("no JSON", "JSONDecodeError"),
]


@pytest.mark.parametrize(("body", "why"), BAD)
async def test_a_bad_result_is_a_500_and_changes_nothing(vox, elma, body, why):
    await tell(elma, event("NotifyStart"))
    before = dict(elma.system.written())
    reply = await elma.webhook(body)
    assert reply.status == 500
    assert 0 < len(reply.body) < 100
    assert dict(elma.system.written()) == before
    assert re.search(why, elma.log[-1])


async def test_a_good_event_beside_a_bad_record_changes_nothing_either(vox, elma):
    body = json.dumps(event("NotifyStart") | record(duration=None))
    assert (await elma.webhook(body)).status == 500
    assert elma.cards == []


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"response": {"status": 400}}, "'response' is an HttpResponse, got dict"),
        ({"response": HttpResponse().header("X\r\n", "a")}, "cannot be a header"),
        ({"response": HttpResponse().header("X-A", "a\r\nX-B: b")}, "cannot be a header"),
        ({"response": HttpResponse().header("Content-Length", "5")}, "cannot be a header"),
        ({"response": HttpResponse().status(float("nan"))}, "response.status"),
        ({"response": HttpResponse().status(True)}, "response.status"),
        ({"callRecord": record()["callRecord"] | {"call": object()}}, "no JSON"),
        ({"callRecord": record()["callRecord"] | {"call": float("nan")}}, "no JSON"),
        ({"callRecord": record()["callRecord"] | {"duration": float("inf")}}, "number of seconds"),
    ],
)
def test_what_only_a_program_can_return(value, why):
    with pytest.raises(BadResult, match=why):
        parse_result(value)


def test_fields_of_newer_versions_are_let_be():
    assert parse_result({"transcript": "hello", "event": None}) == results.ParseResult()


def test_of_too_many_cards_the_oldest_is_forgotten():
    system = System(most=3)
    for number in range(5):
        system.take(parse_result(event("NotifyEnd", callId=f"c-{number}", srcPhone=f"{number}")).event, number)
    assert [card.number for card in system.cards] == [3, 4, 5]
    assert system.card(1) is None
    assert len(system.items) == 3
    assert len(system._by) == 6
