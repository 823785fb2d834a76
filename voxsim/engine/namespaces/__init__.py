"""The namespaces and global functions that a scenario imports: `VoxEngine`, `Net`, `Logger`, `Crypto` and so on.

Each resolves to the session whose code is running, so a scenario needs no object of its own to begin with.
"""
