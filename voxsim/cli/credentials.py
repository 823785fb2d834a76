"""`voxsim credentials`: a service-account key for the official clients of the management API, as the file they read.

The private half goes into that file alone; the public half is kept beside the scenarios, where a server that runs
already sees it.
"""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from voxsim.cli import terminal
from voxsim.cli.values import SECURE_PORT
from voxsim.parties.configuration import load_configuration
from voxsim.platform.files import write_whole
from voxsim.platform.keys import FILE, Keys
from voxsim.vocabulary.errors import ConfigurationError

if TYPE_CHECKING:
    from voxsim.cli.arguments import Options

_NAME: Final = "vox_credentials.json"


def credentials(options: Options) -> int:
    """Make a key and write its file, say how clients use it, and return the exit status."""
    place, file = Path(options.place), Path(options.file or _NAME)
    if os.path.lexists(file) and not options.force:
        options.parser.error(f"{str(file)!r} exists already; --force replaces it, and nothing was written.")
    if not file.parent.is_dir() or file.is_dir():
        options.parser.error(f"{str(file)!r} cannot be written: a file in a folder that exists is needed.")
    kept = (place if place.is_dir() else place.parent) / ".voxsim"
    try:
        configuration = load_configuration(place)
        account = configuration.account
        made = Keys(kept / FILE).make(account.id, account.email)
        write_whole(file, json.dumps(made, indent=2).encode() + b"\n", mode=0o600)
    except ConfigurationError as error:
        options.parser.error(str(error))
    except OSError as error:
        options.parser.error(f"{str(file)!r} cannot be written: {error.strerror}.")
    port = configuration.server.secure_port or SECURE_PORT
    terminal.show(_next_steps(file, kept / "ca" / "ca.pem", f"127.0.0.1:{port}", f"{account.id} ({account.email})"))
    return 0


def _next_steps(file: Path, authority: Path, host: str, account: str) -> list[str]:
    trusted, path = shlex.quote(str(authority.resolve())), json.dumps(str(file))
    return [
        f"Wrote {file}: a key of account {account}. Who has it can use the management API.",
        "It is good for `voxsim serve`, also for one that runs already. Clients trust the server's ca.pem, which its",
        "first start makes:",
        "",
        "Python, voximplant-apiclient:",
        f"  export REQUESTS_CA_BUNDLE={trusted}",
        f'  VoximplantAPI({path}, endpoint="{host}")',
        "Node, @voximplant/apiclient-nodejs:",
        f"  export NODE_EXTRA_CA_CERTS={trusted}",
        f'  new VoximplantApiClient({{pathToCredentials: {path}, host: "{host}"}})',
    ]
