"""A WebSocket echo with nothing but wsproto on trio. It prints its port."""

import trio
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Request, TextMessage


async def _echo(stream: trio.SocketStream) -> None:
    connection = WSConnection(ConnectionType.SERVER)
    try:
        while data := await stream.receive_some(65_536):
            connection.receive_data(data)
            answer = b""
            for event in connection.events():
                if isinstance(event, Request):
                    answer += connection.send(AcceptConnection())
                elif isinstance(event, TextMessage):
                    answer += connection.send(TextMessage(data=event.data))
            if answer:
                await stream.send_all(answer)
    except trio.BrokenResourceError:
        return


async def _main() -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    print(f"http://127.0.0.1:{listeners[0].socket.getsockname()[1]}", flush=True)
    await trio.serve_listeners(_echo, listeners)


trio.run(_main)
