"""A `voxsim serve` in a process of its own, as its users run it."""

import contextlib
import re
import subprocess
import sys
from types import SimpleNamespace


@contextlib.contextmanager
def serving(place, *options):
    """Serve; gives an object with `url`, `secure_url`, `api_key` and `process`. It is asked to end at the end."""
    command = [sys.executable, "-u", "-m", "voxsim", "serve", str(place), "--port", "0", "--quiet", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = ""
            for line in process.stdout:
                said += line
                if line.startswith("Ctrl-C"):
                    break
            else:
                raise AssertionError(f"The server did not start: {said}{process.stderr.read()}")
            yield SimpleNamespace(process=process, said=said, **_found(said))
        finally:
            process.terminate()
            process.communicate()


def _found(said):
    patterns = {"url": r"HTTP +(\S+)", "secure_url": r"HTTPS +(\S+)", "api_key": r"api_key=(\S+)"}
    return {name: match[1] for name, pattern in patterns.items() if (match := re.search(pattern, said))}
