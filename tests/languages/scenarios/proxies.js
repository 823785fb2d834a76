// A scenario that wraps the platform: proxies around calls, getters, tagged templates, symbols, regular expressions.
const log = (strings, ...values) => Logger.write(strings.raw.map((s, i) => s + (i in values ? show(values[i]) : "")).join(""));
const show = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));

const watched = new WeakMap();
const traced = (call) => {
  if (!watched.has(call)) {
    const used = new Set();
    watched.set(call, used);
    call = new Proxy(call, {
      get(target, name) {
        if (typeof name === "string") used.add(name);
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
      has: () => true,
    });
    call.used = used;
  }
  return call;
};

const session = {
  get seconds() { return Math.round((Date.now() - this.began) / 1000) },
  began: Date.now(),
  set note(text) { (this.notes ??= []).push(text.normalize("NFC").trim()) },
  [Symbol.iterator]: function* () { yield* this.notes ?? [] },
};

const NAME = /(?<!not )\bmy name is (?<first>\p{L}+)(?:\s+(?<last>\p{L}+))?/iu;
const config = new Proxy({ language: "en" }, { get: (target, key) => target[key] ?? `<no ${String(key)}>` });

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call: plain, ...rest }) => {
  const call = traced(plain);
  log`from ${rest.callerid} to ${rest.destination}, ${Object.keys(rest).length > 5}, ${config.language} ${config.region}`;
  call.addEventListener(CallEvents.MessageReceived, ({ text }) => {
    const { first, last = "nobody" } = NAME.exec(text)?.groups ?? {};
    log`${{ first, last }} after ${session.seconds} s`;
    session.note = ` ${text.replaceAll("é", "e\u0301")} `;
    call.sendMessage(`Hello ${first ?? "stranger"}`);
  });
  call.addEventListener(CallEvents.Disconnected, () => {
    log`${[...session]} ${[...watched.get(plain)].sort()} ${plain === call} ${"anything" in call}`;
    log`a\tb ${[3, 1, 2].toSorted().at(-1)} ${Object.fromEntries(new Map([["a", 1n < 2n]]))}`;
    VoxEngine.terminate();
  });
  call.answer();
});
