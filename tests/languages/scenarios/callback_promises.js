// A callback ordered on a web site: promises, chained and raced, with retries whose pauses grow.
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const CRM = "https://crm.example/callbacks";

const outcome = (call) =>
  new Promise((resolve, reject) => {
    call.addEventListener(CallEvents.Connected, () => resolve(call));
    call.addEventListener(CallEvents.Failed, ({ code, reason }) => reject(new CallFailure(code, reason)));
  });

class CallFailure extends Error {
  constructor(code, reason, options) {
    super(`${code} ${reason}`, options);
    this.name = "CallFailure";
    this.code = code;
  }
}

function retry(times, pause, attempt, number = 1) {
  return attempt(number).catch((error) => {
    Logger.write(`attempt ${number}: ${error}`);
    if (number >= times) throw new Error("gave up", { cause: error });
    return sleep(pause).then(() => retry(times, pause * 2, attempt, number + 1));
  });
}

const talked = (call) => new Promise((resolve) => call.addEventListener(CallEvents.Disconnected, resolve));

VoxEngine.addEventListener(AppEvents.Started, () => {
  const { agent, customer, callerid = "+12025550100" } = JSON.parse(VoxEngine.customData());
  const began = Date.now();
  retry(3, 2000, () => outcome(VoxEngine.callUser({ username: agent, callerid })))
    .then((first) => {
      first.say("Connecting you with the customer.");
      return retry(2, 1000, () => outcome(VoxEngine.callPSTN(customer, callerid))).then((second) => [first, second]);
    })
    .then(([first, second]) => {
      VoxEngine.sendMediaBetween(first, second);
      return Promise.race([talked(first), talked(second), sleep(60000).then(() => ({ duration: -1 }))]);
    })
    .then(({ duration }) => ({ ok: true, duration }))
    .catch(({ message, cause }) => ({ ok: false, message, why: cause?.code ?? null }))
    .then((result) =>
      Net.httpRequestAsync(CRM, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        postData: JSON.stringify({ ...result, waited: Math.round((Date.now() - began) / 1000) }),
        timeout: 10,
      }),
    )
    .then(({ code, text }) => Logger.write(`CRM: ${code} ${text}`))
    .finally(VoxEngine.terminate);
});
