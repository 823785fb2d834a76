// A session steered over HTTP: paths, JSON, async answers, and a report of its own while it ends.
const routes = {};
const route = (pattern, handler) => (routes[pattern] = handler);
let call, log = [];

route("dial", async ({ number, callerid = "15550001" }) => {
  if (call && call.state() !== "TERMINATED") return { error: "busy" };
  call = VoxEngine.callPSTN(number, callerid);
  for (const name of ["Connected", "Failed", "Disconnected"]) {
    call.addEventListener(CallEvents[name], (e) => log.push(`${name}${e.code ? ` ${e.code}` : ""}`));
  }
  return new Promise((resolve) => {
    call.addEventListener(CallEvents.Connected, () => resolve({ connected: call.id() === call.id() }));
    call.addEventListener(CallEvents.Failed, ({ code }) => resolve({ connected: false, code }));
  });
});
route("say", ({ text, voice }) => {
  call.say(text, { language: VoiceList.Google[voice ?? "en_US_Wavenet_A"] });
  return { says: text.length };
});
route("log", () => log);
route("hangup", () => void call.hangup());
route("stop", () => (setTimeout(VoxEngine.terminate, 1000), "stopping"));
route("crash", () => { throw new Error("on purpose") });

VoxEngine.addEventListener(AppEvents.HttpRequest, ({ content, path, method }) => {
  let body;
  try {
    body = content ? JSON.parse(content) : {};
  } catch ({ name }) {
    return { error: name };
  }
  const handler = routes[body.do];
  return handler ? handler(body) : { error: `no ${body.do}`, can: Object.keys(routes).sort() };
});

VoxEngine.addEventListener(AppEvents.Started, ({ accessSecureURL, customData }) => {
  Logger.write(`steered at ${new RegExp("^https://[^/]+/request/").test(accessSecureURL)}, ${VoxEngine.customData()}`);
});

VoxEngine.addEventListener(AppEvents.Terminating, () => {
  Net.httpRequest("https://crm.example/over", () => {}, { method: "POST", postData: JSON.stringify(log) });
});
