"""The examples in Python and in JavaScript: the same calls give the same timeline, record by record."""

import json
import re

import pytest

from voxsim.engine import managing
from voxsim.testing import Vox

CALLER = "+12025550199"
MOBILE = "+12025550120"
SALES = "+12025550101"

FORWARDED = {
    "the app answers": {"desk-7": "answer:3,hangup:10"},
    "the app is busy": {"desk-7": "busy", MOBILE: "answer:5,hangup:9"},
    "the app is not answered": {"desk-7": "silent", MOBILE: "answer:5,hangup:9"},
    "nobody answers": {"desk-7": "reject:480", MOBILE: "busy"},
}
CALLED_BACK = {
    "what is posted is said": ("answer:2", ["Hello", "status", "hangup"]),
    "the callee hangs up": ("answer:2,hangup:3", ["Hello", "status"]),
    "nobody answers": ("busy", ["status"]),
}
CHOSEN = {
    "sales answers": ("press:1@4", "answer:3,hangup:5"),
    "a digit while the prompt plays": ("press:1@1", "answer:3,hangup:5"),
    "a wrong digit": ("press:9@2,press:1@9", "answer:1,hangup:5"),
    "sales is busy": ("press:1@4", "busy"),
    "the caller hangs up": ("press:1@4,hangup:8", "answer:20"),
}


def told(session):
    """The timeline without what names the file or its functions, and with ids in the order of their coming."""
    ids: dict[str, str] = {}

    def number(found):
        return ids.setdefault(found[0], f"id{len(ids)}")

    lines = []
    for record in session.timeline:
        if (record.kind, record.name) == ("timer", "fired") or record.name == "loading":
            continue
        line = json.dumps([record.t, record.kind, record.name, record.unit, record.facts()], sort_keys=True)
        line = re.sub(r'"<[\w.<>]+>"', '"<a function>"', line)
        lines.append(re.sub(r"[0-9a-f]{16,}|\b[A-Z0-9]{10,}\b", number, line))
    return lines


def in_both(run):
    """The timelines of a run with each ending."""
    return run(".py"), run(".js")


@pytest.mark.parametrize("others", FORWARDED.values(), ids=FORWARDED)
def test_forward(others):
    def run(ending):
        vox = Vox()
        vox.user("desk-7", others["desk-7"])
        if MOBILE in others:
            vox.phone(MOBILE, others[MOBILE])
        vox.phone(CALLER, "hangup:60").place("desk-7", scenario=f"scenarios/forward{ending}")
        return told(vox.run())

    python, javascript = in_both(run)
    assert javascript == python


@pytest.mark.parametrize(("callee", "posted"), CALLED_BACK.values(), ids=CALLED_BACK)
def test_callback(callee, posted):
    def run(ending):
        vox = Vox()
        vox.phone("15550100", callee)
        replies: list[managing.Reply] = []
        session = vox.start(f"scenarios/callback{ending}", custom_data="15550100")
        for second, content in enumerate(posted, 4):
            vox.world.switch.after(second, managing.request, session.session, "POST", content, (), replies.append)
        return told(vox.run()), [(reply.status, reply.body) for reply in replies]

    python, javascript = in_both(run)
    assert javascript == python


@pytest.mark.parametrize(("caller", "sales"), CHOSEN.values(), ids=CHOSEN)
def test_menu(caller, sales):
    def run(ending):
        vox = Vox()
        vox.phone(SALES, sales)
        vox.phone(CALLER, caller).place("100", scenario=f"scenarios/menu{ending}")
        return told(vox.run())

    python, javascript = in_both(run)
    assert javascript == python
