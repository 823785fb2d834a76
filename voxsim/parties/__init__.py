"""Parties: the outside, scripted. Phones, users and SIP peers with behaviour; web services; WebSocket peers.

They stand where a mock would, but they act: a party rings, answers after three seconds, presses a digit, hangs up.
"""

from typing import Final

FILE: Final = "voxsim.toml"
"""The configuration beside the scenarios."""
