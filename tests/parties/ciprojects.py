"""A project of voxengine-ci as its `init` and its author leave it on disk, to be written into a test's folder."""

import json

SHARED = """\
function greet(call, text) {
  call.answer();
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  Logger.write(text + " " + greetings++);
}
var greetings = 0;
"""

SALES = """\
/// <reference path="../../../typings/voxengine.d.ts" />
import type { Customer } from "./types";
enum Line { Sales = 7 }
VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }: { call: Call }): void => {
  greet(call, `sales ${Line.Sales} ${call.number()}`);
});
export {};
"""

MENU = """\
VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => greet(call, "menu " + call.number()));
"""

RULES = [
    {"ruleName": "sales", "scenarios": ["shared", "sales"], "rulePattern": r"+?1555\d+"},
    {"ruleName": "rest", "scenarios": ["shared", "menu"]},
]

NAME = "shop.acme.voximplant.com"


def write_project(place, *, root="voxfiles", applications=None, rules=None, sources=None):
    """Write one.

    Args:
        place: the project's folder.
        root: its root in there.
        applications: the rules of each application by its full name, or one with `rules`; a text is written as it is.
        rules: those of the one application.
        sources: the texts of the scenarios by file name; those of the rules above, unless given.
    """
    for name, given in (applications or {NAME: rules if rules is not None else RULES}).items():
        folder = place / root / "applications" / name
        folder.mkdir(parents=True)
        (folder / "application.config.json").write_text(json.dumps({"applicationName": name}))
        text = given if isinstance(given, str) else json.dumps(given, indent=1)
        (folder / "rules.config.json").write_text(text)
    own = {"shared.voxengine.js": SHARED, "sales.voxengine.ts": SALES, "menu.voxengine.js": MENU}
    for folder in ("scenarios/src", "scenarios/dist", ".voxengine-ci/applications"):
        (place / root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in (own if sources is None else sources).items():
        (place / root / "scenarios" / "src" / name).write_text(text)
    return place
