// The JavaScript side of a hosted telephony module: the names of the system, and the way in and out. In: one entry
// function. Out: one host function. What crosses is text in JSON; \u0001 marks a response that was built.
(function (host, native, language) {
  "use strict";
  const SETTINGS = 0, LOG = 1, NOW = 2, RANDOM = 3, FETCH = 4, WAIT = 5, DONE = 6;
  const { parse, stringify } = JSON;
  const { defineProperty, entries, freeze, fromEntries } = Object;
  const { apply } = Reflect;
  const then = Promise.prototype.then;
  const indirect = eval;
  const global = globalThis;

  const define = (name, value) => defineProperty(global, name, { value, configurable: true, writable: true });

  // --- the system's names ---

  const { enumerations, params } = parse(host(SETTINGS, 0, ""));
  for (const [name, members] of entries(enumerations)) define(name, freeze(members));
  define("Namespace", { params: { data: params } });

  class HttpResponse {
    #status = 200;
    #content = "";
    #headers = {};
    status(code) {
      this.#status = code;
      return this;
    }
    content(text) {
      this.#content = text;
      return this;
    }
    header(name, value) {
      this.#headers[name] = value;
      return this;
    }
    json(value) {
      this.#content = stringify(value);
      this.#headers["Content-Type"] ??= "application/json";
      return this;
    }
    static built(value) {
      if (typeof value !== "object" || value === null || !(#status in value)) return value;
      return { "\u0001response": { status: value.#status, content: value.#content, headers: value.#headers } };
    }
  }
  const { built } = HttpResponse;
  delete HttpResponse.built;
  define("HttpResponse", HttpResponse);

  // --- HTTP ---

  const anyCase = (headers) => {
    const lower = fromEntries(entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return new native.Proxy(headers, {
      get(target, name) {
        if (name === "get") return (wanted) => lower[native.String(wanted).toLowerCase()] ?? null;
        return target[name] ?? (typeof name === "string" ? lower[name.toLowerCase()] : undefined);
      },
    });
  };

  const requests = new Map();
  let count = 0;

  function fetch(url, options = {}) {
    const { method = "GET", headers, body } = options ?? {};
    const pairs = !headers ? [] : typeof headers[Symbol.iterator] === "function" ? [...headers] : entries(headers);
    const asked = {
      url: native.String(url),
      method: native.String(method),
      headers: pairs.map(([name, value]) => [native.String(name), native.String(value)]),
      body: body === undefined || body === null ? "" : native.String(body),
    };
    if (body instanceof URLSearchParams && !asked.headers.some(([name]) => name.toLowerCase() === "content-type")) {
      asked.headers.push(["Content-Type", "application/x-www-form-urlencoded"]);
    }
    return new Promise((resolve, reject) => {
      requests.set(++count, [resolve, reject]);
      host(FETCH, count, stringify(asked));
    });
  }

  function responded({ status, headers, text, url }) {
    return {
      ok: status >= 200 && status < 300,
      status,
      statusText: "",
      url,
      headers: anyCase(headers),
      text: async () => text,
      json: async () => parse(text),
    };
  }

  class URLSearchParams {
    #pairs;
    constructor(given = "") {
      const plain = (text) => {
        const spaced = text.replaceAll("+", " ");
        try {
          return decodeURIComponent(spaced);
        } catch {
          return spaced;
        }
      };
      if (typeof given === "string") {
        const parts = given.replace(/^\?/, "").split("&").filter(Boolean);
        this.#pairs = parts.map((part) => {
          const at = part.indexOf("=");
          return at < 0 ? [plain(part), ""] : [plain(part.slice(0, at)), plain(part.slice(at + 1))];
        });
      } else {
        const pairs = typeof given[Symbol.iterator] === "function" ? [...given] : entries(given);
        this.#pairs = pairs.map(([name, value]) => [native.String(name), native.String(value)]);
      }
    }
    get(name) {
      return this.#pairs.find(([one]) => one === name)?.[1] ?? null;
    }
    getAll(name) {
      return this.#pairs.filter(([one]) => one === name).map(([, value]) => value);
    }
    has(name) {
      return this.#pairs.some(([one]) => one === name);
    }
    append(name, value) {
      this.#pairs.push([native.String(name), native.String(value)]);
    }
    set(name, value) {
      this.delete(name);
      this.append(name, value);
    }
    delete(name) {
      this.#pairs = this.#pairs.filter(([one]) => one !== name);
    }
    forEach(callback) {
      for (const [name, value] of this.#pairs) callback(value, name, this);
    }
    entries() {
      return this.#pairs.map((pair) => [...pair]).values();
    }
    keys() {
      return this.#pairs.map(([name]) => name).values();
    }
    values() {
      return this.#pairs.map(([, value]) => value).values();
    }
    [Symbol.iterator]() {
      return this.entries();
    }
    toString() {
      const coded = (text) => encodeURIComponent(text).replaceAll("%20", "+");
      return this.#pairs.map((pair) => pair.map(coded).join("=")).join("&");
    }
  }

  define("fetch", fetch);
  define("URLSearchParams", URLSearchParams);

  // --- the language's own objects, where they know of time, chance or place ---

  const line = (value) => {
    if (typeof value !== "object" || value === null || value instanceof native.Error) return shown(value);
    try {
      return stringify(value) ?? shown(value);
    } catch {
      return shown(value);
    }
  };

  function shown(value) {
    try {
      return native.String(value);
    } catch {
      return "[an object without words]";
    }
  }

  const languages = language(native, () => host(NOW, 0, ""), (value) => host(LOG, 0, stringify(line(value))), line);
  for (const name of ["Date", "console", "Intl"]) define(name, languages[name]());
  Math.random = () => host(RANDOM, 0, "");

  const timers = new Map();
  define("setTimeout", (callback, milliseconds, ...args) => {
    timers.set(++count, () => callback(...args));
    host(WAIT, count, stringify(native.Number(milliseconds) || 0));
    return count;
  });
  define("clearTimeout", (number) => void timers.delete(number));

  // An accessor of the engine's own: it has to be set, not defined. The module begins at line 2.
  Error.prepareStackTrace = (error, sites) =>
    sites
      .filter((site) => site.getFileName() === "<input>" && site.getLineNumber() > 1)
      .map((site) => `${site.getFunctionName() || "<anonymous>"}@:${site.getLineNumber()}:${site.getColumnNumber()}`)
      .join("\n");

  // --- the entry function ---

  function pack(value) {
    return stringify([value], (key, one) => built(one));
  }

  function failed(error) {
    if (!(error instanceof native.Error)) return stringify({ text: line(error), stack: "" });
    return stringify({ text: shown(error), stack: shown(error.stack ?? "") });
  }

  const kinds = [
    // 0: call a function; what comes of it is told when it is known.
    (number, name, [text]) => {
      const found = indirect(`typeof ${name} === "function" ? ${name} : undefined`);
      if (found === undefined) return void host(DONE, 2, "");
      const args = parse(text).map((one) => (one?.["\u0001request"] ? requested(one["\u0001request"]) : one));
      const result = new Promise((resolve) => resolve(apply(found, undefined, args)));
      const packed = apply(then, result, [pack]);
      apply(then, packed, [(text) => void host(DONE, 1, text), (error) => void host(DONE, 0, failed(error))]);
    },
    // 1: a request was answered; 2: it failed.
    (number, text) => settle(number, 0, responded(parse(text))),
    (number, text) => settle(number, 1, new native.TypeError(parse(text))),
    // 3: a timer is due.
    (number) => {
      const due = timers.get(number);
      timers.delete(number);
      due?.();
    },
    // 4: a rejection that nobody handles.
    () => {
      const reason = global["\u0001rejected"];
      delete global["\u0001rejected"];
      host(LOG, 0, stringify(`Unhandled rejection: ${line(reason)}`));
    },
  ];

  const requested = ({ headers, ...rest }) => ({ ...rest, headers: anyCase(headers), json: () => parse(rest.body) });

  function settle(number, which, value) {
    const both = requests.get(number);
    requests.delete(number);
    both?.[which](value);
  }

  return (kind, number, first, ...rest) => void kinds[kind](number, first, rest);
})
