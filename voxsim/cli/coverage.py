"""`voxsim coverage`: what of the official API is emulated, class by class, counted against its list."""

from __future__ import annotations

from voxsim.cli.arguments import Options


def coverage(options: Options) -> int:
    """Print the table; the status is 1 when anything is missing."""
    from voxsim.engine.coverage import markdown, rows, table

    found = rows()
    if options.markdown:
        print(markdown(found), end="")
    else:
        print(table(found))
    return int(any(row.missing for row in found))
