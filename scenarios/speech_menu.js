/**
 * A phone menu that listens: say "sales", "support" or "billing".
 *
 * The caller may speak while the question is still being asked. What was not heard clearly is asked again as a
 * yes-or-no question; what was not understood at all, or ten seconds of silence, costs one of three attempts. When
 * speech cannot be recognised at all, the caller is put through to sales rather than sent away.
 *
 * Try it: voxsim run scenarios/speech_menu.js --say "billing@4s"
 */

require(Modules.ASR);

const DEPARTMENTS = {
  sales: "+12025550101",
  support: "+12025550102",
  billing: "+12025550103",
};
const ATTEMPTS = 3;
const SECONDS_TO_ANSWER = 10;
const SURE = 0.7; // Google's confidence goes from 0 to 1

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call: caller }) => {
  caller.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  caller.addEventListener(CallEvents.Connected, async () => {
    const department = await choose(caller);
    if (department) {
      say(caller, `Connecting you to ${department}.`, () => connect(caller, department));
    } else {
      say(caller, "We did not understand you. Goodbye.", () => caller.hangup());
    }
  });
  caller.answer();
});

function say(caller, text, then) {
  caller.addEventListener(CallEvents.PlaybackFinished, () => {
    caller.removeEventListener(CallEvents.PlaybackFinished);
    then();
  });
  caller.say(text);
}

// Ask until a department is understood; null when the attempts are used up.
async function choose(caller) {
  const asr = VoxEngine.createASR({
    profile: ASRProfileList.Google.en_US,
    phraseHints: [...Object.keys(DEPARTMENTS), "yes", "no"],
    singleUtterance: true,
  });
  // Who speaks is not talked over.
  asr.addEventListener(ASREvents.CaptureStarted, () => caller.stopPlayback());
  const failed = new Promise((_, reject) => {
    asr.addEventListener(ASREvents.ASRError, ({ error }) => {
      Logger.write(`recognition failed: ${error}`);
      reject(error);
    });
  });
  caller.sendMediaTo(asr);
  const ask = (question) => Promise.race([failed, answerTo(caller, asr, question)]);
  try {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const answer = await ask("Sales, support or billing?");
      const department = departmentIn(answer);
      if (department && (answer.confidence >= SURE || saysYes(await ask(`Did you say ${department}?`)))) {
        asr.stop();
        return department;
      }
      Logger.write(`attempt ${attempt}: ${answer ? `'${answer.text}'` : "silence"}`);
    }
  } catch {
    return "sales";
  }
  asr.stop();
  return null;
}

// What the caller answers to a question, or null when nothing is said in time.
function answerTo(caller, asr, question) {
  caller.say(question);
  return new Promise((resolve) => {
    const finish = (answer) => {
      clearTimeout(timer);
      asr.removeEventListener(ASREvents.Result, finish);
      resolve(answer);
    };
    const timer = setTimeout(() => finish(null), SECONDS_TO_ANSWER * 1000);
    asr.addEventListener(ASREvents.Result, finish);
  });
}

function saysYes(answer) {
  return answer?.text.toLowerCase().includes("yes");
}

function departmentIn(answer) {
  const words = answer?.text.toLowerCase() ?? "";
  return Object.keys(DEPARTMENTS).find((name) => words.includes(name));
}

// Call a department, and let the two talk when it answers.
function connect(caller, department) {
  caller.playProgressTone("US");
  const agent = VoxEngine.callPSTN(DEPARTMENTS[department], caller.callerid());
  agent.addEventListener(CallEvents.Disconnected, () => caller.hangup());
  agent.addEventListener(CallEvents.Connected, () => {
    caller.stopPlayback();
    VoxEngine.sendMediaBetween(caller, agent);
  });
  agent.addEventListener(CallEvents.Failed, ({ code, reason }) => {
    caller.stopPlayback();
    Logger.write(`${department} did not answer: ${code} ${reason}`);
    say(caller, `Nobody in ${department} can take your call. Please try again later.`, () => caller.hangup());
  });
}
