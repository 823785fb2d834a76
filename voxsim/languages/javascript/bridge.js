// The JavaScript side of the bridge. It knows how things cross, and nothing of the platform: every name, class and
// value comes from Python, as a description, when a scenario first uses it. In: one entry function. Out: one host
// function. Texts that cross are JSON; \u0001 marks what is no data: a unit, a function, a promise, an object by
// reference, a gap.
(function (host, language, vocabulary) {
  "use strict";
  const CALL = 0, DESCRIBE = 1, NOW = 5, RANDOM = 6, SETTLED = 7, FILES = 8, SHAPE = 11, PLACE_AT = 12;
  const UNIT = "\u0001u", FUNCTION = "\u0001f", PROMISE = "\u0001p", OBJECT = "\u0001o", BYTES = "\u0001b", DATE = "\u0001d", CALLABLE = "\u0001c";
  const { parse, stringify } = JSON;
  const { defineProperty, keys } = Object;
  const { apply, construct } = Reflect;
  const { isView } = ArrayBuffer;
  const Native = { Date, Error, TypeError, Promise, Map, WeakMap, Proxy, Uint8Array, ArrayBuffer, String, Number };
  const global = globalThis;
  const KEY = Symbol("made by the platform"), NUMBER = Symbol("number");

  const functions = new Map(), numbers = new WeakMap();
  const units = new Map(), objects = new Map(), references = new WeakMap();
  const promises = new Map();
  const commands = new WeakSet();
  let count = 0;

  class Unit {
    constructor(key, number) {
      if (key !== KEY) throw new Native.TypeError("The platform makes its objects itself");
      defineProperty(this, NUMBER, { value: number });
      units.set(number, this);
    }
    // A property, and no private field: a scenario may wrap a call in a Proxy, or make an object on top of it.
    static number(value) {
      const number = value[NUMBER];
      return typeof number === "number" ? number : 0;
    }
  }

  // --- out: values that become JSON ---

  function numberOf(fn) {
    let number = numbers.get(fn);
    if (number === undefined) numbers.set(fn, (number = ++count));
    functions.set(number, fn);
    return number;
  }

  function referenceTo(object) {
    let number = references.get(object);
    if (number === undefined) {
      references.set(object, (number = ++count));
      objects.set(number, object);
    }
    return number;
  }

  function watched(promise) {
    const number = ++count;
    apply(then, promise, [
      (value) => void host(SETTLED, number, true, pack([value])),
      (error) => void host(SETTLED, number, false, pack([described(error)])),
    ]);
    return number;
  }

  const then = Promise.prototype.then;

  function described(error) {
    if (!(error instanceof Native.Error)) return { text: shown(error), stack: "" };
    return { text: Native.String(error), stack: Native.String(error.stack ?? "") };
  }

  function marked(key, value) {
    // The holder has the unit itself; what is given is what its `toJSON` made of it.
    const held = this[key];
    const number = typeof held === "object" && held !== null ? Unit.number(held) : 0;
    if (number) return { [UNIT]: number };
    if (typeof value === "function") return { [FUNCTION]: numberOf(value), name: Native.String(value.name) };
    if (typeof value !== "object" || value === null) return value;
    if (value instanceof Native.Promise) return { [PROMISE]: watched(value) };
    if (value instanceof Native.ArrayBuffer) return { [BYTES]: [...new Native.Uint8Array(value)] };
    if (isView(value)) {
      return { [BYTES]: [...new Native.Uint8Array(value.buffer, value.byteOffset, value.byteLength)] };
    }
    return value;
  }

  const dated = (value) => (value instanceof Native.Date ? { [DATE]: +value } : value);

  function pack(values) {
    for (const value of values) {
      const kind = typeof value;
      if (kind === "object" ? value !== null : kind === "function") return stringify(values.map(dated), marked);
    }
    return stringify(values);
  }

  function shown(value) {
    try {
      return Native.String(value);
    } catch {
      return "[an object without words]";
    }
  }

  // --- in: what JSON stands for ---

  function revived(value) {
    if (typeof value !== "object" || value === null) return value;
    if (UNIT in value) return units.get(value[UNIT]) ?? new (named(value.of))(KEY, value[UNIT]);
    if (DATE in value) return new Native.Date(value[DATE]);
    if (OBJECT in value) return objects.get(value[OBJECT]);
    if (FUNCTION in value) return functions.get(value[FUNCTION]);
    if (CALLABLE in value) return method(value[CALLABLE], "", 0);
    for (const key of keys(value)) value[key] = revived(value[key]);
    return value;
  }

  // A number or a truth value comes as it is; a text says by its first letter what the rest is.
  function received(result) {
    if (typeof result !== "string") return result === null ? undefined : result;
    const rest = result.slice(1);
    switch (result[0]) {
      case "s": return rest;
      case "j": return parse(rest);
      case "u": return revived(parse(rest));
      case "n": return named(rest);
      case "p": return new Promise((resolve, reject) => promises.set(+rest, [resolve, reject]));
      default: throw failure(parse(rest));
    }
  }

  function failure([name, message]) {
    const error = new Native.Error(message);
    if (name) defineProperty(error, "name", { value: name, configurable: true, writable: true });
    return error;
  }

  // --- commands ---

  // Optional arguments that are undefined at the end are as good as not given.
  function given(args, required) {
    let length = args.length;
    while (length > required && args[length - 1] === undefined) length--;
    if (!length) return undefined;
    if (length === 1 && (typeof args[0] === "number" || typeof args[0] === "boolean")) return args[0];
    return pack(length === args.length ? args : args.slice(0, length));
  }

  function method(owner, name, required) {
    const { [name]: made } = {
      [name](...args) {
        return received(host(CALL, owner, name, given(args, required)));
      },
    };
    commands.add(made);
    return made;
  }

  function unitMethod(owner, name, required) {
    const { [name]: made } = {
      [name](...args) {
        const number = typeof this === "object" && this !== null && Unit.number(this);
        if (!number) throw new Native.TypeError(`${owner}.${name} was called without its ${owner}`);
        return received(host(CALL, number, name, given(args, required)));
      },
    };
    return made;
  }

  // Objects given to a constructor are given by reference: a scenario may fill them in later.
  function referring(args) {
    return stringify(args.map((value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) && !Unit.number(value)
        ? { [OBJECT]: referenceTo(value), now: value } : value), marked);
  }

  // --- what differs in JavaScript from the documented call ---

  const timer = (start) => (callback, milliseconds, ...args) => {
    const wait = Native.Number(milliseconds ?? 0);
    return start(args.length ? () => callback(...args) : callback, wait > 0 ? wait : 0);
  };

  const clearer = (clear) => (number) => clear(number ?? null);

  const writer = (write) => (message) => write(line(message));

  const own = {
    setTimeout: timer,
    setInterval: timer,
    clearTimeout: clearer,
    clearInterval: clearer,
    "Logger.write": writer,
  };

  function fitted(dotted, call) {
    const made = own[dotted]?.(call);
    return made ? defineProperty(made, "name", { value: call.name, configurable: true }) : call;
  }

  function line(value) {
    if (typeof value === "string") return value;
    if (typeof value !== "object" || value === null || value instanceof Native.Error) return shown(value);
    try {
      stringify(value);
      return value;
    } catch {
      return shown(value);
    }
  }

  const { named, lazily } = vocabulary({
    host, Native, Unit, KEY, global, method, unitMethod, received, referring, pack,
    fitted,
  });

  // --- the language's own objects, where they know of time, chance or place ---

  const now = () => host(NOW, "", "", undefined);
  const languages = language(Native, now, writer(method("Logger", "write", 1)), line);

  Math.random = () => host(RANDOM, "", "", undefined);

  // --- errors: the stack in the platform's layout, in the scenario's own files ---

  let files;
  // An accessor of the engine's own: it has to be set, not defined.
  Error.prepareStackTrace = (error, sites) => {
    files ??= parse(host(FILES, "", "", undefined));
    const lines = [];
    for (const site of sites) {
      const at = site.getLineNumber();
      if (site.getFileName() !== "<input>" || at === null) continue;
      const file = files.findLast(([, first]) => first <= at);
      if (!file) continue;
      const [name, first, moved] = file, column = site.getColumnNumber();
      const place = moved ? host(PLACE_AT, at, column, undefined) : `${name}:${at - first + 1}:${column}`;
      lines.push(`${site.getFunctionName() || "<anonymous>"}@${place}`);
    }
    return lines.join("\n");
  };

  for (const name of parse(host(DESCRIBE, "", "", undefined))) {
    lazily(global, name, languages[name] ?? (() => named(name)));
  }

  // --- the entry function ---

  const entries = [
    // 0, 1: call a function, with arguments that are data, or that have units among them.
    (number, text) => called(functions.get(number), text === null ? [] : parse(text)),
    (number, text) => called(functions.get(number), revived(parse(text))),
    // 2: a promise is fulfilled; 3: it is rejected.
    (number, text) => void settle(number, 0, revived(parse(text))[0]),
    (number, text) => void settle(number, 1, failure(parse(text))),
    // 4: functions that Python has let go.
    (number, text) => void parse(text).forEach((one) => functions.delete(one)),
    // 5: a rejection that nobody handles.
    () => {
      const reason = global[rejected];
      delete global[rejected];
      throw reason;
    },
    // 6: which line runs.
    () => stringify(new Native.Error().stack),
    // 7: an object by reference, as it is now.
    (number) => pack([objects.get(number)]),
    // 8: where a function is defined.
    (number) => functions.get(number)?.lineNumber ?? 0,
    // 9: call a function with an event.
    (number, shape, values) => called(functions.get(number), [eventOf(shape, values)]),
  ];

  const rejected = "\u0001rejected";

  const shapes = [];

  function eventOf(shape, values) {
    const fields = shapes[shape] ??= parse(host(SHAPE, shape, "", undefined));
    const event = { name: values[0] };
    for (let field = 0, at = 1; field < fields.length; field += 2, at++) {
      const value = values[at], kind = fields[field + 1];
      event[fields[field]] = kind === "=" ? value : kind === "u" ? units.get(value) : revived(parse(value));
    }
    return event;
  }

  function called(fn, args) {
    const result = commands.has(fn) ? fn() : apply(fn, undefined, args);
    if (result === undefined || result === null) return null;
    return typeof result === "number" || typeof result === "boolean" ? result : pack([result]);
  }

  function settle(number, which, value) {
    const both = promises.get(number);
    promises.delete(number);
    both[which](value);
  }

  return (kind, number, first, ...rest) => entries[kind](number, first, rest);
})
