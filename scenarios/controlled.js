/**
 * A call that another program steers over HTTP while it goes on.
 *
 * POST {"command": "say", "text": "..."}, {"command": "status"} or {"command": "hangup"} to the session's URL, which is
 * written to the log; the answers are JSON. When the session ends, the length of the call is reported to a web service.
 *
 * Try it: voxsim run scenarios/controlled.js --http 'POST:{"command": "say", "text": "Hello"}@5s'
 */

const REPORTS = "https://reports.example/calls";

let call;
let seconds = 0; // how long the call lasted, once it is over

VoxEngine.addEventListener(AppEvents.Started, (event) => {
  Logger.write(`Steer this call at ${event.accessSecureURL}`);
});

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
  call = event.call;
  call.addEventListener(CallEvents.Disconnected, (ended) => {
    seconds = ended.duration;
    VoxEngine.terminate();
  });
  call.answer();
});

// What is returned here is the answer to the HTTP request.
VoxEngine.addEventListener(AppEvents.HttpRequest, (event) => {
  let request;
  try {
    request = JSON.parse(event.content);
  } catch {
    return { error: "the body is not JSON" };
  }
  const { command, text } = request;
  const state = call?.state();
  if (command === "status") return { state: state ?? "no call yet" };
  if (command === "say" || command === "hangup") {
    if (state !== "CONNECTED") return { error: "the call is not connected" };
    if (command === "hangup") {
      call.hangup();
      return { ok: true };
    }
    if (typeof text === "string") {
      call.say(text);
      return { ok: true };
    }
  }
  return { error: "the command is say (with a text), status or hangup" };
});

VoxEngine.addEventListener(AppEvents.Terminating, () => {
  // The platform allows one HTTP request here, and waits for its answer.
  const postData = JSON.stringify({ caller: call ? call.callerid() : null, seconds });
  Net.httpRequest(REPORTS, onReported, { method: "POST", postData });
});

function onReported(result) {
  Logger.write(result.code === 200 ? "reported" : `not reported: ${result.code} ${result.error}`);
}
