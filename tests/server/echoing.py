"""A session whose WebSockets echo, and what it is told of them."""

from rawsocket import ACCEPTED, HANDSHAKE

from voxsim.engine import managing
from voxsim.server.door import Pending

ECHO = """
VoxEngine.allow_web_socket_connections()
told = []

@VoxEngine.on(AppEvents.WebSocket)
def opened(event):
    event.websocket.onmessage = lambda event: event.websocket.send(event.text)
    event.websocket.onerror = lambda event: told.append("error")
    event.websocket.onclose = lambda event: told.append([event.code, event.reason, event.was_clean])

@VoxEngine.on(AppEvents.HttpRequest)
def asked(event):
    return told
"""


class Session:
    """A session on a server, seen through its URL."""

    def __init__(self, server, session, connect):
        self.url = session.access_url
        self.connect = connect
        self._server = server
        self._session = session

    async def socket(self, headers=HANDSHAKE, behind=b"", **options):
        """An open socket."""
        raw = await self.connect(self.url, **options)
        status, answered = await raw.ask(self.url, headers, behind)
        assert (status, answered["sec-websocket-accept"]) == (101, ACCEPTED)
        return raw

    async def told(self):
        """What its handler of HTTP requests answers: what it was told of its sockets."""
        pending = Pending()
        managing.request(self._session, "GET", "", (), pending.give)
        self._server.door.driver.poke()
        return (await pending.wait()).json()

    async def end(self):
        """End it."""
        await self._server.door.call(self._session.end, "Normal termination")
