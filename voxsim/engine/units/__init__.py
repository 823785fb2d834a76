"""The units of the platform, one module each: its states, its methods, its events.

Adding a unit is one module here and its test; the engine's core does not grow with it.
"""
