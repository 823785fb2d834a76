"""HTTP by hand: bytes out, bytes in, so that tests can be wrong in every way."""

import trio


class RawClient:
    """A client of one server."""

    def __init__(self, server):
        self.port = int(server.url.rpartition(":")[2])

    async def connect(self):
        """A new connection."""
        return await trio.open_tcp_stream("127.0.0.1", self.port)

    async def send(self, data, *pieces):
        """Send bytes, in pieces, on a new connection; all that comes until the server closes it."""
        stream = await self.connect()
        async with stream:
            for piece in (data, *pieces):
                await stream.send_all(piece)
            return await rest_of(stream)

    async def ask(self, target, body="", method="POST", headers=(), host="127.0.0.1"):
        """One request on a connection of its own; the status, the head in lower case, and the body."""
        content = body if isinstance(body, bytes) else body.encode()
        lines = [f"Host: {host}", "Connection: close", f"Content-Length: {len(content)}", *headers]
        head = f"{method} {target} HTTP/1.1\r\n" + "".join(f"{line}\r\n" for line in lines) + "\r\n"
        return parted(await self.send(head.encode() + content))


async def rest_of(stream):
    """All that comes until the server closes the connection."""
    heard = b""
    with trio.fail_after(10):
        while piece := await stream.receive_some(65_536):
            heard += piece
    return heard


async def answer_of(stream):
    """The next whole answer on a connection that stays open."""
    heard = b""
    with trio.fail_after(10):
        while b"\r\n\r\n" not in heard:
            heard += await stream.receive_some(1)
        length = int(heard.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        body = b""
        while len(body) < length:
            body += await stream.receive_some(length - len(body))
    return parted(heard + body)


def parted(answer):
    """Status, head in lower case, and body of an answer."""
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head[9:12]), head.lower().decode(), body.decode()
