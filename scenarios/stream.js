/**
 * A talking bot behind a WebSocket, and monitors that read along.
 *
 * The caller's voice is streamed to the bot, the bot's voice to the caller. Beside its voice the bot sends texts:
 * {"customEvent": "said", "payload": "..."} for what it says, "interrupt" to cut its own voice, "hangup" to end the
 * call. Whoever opens a WebSocket to the session's URL is a monitor, and gets a line for each thing that happens.
 *
 * Try it: voxsim run scenarios/stream.js (nobody plays the bot there; tests/scenarios/test_stream.py has one)
 */

const BOT = "wss://bot.example/talk";

const monitors = new Set();
let call;
let bot;

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
  call = event.call;
  call.addEventListener(CallEvents.Connected, onConnected);
  call.addEventListener(CallEvents.Disconnected, onDisconnected);
  VoxEngine.allowWebSocketConnections();
  call.answer();
});

function onConnected() {
  bot = VoxEngine.createWebSocket(BOT);
  bot.addEventListener(WebSocketEvents.OPEN, onBotOpen);
  bot.addEventListener(WebSocketEvents.MESSAGE, onBotMessage);
  bot.addEventListener(WebSocketEvents.CLOSE, onBotClosed);
}

function onBotOpen() {
  call.sendMediaTo(bot, {
    tag: "caller",
    encoding: WebSocketAudioEncoding.ULAW,
    customParameters: { callerid: call.callerid() },
  });
  bot.sendMediaTo(call);
  tellMonitors("the bot is connected");
}

function onBotMessage({ text }) {
  let message;
  try {
    message = JSON.parse(text) ?? {};
  } catch {
    message = {};
  }
  if (message.customEvent === "said" && typeof message.payload === "string") tellMonitors(`bot: ${message.payload}`);
  else if (message.customEvent === "interrupt") bot.clearMediaBuffer();
  else if (message.customEvent === "hangup") call.hangup();
  else Logger.write(`The bot sent what is not understood: ${text}`);
}

function onBotClosed({ code }) {
  tellMonitors(`the bot is gone: ${code}`);
  call.say("The assistant is not available. Please call again later.");
  call.addEventListener(CallEvents.PlaybackFinished, () => call.hangup());
}

VoxEngine.addEventListener(AppEvents.WebSocket, ({ websocket: monitor }) => {
  monitors.add(monitor);
  monitor.addEventListener(WebSocketEvents.CLOSE, () => monitors.delete(monitor));
  monitor.send(`watching the call of ${call.callerid()}`);
});

function tellMonitors(line) {
  monitors.forEach((monitor) => monitor.send(line));
}

function onDisconnected({ duration }) {
  tellMonitors(`the call is over after ${duration} s`);
  VoxEngine.terminate();
}
