// Forwarding by the helpers alone, by destination: easyProcess, and the ready-made forwards.
VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
  Logger.write(`to ${e.destination}`);
  switch (e.destination) {
    case "user":
      VoxEngine.easyProcess(e.call, VoxEngine.callUser({ username: "anna", callerid: e.callerid }), onEstablished, true);
      break;
    case "phone":
      VoxEngine.easyProcess(e.call, VoxEngine.callPSTN("12025550101", e.callerid), onEstablished);
      break;
    case "conference":
      VoxEngine.easyProcess(e.call, VoxEngine.callConference("room", e.callerid, e.displayName, { "X-Room": "1" }));
      break;
    default:
      return refuse(e.call, 404);
  }
});

function onEstablished(first, second) {
  Logger.write(`${first.callerid()} talks with ${second.number()}`);
  second.addEventListener(CallEvents.ToneReceived, ({ tone }) => {
    if (tone === "0") first.sendMessage(JSON.stringify({ pressed: tone }));
  });
  second.handleTones(true);
  let seconds = 0;
  const ticker = setInterval(() => {
    if (++seconds === 3) {
      clearInterval(ticker);
      first.sendInfo("text/plain", `${seconds} s`, { "X-Tick": "yes" });
    }
  }, 1000);
}

function refuse(call, code) {
  call.reject(code, { "X-Why": "nobody" });
  setTimeout(() => VoxEngine.terminate(), 0);
}
