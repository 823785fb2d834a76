"""`python -m voxsim` does what the command `voxsim` does."""

import sys

from voxsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
