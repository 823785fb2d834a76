"""Protocols without sockets: the bytes of managing requests, of the management API and of call events."""
