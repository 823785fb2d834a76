"""The engine: what happens and when. Sessions, calls, media units, timers, limits and the journal.

Sans-I/O: it knows no trio, no sockets, no files, and it never waits. Everything that happens is a step at a virtual
instant, taken from one queue ordered by (instant, sequence). What it needs from outside is declared in `ports`.
"""
