"""ccsevents: telephony as a call centre sees it, told over a WebSocket. Calls (legs), connections and seances.

`fold` turns happenings into events, `domains` says who receives which, `feed` is both together. `client` is one
WebSocket connection without its socket: subscriptions, answers to requests, and what waits to be sent.
"""
