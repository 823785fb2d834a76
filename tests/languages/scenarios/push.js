// A mobile app is woken by a push notification; two colleagues ring together, and the quickest gets the call.
require(Modules.PushService);

PushServiceState = {};

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid, destination }) => {
  const ring = (username, more = {}) => {
    const leg = VoxEngine.callUser({ username, callerid, displayName: "Shop", pushNotificationTimeout: 15000, ...more });
    leg.addEventListener(CallEvents.PushSent ?? "Call.PushSent", () => { PushServiceState[username] = "sent" });
    leg.addEventListener(CallEvents.Ringing, () => { PushServiceState[username] = "ringing"; call.ring() });
    return leg;
  };
  const legs = destination.split("-").map((name) => ring(name, { video: false, extraHeaders: { "X-Order": name } }));
  let won;
  legs.forEach((leg) => {
    leg.addEventListener(CallEvents.Connected, () => {
      if (won) return leg.hangup();
      won = leg;
      legs.filter((one) => one !== leg).forEach((one) => one.hangup());
      call.answer();
      VoxEngine.sendMediaBetween(call, leg);
      Logger.write(`${leg.number()} has it, ${JSON.stringify(PushServiceState)}`);
    });
    leg.addEventListener(CallEvents.Failed, ({ code, reason }) => {
      Logger.write(`${leg.number()}: ${code} ${reason}`);
      if (!won && legs.every((one) => one.state() === "TERMINATED")) call.hangup();
    });
    leg.addEventListener(CallEvents.Disconnected, () => leg === won && call.hangup());
  });
  call.addEventListener(CallEvents.Disconnected, () => VoxEngine.terminate());
});
