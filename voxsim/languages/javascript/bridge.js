// The JavaScript side of the bridge. It knows how things cross, and nothing of the platform: every name, class and
// value comes from Python, as a description, when a scenario first uses it. In: one entry function. Out: one host
// function. Texts that cross are JSON; \u0001 marks what is no data: a unit, a function, a promise, an object by
// reference, a gap. It uses the language as it was before the scenario ran.
(function (host, nests, native, vocabulary, language, guards) {
  "use strict";
  const CALL = 0, DESCRIBE = 1, GET = 2, SET = 3, NEW = 4, NOW = 5, RANDOM = 6, SETTLED = 7, FILES = 8, MEMBER = 9;
  const METHOD = 10, SHAPE = 11, PLACE_AT = 12, HERE = 13, SEEN = 14, THROWN = 15, LONGEST = 16, USES = 17;
  const MARK = "\u0001";
  const UNIT = "\u0001u", FUNCTION = "\u0001f", PROMISE = "\u0001p", OBJECT = "\u0001o", BYTES = "\u0001b", DATE = "\u0001d";
  const CALLABLE = "\u0001c";
  const { apply, defineProperty, isView, keys, parse, slice, stringify, then } = native;
  const { ArrayBuffer, Date, Error, Map, Number, Promise, String, TypeError, Uint8Array, WeakMap, WeakSet } = native;
  const arrays = native.Array.prototype;
  const global = globalThis;
  const KEY = native.Symbol("made by the platform"), NUMBER = native.Symbol("number");

  const functions = new Map(), numbers = new WeakMap();
  const units = new Map(), objects = new Map(), references = new WeakMap();
  const promises = new Map();
  const commands = new WeakSet();
  let count = 0;

  // A property, and no private field: a scenario may wrap a call in a Proxy, or make an object on top of it.
  function unitNumber(value) {
    const number = value[NUMBER];
    return typeof number === "number" ? number : 0;
  }

  function unit(made, number) {
    defineProperty(made, NUMBER, { __proto__: null, value: number });
    units.set(number, made);
    return made;
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
      (value) => {
        let text;
        try {
          text = pack([value]);
        } catch (error) {
          return void host(SETTLED, number, false, pack([described(error)]));
        }
        host(SETTLED, number, true, text);
      },
      (error) => void host(SETTLED, number, false, pack([described(error)])),
    ]);
    return number;
  }

  function described(error) {
    try {
      if (error instanceof Error) return { text: String(error), stack: String(error.stack ?? "") };
    } catch {
      // Its words are told as those of any other object.
    }
    return { text: shown(error), stack: "" };
  }

  // A method that stringify calls with what holds the value: a toJSON of the scenario's has no say in what is no data.
  function marked(key, value) {
    const whole = this[key];
    if (typeof whole === "function") return ofFunction(whole);
    if (typeof whole !== "object" || whole === null) return value;
    const number = unitNumber(whole);
    if (number) return { [UNIT]: number };
    if (whole instanceof Promise) return { [PROMISE]: watched(whole) };
    if (whole instanceof ArrayBuffer) return { [BYTES]: bytes(new Uint8Array(whole)) };
    if (isView(whole)) return { [BYTES]: bytes(new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength)) };
    return value;
  }

  function bytes(view) {
    const list = [], { length } = view;
    for (let at = 0; at < length; at++) list[at] = view[at];
    return list;
  }

  const ofFunction = (fn) => ({ [FUNCTION]: numberOf(fn), name: String(fn.name) });

  // What is packed is an array of the bridge's own. Units and functions are mostly at its top: they are marked at once.
  function pack(values) {
    let plain = true;
    for (let at = 0; at < values.length; at++) {
      const value = values[at], kind = typeof value;
      if (kind === "function") values[at] = ofFunction(value);
      else if (kind === "object" && value !== null) {
        const number = unitNumber(value);
        if (number) values[at] = { [UNIT]: number };
        else if (value instanceof Date) values[at] = { [DATE]: apply(native.time, value, []) };
        else plain = false;
      }
    }
    if (arrays.toJSON !== undefined) defineProperty(values, "toJSON", { __proto__: null, value: undefined });
    return plain ? stringify(values) : stringify(values, marked);
  }

  function shown(value) {
    try {
      return String(value);
    } catch {
      return "[an object without words]";
    }
  }

  // --- in: what JSON stands for ---

  function revived(value) {
    if (typeof value !== "object" || value === null) return value;
    if (UNIT in value) return units.get(value[UNIT]) ?? new (names.named(value.of))(KEY, value[UNIT]);
    if (DATE in value) return new Date(value[DATE]);
    if (OBJECT in value) return objects.get(value[OBJECT]);
    if (FUNCTION in value) return functions.get(value[FUNCTION]);
    if (CALLABLE in value) return method(value[CALLABLE], "", 0);
    const all = keys(value);
    for (let at = 0; at < all.length; at++) value[all[at]] = revived(value[all[at]]);
    return value;
  }

  // A marked text says by its letter what the rest is; all else comes as it is.
  function received(result) {
    if (typeof result !== "string") return result === null ? undefined : result;
    if (result[0] !== MARK) return result;
    const rest = apply(slice, result, [2]);
    switch (result[1]) {
      case "j": return parse(rest);
      case "u": return revived(parse(rest));
      case "n": return names.named(rest);
      case "p": return new Promise((resolve, reject) => promises.set(+rest, { resolve, reject }));
      default: throw failure(parse(rest));
    }
  }

  function failure(told) {
    const error = new Error(told[1]);
    if (told[0]) defineProperty(error, "name", { __proto__: null, value: told[0], configurable: true, writable: true });
    return error;
  }

  // --- commands ---

  // Where the entry function cannot be called meanwhile, Python is told first how objects by reference are now.
  let telling = false;
  const ask = nests ? host : (operation, first, second, third) => {
    if (!telling) {
      telling = true;
      try {
        objects.forEach((object, number) => void host(SEEN, number, pack([object]), undefined));
      } finally {
        telling = false;
      }
    }
    return host(operation, first, second, third);
  };

  // Optional arguments that are undefined at the end are as good as not given.
  function given(args, required) {
    let length = args.length;
    while (length > required && args[length - 1] === undefined) length--;
    if (!length) return undefined;
    if (length === 1 && (typeof args[0] === "number" || typeof args[0] === "boolean")) return args[0];
    args.length = length;
    return pack(args);
  }

  const here = () => stringify(new Error().stack);

  // A handler that is no function is found when its time comes: the line that gave it is told now.
  function noted(handler) {
    if (typeof handler !== "function") host(HERE, here(), "", undefined);
  }

  function method(owner, name, required) {
    const { [name]: made } = {
      [name](...args) {
        return received(ask(CALL, owner, name, given(args, required)));
      },
    };
    commands.add(made);
    return name === "addEventListener" ? listening(made) : made;
  }

  function listening(call) {
    return ({
      addEventListener(...args) {
        noted(args[1]);
        return apply(call, this, args);
      },
    }).addEventListener;
  }

  function unitMethod(owner, name, required) {
    const { [name]: made } = {
      [name](...args) {
        const number = typeof this === "object" && this !== null && unitNumber(this);
        if (!number) throw new TypeError(owner + "." + name + " was called without its " + owner);
        return received(ask(CALL, number, name, given(args, required)));
      },
    };
    return name === "addEventListener" ? listening(made) : made;
  }

  // No `super`: what a class extends stays so, whatever a scenario makes of its prototypes.
  function unitClass(dotted, short, makes, parent) {
    const { [short]: made } = {
      [short]: class {
        constructor(...args) {
          if (args[0] !== KEY && !makes) throw new TypeError("A " + short + " is not made with `new`");
          const number = args[0] === KEY ? args[1] : received(ask(NEW, dotted, "", referring(args)));
          return unit(this, number);
        }
      },
    };
    if (parent) {
      native.setPrototypeOf(made, parent);
      native.setPrototypeOf(made.prototype, parent.prototype);
    }
    return made;
  }

  // Objects given to a constructor are given by reference: a scenario may fill them in later.
  function referring(args) {
    for (let at = 0; at < args.length; at++) {
      const value = args[at];
      if (typeof value !== "object" || value === null || native.isArray(value) || unitNumber(value)) continue;
      args[at] = { [OBJECT]: referenceTo(value), now: value };
    }
    return pack(args);
  }

  // --- what differs in JavaScript from the documented call ---

  const timer = (start) => (callback, milliseconds, ...args) => {
    noted(callback);
    const wait = Number(milliseconds ?? 0);
    const bound = args.length && typeof callback === "function" ? () => apply(callback, undefined, args) : callback;
    return start(bound, wait > 0 ? wait : 0);
  };

  const clearer = (clear) => (number) => clear(number ?? null);

  const writer = (write) => (message) => write(line(message));

  const own = {
    __proto__: null,
    setTimeout: timer,
    setInterval: timer,
    clearTimeout: clearer,
    clearInterval: clearer,
    "Logger.write": writer,
  };

  function fitted(dotted, call) {
    const made = own[dotted]?.(call);
    return made ? defineProperty(made, "name", { __proto__: null, value: call.name, configurable: true }) : call;
  }

  function line(value) {
    if (typeof value === "string") return value;
    try {
      if (typeof value !== "object" || value === null || value instanceof Error) return shown(value);
      stringify(value);
      return value;
    } catch {
      return shown(value);
    }
  }

  // --- names, and the language's own objects where they know of time, chance or place ---

  const names = vocabulary(native, {
    unitNumber, unitClass, unitMethod,
    function: (dotted, owner, name, required) => fitted(dotted, method(owner, name, required)),
    describe: (dotted) => parse(host(DESCRIBE, dotted, "", undefined)),
    member: (dotted, name) => received(host(MEMBER, dotted, name, undefined)),
    missing: (dotted, name) => host(METHOD, dotted, name, undefined),
    get: (target, name) => received(ask(GET, target, name, undefined)),
    set: (target, name, value) => void received(ask(SET, target, name, pack([value]))),
  });

  const now = () => host(NOW, "", "", undefined);
  const languages = language(native, now, writer(method("Logger", "write", 1)), line);

  let longest;
  guards(native, () => longest ??= host(LONGEST, "", "", undefined), (name) => host(USES, name, "", undefined));

  global.Math.random = () => host(RANDOM, "", "", undefined);

  const { queueMicrotask } = global;
  global.queueMicrotask = ({
    queueMicrotask(callback) {
      if (typeof callback !== "function") throw new TypeError("queueMicrotask needs a function");
      queueMicrotask(() => {
        try {
          callback();
        } catch (error) {
          host(THROWN, pack([described(error)]), "", undefined);
        }
      });
    },
  }).queueMicrotask;

  // --- errors: the stack in the platform's layout, in the scenario's own files ---

  let files;
  // An accessor of the engine's own: it has to be set, not defined.
  global.Error.prepareStackTrace = (error, sites) => {
    files ??= parse(host(FILES, "", "", undefined));
    const lines = [];
    for (let at = 0; at < sites.length; at++) {
      const site = sites[at], number = site.getLineNumber(), script = site.getFileName();
      if ((script !== "<input>" && script !== "eval_script") || number === null) continue;
      let file = files.length - 1;
      while (file >= 0 && files[file][1] > number) file--;
      if (file < 0) continue;
      const column = site.getColumnNumber(), first = files[file][1];
      const place = files[file][2] ? host(PLACE_AT, number, column, undefined)
        : files[file][0] + ":" + (number - first + 1) + ":" + column;
      lines[lines.length] = (site.getFunctionName() || "<anonymous>") + "@" + place;
    }
    return apply(native.join, lines, ["\n"]);
  };

  names.spread(global, parse(host(DESCRIBE, "", "", undefined)), languages);

  // --- the entry function ---

  const entries = [
    // 0, 1: call a function, with arguments that are data, or that have units among them.
    (number, text) => called(functions.get(number), text === null ? [] : parse(text)),
    (number, text) => called(functions.get(number), revived(parse(text))),
    // 2: a promise is fulfilled; 3: it is rejected.
    (number, text) => settle(number, "resolve", revived(parse(text))[0]),
    (number, text) => settle(number, "reject", failure(parse(text))),
    // 4: functions that Python has let go.
    (number, text) => {
      const gone = parse(text);
      for (let at = 0; at < gone.length; at++) functions.delete(gone[at]);
      return null;
    },
    // 5: a rejection that nobody handles.
    () => {
      const reason = global[rejected];
      delete global[rejected];
      throw reason;
    },
    // 6: which line runs.
    here,
    // 7: an object by reference, as it is now.
    (number) => pack([objects.get(number)]),
    // 8: where a function is defined.
    (number) => apply(native.lineOf, functions.get(number), []) ?? 0,
    // 9: call a function with an event.
    (number, shape, values) => called(functions.get(number), [eventOf(shape, values)]),
  ];

  const rejected = "\u0001rejected";

  const shapes = new Map();

  // What an event of this shape is filled into: its fields are its own, whatever Object.prototype has become.
  function shapeOf(number) {
    const fields = parse(host(SHAPE, number, "", undefined)), blank = { __proto__: null, name: undefined };
    for (let at = 0; at < fields.length; at += 2) blank[fields[at]] = undefined;
    const found = { fields, blank };
    shapes.set(number, found);
    return found;
  }

  function eventOf(number, values) {
    const { fields, blank } = shapes.get(number) ?? shapeOf(number);
    const event = { ...blank };
    event.name = values[0];
    for (let field = 0, at = 1; field < fields.length; field += 2, at++) {
      const value = values[at], kind = fields[field + 1];
      event[fields[field]] = kind === "=" ? value : kind === "u" ? units.get(value) : revived(parse(value));
    }
    return event;
  }

  function called(fn, args) {
    let result;
    try {
      result = commands.has(fn) ? fn() : apply(fn, undefined, args);
    } catch (error) {
      return native.joined(MARK, pack([described(error)]));
    }
    if (result === undefined || result === null) return null;
    return typeof result === "number" || typeof result === "boolean" ? result : pack([result]);
  }

  function settle(number, which, value) {
    const both = promises.get(number);
    promises.delete(number);
    both[which](value);
    return null;
  }

  return (kind, number, first, ...rest) => entries[kind](number, first, rest);
})
