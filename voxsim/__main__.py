"""`python -m voxsim` does what the command `voxsim` does."""

import sys

if not sys.flags.safe_path:
    # `-m` puts the working directory first, where a scenario called http.py or queue.py would hide Python's own.
    del sys.path[0]

from voxsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
