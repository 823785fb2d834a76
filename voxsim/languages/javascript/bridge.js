// The JavaScript side of the bridge. It knows how things cross, and nothing of the platform: every name, class and
// value comes from Python, as a description, when a scenario first uses it. In: one entry function. Out: one host
// function. Texts that cross are JSON; \u0001 marks what is no data: a unit, a function, a promise, an object by
// reference, a gap.
(function (host, language) {
  "use strict";
  const CALL = 0, DESCRIBE = 1, GET = 2, SET = 3, NEW = 4, NOW = 5, RANDOM = 6, SETTLED = 7, FILES = 8, MEMBER = 9, METHOD = 10, SHAPE = 11;
  const UNIT = "\u0001u", FUNCTION = "\u0001f", PROMISE = "\u0001p", OBJECT = "\u0001o", BYTES = "\u0001b", DATE = "\u0001d", CALLABLE = "\u0001c";
  const { parse, stringify } = JSON;
  const { defineProperty, keys } = Object;
  const { apply, construct } = Reflect;
  const { isView } = ArrayBuffer;
  const Native = { Date, Error, TypeError, Promise, Map, WeakMap, Proxy, Uint8Array, ArrayBuffer, String, Number };
  const global = globalThis;
  const KEY = Symbol("made by the platform");

  const functions = new Map(), numbers = new WeakMap();
  const units = new Map(), objects = new Map(), references = new WeakMap();
  const promises = new Map();
  const commands = new WeakSet();
  const built = new Map();
  let count = 0;

  class Unit {
    #number;
    constructor(number) {
      this.#number = number;
      units.set(number, this);
    }
    static number(value) {
      return #number in value ? value.#number : 0;
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
    if (typeof value === "function") return { [FUNCTION]: numberOf(value), name: Native.String(value.name) };
    if (typeof value !== "object" || value === null) return value;
    const number = Unit.number(value);
    if (number) return { [UNIT]: number };
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

  // --- names ---

  function lazily(object, name, make) {
    const define = (value) =>
      defineProperty(object, name, { value, configurable: true, enumerable: object !== global, writable: true });
    defineProperty(object, name, {
      configurable: true,
      enumerable: object !== global,
      get() {
        const value = make();
        define(value);
        return value;
      },
      set: define,
    });
  }

  function named(dotted) {
    let value = built.get(dotted);
    if (value === undefined) built.set(dotted, (value = build(dotted, parse(host(DESCRIBE, dotted, "", undefined)))));
    return value;
  }

  const builders = {
    function: (dotted, { required }) => (own[dotted] ?? plain)(method("", dotted, required)),
    namespace(dotted, { methods, properties }) {
      const made = {};
      for (const name of keys(methods)) {
        made[name] = (own[`${dotted}.${name}`] ?? plain)(method(dotted, name, methods[name]));
      }
      for (const name of properties) property(made, name, () => dotted);
      return withOthers(made, dotted, (name, required) => method(dotted, name, required));
    },
    class(dotted, { methods, properties, makes }) {
      const short = dotted.slice(dotted.lastIndexOf(".") + 1);
      const { [short]: made } = {
        [short]: class extends Unit {
          constructor(...args) {
            if (args[0] !== KEY && !makes) throw new Native.TypeError(`A ${short} is not made with \`new\``);
            super(args[0] === KEY ? args[1] : received(host(NEW, dotted, "", referring(args))));
          }
        },
      };
      for (const name of keys(methods)) {
        defineProperty(made.prototype, name, {
          value: unitMethod(short, name, methods[name]), configurable: true, writable: true,
        });
      }
      for (const name of properties) property(made.prototype, name, Unit.number);
      withOthers(made.prototype, dotted, (name, required) => unitMethod(short, name, required));
      return made;
    },
    shape(dotted) {
      const short = dotted.slice(dotted.lastIndexOf(".") + 1);
      return { [short]: class { constructor(fields) { Object.assign(this, fields); } } }[short];
    },
    set: (dotted, { values }) => values,
    list(dotted) {
      const known = (name) => typeof name === "string" && received(host(MEMBER, dotted, name, undefined));
      return new Native.Proxy({}, {
        get(target, name) {
          if (!(name in target) && typeof name === "string") {
            const kind = known(name);
            if (kind === "inner") lazily(target, name, () => named(`${dotted}.${name}`));
            else if (kind === "maker") target[name] = (brand) => `${dotted}.${name}(${brand})`;
            else if (kind !== undefined) target[name] = kind.slice(1);
          }
          return target[name];
        },
        has: (target, name) => name in target || known(name) !== undefined,
      });
    },
    alias: (dotted, { of }) => walk(of),
  };

  // Methods whose names stand nowhere in the scenario are made when they are asked for all the same.
  function withOthers(object, dotted, make) {
    const above = Object.getPrototypeOf(object);
    const missing = (name) => (typeof name === "string" ? host(METHOD, dotted, name, undefined) : null);
    return Object.setPrototypeOf(object, new Native.Proxy(above, {
      get(target, name, receiver) {
        if (name in target) return Reflect.get(target, name, receiver);
        const required = missing(name);
        if (required === null) return undefined;
        defineProperty(object, name, { value: make(name, required), configurable: true, writable: true });
        return object[name];
      },
      has: (target, name) => name in target || missing(name) !== null,
    }));
  }

  function build(dotted, description) {
    const made = builders[description.kind](dotted, description);
    for (const name of description.inner ?? []) lazily(made, name, () => named(`${dotted}.${name}`));
    return made;
  }

  function walk(dotted) {
    const [first, ...path] = dotted.split(".");
    return path.reduce((owner, name) => owner[name], named(first));
  }

  function property(object, name, target) {
    defineProperty(object, name, {
      configurable: true,
      enumerable: true,
      get() {
        return received(host(GET, target(this), name, undefined));
      },
      set(value) {
        received(host(SET, target(this), name, pack([value])));
      },
    });
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

  const plain = (call) => call;

  const own = {
    setTimeout: timer,
    setInterval: timer,
    clearTimeout: clearer,
    clearInterval: clearer,
    "Logger.write": writer,
  };

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
      lines.push(`${site.getFunctionName() || "<anonymous>"}@${file[0]}:${at - file[1] + 1}:${site.getColumnNumber()}`);
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
