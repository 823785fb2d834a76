"""Checking: what is wrong with a scenario, found without running it.

A language's front end (`javascript`, `python`) makes the common tree of `tree`; `inference` tells what its expressions
are, `rules` hold them against `platform`, and `checker` brings the files of a rule together.
"""
