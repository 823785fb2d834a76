"""The words of the platform: names, enums, codes, limits and errors, and the machinery that declares them.

Data only. Nothing here knows a session, a clock or a socket; every other layer speaks these words.
"""
