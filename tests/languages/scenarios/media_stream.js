// Media to a bot over a WebSocket: old handlers by property, events by string, and reconnection with growing pauses.
const URL = "wss://bot.example/stream";
let call, socket, tries = 0, closing = false;
const stats = { messages: 0, opened: 0 };

VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
  call = e.call;
  call.answer();
  call.addEventListener(CallEvents.Connected, connect);
  call.addEventListener(CallEvents.Disconnected, () => {
    closing = true;
    socket?.close();
    Logger.write(stats);
    VoxEngine.terminate();
  });
});

function connect() {
  tries += 1;
  socket = VoxEngine.createWebSocket(URL, {
    protocols: "voice", headers: [{ name: "Authorization", value: "Bearer x" }], privacy: true, statistics: true,
  });
  Logger.write(`${socket.readyState} ${socket.readyState === WebSocketReadyState.CONNECTING} ${socket.url}`);
  socket.onopen = (e) => {
    stats.opened += 1;
    Logger.write(`open ${e.websocket === socket} ${socket.readyState}`);
    socket.send(JSON.stringify({ event: "hello", callerid: call.callerid() }));
    call.sendMediaTo(socket, {
      encoding: WebSocketAudioEncoding.ULAW, tag: "caller", customParameters: { try: tries },
    });
    socket.sendMediaTo(call);
  };
  socket.onmessage = function (e) {
    stats.messages += 1;
    const { event, text } = JSON.parse(e.text);
    ({
      say: () => call.say(text),
      clear: () => socket.clearMediaBuffer(),
      digits: () => call.sendDigits(text),
      bye: () => call.hangup(),
    })[event]?.();
  };
  socket.addEventListener(WebSocketEvents.MEDIA_STARTED, (e) => Logger.write(`media ${e.tag}`));
  socket.addEventListener("WebSocket.MediaEventEnded", (e) => Logger.write(`media over ${e.mediaInfo.duration}`));
  socket.onerror = (e) => Logger.write(`error ${typeof e.reason}`);
  socket.onclose = (e) => {
    if (closing) return;
    Logger.write(`closed ${e.code}`);
    if (tries < 3) setTimeout(connect, 500 * 2 ** tries);
    else call.hangup();
  };
}
