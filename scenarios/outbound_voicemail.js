/**
 * A reminder campaign that knows people from answering machines: run by a call list, a row for each customer.
 *
 * A row has "phone", "name" and "time". A person hears the reminder and presses 1 to confirm. A machine gets a message
 * after its beep, once; then, as whenever nobody was reached, the list is asked for another attempt. A number that does
 * not exist is not tried again.
 *
 * Try one attempt without a list: voxsim run scenarios/outbound_voicemail.js --answer "+12025550142=machine:6" \
 *     --custom-data '{"phone": "+12025550142", "name": "customer 42", "time": "9:30"}'
 */

const CALLER_ID = "+12025550100";
const NO_SUCH_NUMBER = 404;
const SECONDS_TO_ANSWER = 15;
const SECONDS_TO_BEEP = 25;
const HOURS_OF_CALLING = { start_execution_time: "09:00:00", end_execution_time: "19:00:00" };

VoxEngine.addEventListener(AppEvents.Started, async () => {
  const customer = row(VoxEngine.customData());
  if (!customer) {
    Logger.write(`The custom data is not a row of the list: '${VoxEngine.customData()}'`);
    VoxEngine.terminate();
    return;
  }
  const detector = AMD.create({ model: AMD.Model.US });
  const call = VoxEngine.callPSTN(customer.phone, CALLER_ID, { amd: detector });
  const beep = new Promise((resolve) => call.addEventListener(CallEvents.BeepDetectionComplete, resolve));
  const outcome = await next(call, CallEvents.Connected, CallEvents.Failed);
  if (outcome.name === CallEvents.Failed) {
    await notReached(outcome);
  } else {
    // From the very beginning: a short greeting and its beep may be over before the detector has made up its mind.
    call.enableBeepDetection({ timeout: SECONDS_TO_BEEP * 1000 });
    const { resultClass } = await detector.detect();
    Logger.write(`${customer.phone}: ${resultClass}`);
    switch (resultClass) {
      case AMD.ResultClass.VOICEMAIL:
        await leaveMessage(call, customer, beep);
        break;
      case AMD.ResultClass.CALL_ENDED:
        await CallList.reportResultAsync({ outcome: "hung up" });
        break;
      default:
        await remind(call, customer);
    }
  }
  VoxEngine.terminate();
});

function row(text) {
  try {
    const customer = JSON.parse(text);
    return customer.phone ? customer : null;
  } catch {
    return null;
  }
}

// The next of these events.
function next(call, ...events) {
  return new Promise((resolve) => {
    const done = (event) => {
      for (const name of events) call.removeEventListener(name, done);
      resolve(event);
    };
    for (const name of events) call.addEventListener(name, done);
  });
}

// Tell the list; it tries again after its interval, but not a number that does not exist.
function notReached({ code, reason }) {
  if (code === NO_SUCH_NUMBER) return CallList.reportResultAsync({ outcome: "no such number", code, reason });
  return CallList.reportErrorAsync({ outcome: "not reached", code, reason });
}

// Speak after the beep, unless an earlier attempt did; then ask for another attempt, in the hours of calling.
async function leaveMessage(call, customer, beep) {
  const gone = next(call, CallEvents.Disconnected);
  if (!customer.message_left && (await Promise.race([beep, gone])).name !== CallEvents.Disconnected) {
    call.say(`Hello, ${customer.name}. You have an appointment at ${customer.time}.`);
    const end = await Promise.race([next(call, CallEvents.PlaybackFinished), gone]);
    if (end.name !== CallEvents.Disconnected) customer.message_left = true;
  }
  call.hangup();
  await CallList.reportProgressAsync({ outcome: "voicemail", message_left: Boolean(customer.message_left) });
  await CallList.requestNextAttemptAsync({ custom_data: customer, ...HOURS_OF_CALLING });
}

// Tell a person, and ask for a confirmation. Whoever was reached is not called again.
async function remind(call, customer) {
  const gone = next(call, CallEvents.Disconnected).then(() => "hung up");
  call.handleTones(true);
  call.say(
    `Hello, ${customer.name}. You have an appointment at ${customer.time}. Press one to confirm it.`,
  );
  let outcome = await Promise.race([pressed(call, "1", SECONDS_TO_ANSWER), gone]);
  if (outcome !== "hung up") {
    call.say("Thank you. Goodbye.");
    const end = await Promise.race([next(call, CallEvents.PlaybackFinished), gone]);
    if (end === "hung up") outcome = end;
    else call.hangup();
  }
  await CallList.reportResultAsync({ outcome });
}

// "confirmed" when this digit comes in time, "not confirmed" when it does not.
function pressed(call, digit, seconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("not confirmed"), seconds * 1000);
    call.addEventListener(CallEvents.ToneReceived, ({ tone }) => {
      if (tone !== digit) return;
      clearTimeout(timer);
      resolve("confirmed");
    });
  });
}
