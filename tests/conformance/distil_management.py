"""Makes `voxsim/vocabulary/data/management.json` from a list of the management API's methods.

Run it by hand when the list changes: `python tests/conformance/distil_management.py LIST.json`. Only names are taken:
of the groups, their commands and the commands' parameters.
"""

import json
import sys
from pathlib import Path

DATA = Path(__file__).parents[2] / "voxsim" / "vocabulary" / "data" / "management.json"


def main() -> None:
    """Read the list, write the data."""
    groups: dict[str, dict[str, list[str]]] = {}
    for method in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["methods"]:
        groups.setdefault(method["group"], {})[method["cmd"]] = list(method["params"])
    text = json.dumps(groups, separators=(",", ":"))
    DATA.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
