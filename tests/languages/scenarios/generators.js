// Control flow by generators: a small runner of coroutines, tones as an async iterator, prompts as a lazy sequence.
function run(generator) {
  return new Promise((resolve, reject) => {
    (function step(method, value) {
      let result;
      try { result = generator[method](value) } catch (error) { return reject(error) }
      if (result.done) return resolve(result.value);
      Promise.resolve(result.value).then((v) => step("next", v), (e) => step("throw", e));
    })("next");
  });
}

const once = (target, ...names) =>
  new Promise((resolve) => names.forEach((name) => target.addEventListener(name, resolve)));

function tones(call) {
  const queue = [], waiting = [];
  const push = (item) => (waiting.length ? waiting.shift()(item) : queue.push(item));
  call.addEventListener(CallEvents.ToneReceived, ({ tone }) => push({ value: tone, done: false }));
  call.addEventListener(CallEvents.Disconnected, () => push({ value: undefined, done: true }));
  return {
    [Symbol.asyncIterator]() { return this },
    next: () => (queue.length ? Promise.resolve(queue.shift()) : new Promise((resolve) => waiting.push(resolve))),
    return: () => Promise.resolve({ value: undefined, done: true }),
  };
}

function* prompts() {
  let name = yield "Enter your PIN.";
  while (true) name = yield* again(name);
}
function* again(why) { return yield `${why} Enter your PIN again.` }

async function* pins(call, length) {
  let pin = "";
  for await (const tone of tones(call)) {
    pin += tone;
    if (pin.length === length) { yield pin; pin = "" }
  }
}

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
  call.addEventListener(CallEvents.Disconnected, () => setTimeout(VoxEngine.terminate, 100));
  run((function* () {
    call.answer();
    yield once(call, CallEvents.Connected);
    call.handleTones(true);
    const say = prompts();
    call.say(say.next().value);
    const right = yield (async () => {
      for await (const pin of pins(call, 4)) {
        if (pin === "1234") return true;
        Logger.write(`wrong: ${pin}`);
        call.say(say.next("That was wrong.").value);
      }
      return false;
    })();
    if (!right) throw new RangeError("the caller is gone");
    call.say("Welcome.");
    yield once(call, CallEvents.PlaybackFinished);
    call.hangup();
    return "served";
  })()).then(Logger.write, (error) => Logger.write(`${error.name}: ${error.message}`));
});
