/**
 * A callback that a web application begins, steers and watches.
 *
 * StartScenarios begins it with the number to call as custom data. What is posted to the session's URL is said to the
 * callee; `status` and `hangup` are commands. A WebSocket to the same URL gets a line for each thing that happens, and
 * what it sends is said, too.
 *
 * Try it: voxsim run scenarios/callback.js --custom-data 15550100 --http POST:Hello@4s --http POST:hangup@9s
 */

const CALLERID = "15550001";

let call;
let watchers = [];

VoxEngine.addEventListener(AppEvents.Started, () => {
  VoxEngine.allowWebSocketConnections();
  call = VoxEngine.callPSTN(VoxEngine.customData() || "15550100", CALLERID);
  call.addEventListener(CallEvents.Connected, () => tell("connected"));
  call.addEventListener(CallEvents.Failed, onOver);
  call.addEventListener(CallEvents.Disconnected, onOver);
});

// What is returned here is the answer to the HTTP request.
VoxEngine.addEventListener(AppEvents.HttpRequest, (event) => {
  if (event.content === "status") return { state: call.state(), watchers: watchers.length };
  if (call.state() !== "CONNECTED") return { error: "nobody has answered yet" };
  if (event.content === "hangup") call.hangup();
  else say(event.content);
  return { ok: true };
});

VoxEngine.addEventListener(AppEvents.WebSocket, ({ websocket }) => {
  watchers.push(websocket);
  websocket.addEventListener(WebSocketEvents.MESSAGE, (message) => say(message.text));
  websocket.addEventListener(WebSocketEvents.CLOSE, () => {
    watchers = watchers.filter((watcher) => watcher !== websocket);
  });
  websocket.send(`the call is ${call.state()}`);
});

function say(text) {
  call.say(text);
  tell(`says: ${text}`);
}

function tell(text) {
  for (const watcher of watchers) watcher.send(text);
}

function onOver(event) {
  tell(`over: ${event.name}`);
  VoxEngine.terminate();
}
