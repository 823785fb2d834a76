/**
 * An outbound reminder: calls a customer, asks for a confirmation, and reports the result to a CRM.
 *
 * The session is started over HTTP, with custom data that says whom to call and about what:
 * {"number": "+12025550142", "name": "customer 42", "time": "9:30"}. The customer presses 1 to confirm or 2 to cancel.
 * When nobody answers, one more attempt is made half a minute later.
 *
 * Try it: voxsim run scenarios/reminder.js --answer "+12025550142=answer:4,press:1@6" \
 *     --custom-data '{"number": "+12025550142", "name": "customer 42", "time": "9:30"}'
 */

const CALLER_ID = "+12025550100";
const CRM = "https://crm.example/reminders";
const ATTEMPTS = 2;
const SECONDS_TO_ANSWER = 20;
// A session without calls ends after a minute: what we do between and after the calls has to take less.
const SECONDS_BETWEEN_ATTEMPTS = 30;
const SECONDS_FOR_THE_CRM = 20;
const NOT_REACHED = { 408: "no answer", 480: "not available", 486: "busy" };
const ANSWERS = { 1: "confirmed", 2: "cancelled" };

VoxEngine.addEventListener(AppEvents.Started, async () => {
  let number, text;
  try {
    const task = JSON.parse(VoxEngine.customData());
    if (!task.number || !task.name || !task.time) throw new Error("something is missing");
    number = task.number;
    text = `Hello, ${task.name}. You have an appointment at ${task.time}. Press one to confirm it, or two to cancel it.`;
  } catch (error) {
    Logger.write(`The custom data is not a reminder: '${VoxEngine.customData()}'`);
    VoxEngine.terminate();
    return;
  }

  let result, attempts;
  for (attempts = 1; ; attempts++) {
    result = await callCustomer(number, text);
    Logger.write(`attempt ${attempts}: ${result}`);
    if (attempts === ATTEMPTS || !Object.values(NOT_REACHED).includes(result)) break;
    await sleep(SECONDS_BETWEEN_ATTEMPTS);
  }
  await report({ number, result, attempts });
  VoxEngine.terminate();
});

function sleep(seconds) {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

// Call, say the text, and find out in a word or two what came of it.
function callCustomer(number, text) {
  return new Promise((resolve) => {
    const call = VoxEngine.callPSTN(number, CALLER_ID);
    let result = "hung up";
    call.addEventListener(CallEvents.Failed, ({ code }) => resolve(NOT_REACHED[code] ?? "failed"));
    call.addEventListener(CallEvents.Disconnected, () => resolve(result));
    call.addEventListener(CallEvents.Connected, () => {
      call.handleTones(true);
      call.say(text);
      const timer = setTimeout(() => finish("no reply", "Goodbye."), SECONDS_TO_ANSWER * 1000);
      // Other digits are let pass.
      call.addEventListener(CallEvents.ToneReceived, ({ tone }) => {
        if (tone in ANSWERS) finish(ANSWERS[tone], "Thank you. Goodbye.");
      });
      const finish = (answer, goodbye) => {
        clearTimeout(timer);
        call.removeEventListener(CallEvents.ToneReceived);
        result = answer;
        call.addEventListener(CallEvents.PlaybackFinished, () => {
          call.hangup();
          resolve(result);
        });
        call.say(goodbye);
      };
    });
  });
}

// Tell the CRM, and try once more when it cannot be reached.
async function report(result) {
  const options = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    postData: JSON.stringify(result),
    timeout: SECONDS_FOR_THE_CRM,
  };
  for (let turn = 0; turn < 2; turn++) {
    const { code, error } = await Net.httpRequestAsync(CRM, options);
    if (code >= 200 && code < 300) return;
    Logger.write(`The CRM did not take the result: ${code} ${error ?? ""}`.trim());
  }
}
