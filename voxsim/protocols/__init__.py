"""Protocols without sockets: bytes of managing requests, of the management API and of call events, and what they mean."""
