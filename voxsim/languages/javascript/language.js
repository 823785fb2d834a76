// The language's own objects as a session has them: dates from the session's clock and in UTC, a console that writes to
// its log, and an Intl that says what to use instead. Each is made when a scenario first uses it.
(function (native, now, write, line) {
  "use strict";
  const { Object, Proxy, String, TypeError, apply, construct, defineProperty, exec, join, keys, padStart, stringify } = native;
  const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const parts = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"];
  const zoned = /Z|[+-]\d\d:?\d\d|GMT|UTC/i, dateOnly = /^\s*\d{4}(-\d\d(-\d\d)?)?\s*$/;
  const { UTC, parse, prototype } = native.Date;
  const offset = prototype.getTimezoneOffset;
  const padded = (number, length) => apply(padStart, String(number), [length, "0"]);
  const two = (number) => padded(number, 2);

  function put(object, name, value) {
    defineProperty(object, name, { __proto__: null, value, configurable: true, writable: true });
  }

  function read(text) {
    const time = parse(text);
    if (apply(exec, zoned, [text]) || apply(exec, dateOnly, [text])) return time;
    return time - apply(offset, new native.Date(time), []) * 60000;
  }

  return {
    __proto__: null,
    Date() {
      function Clock(...args) {
        if (!new.target) return String(new Clock());
        let time;
        if (!args.length) time = now();
        else if (args.length > 1) time = apply(UTC, undefined, args);
        else if (typeof args[0] === "string") time = read(args[0]);
        else time = args[0];
        return construct(native.Date, [time], new.target);
      }
      for (let at = 0; at < parts.length; at++) {
        put(prototype, "get" + parts[at], prototype["getUTC" + parts[at]]);
        if (parts[at] !== "Day") put(prototype, "set" + parts[at], prototype["setUTC" + parts[at]]);
      }
      const own = {
        getTimezoneOffset: () => 0,
        toDateString() {
          const date = months[this.getUTCMonth()] + " " + two(this.getUTCDate());
          return days[this.getUTCDay()] + " " + date + " " + padded(this.getUTCFullYear(), 4);
        },
        toTimeString() {
          const time = two(this.getUTCHours()) + ":" + two(this.getUTCMinutes()) + ":" + two(this.getUTCSeconds());
          return time + " GMT+0000 (Coordinated Universal Time)";
        },
        toString() {
          return isNaN(this) ? "Invalid Date" : this.toDateString() + " " + this.toTimeString();
        },
        toLocaleDateString() {
          return (this.getUTCMonth() + 1) + "/" + this.getUTCDate() + "/" + this.getUTCFullYear();
        },
        toLocaleTimeString() {
          const hours = this.getUTCHours();
          const time = (hours % 12 || 12) + ":" + two(this.getUTCMinutes()) + ":" + two(this.getUTCSeconds());
          return time + " " + (hours < 12 ? "AM" : "PM");
        },
        toLocaleString() {
          return this.toLocaleDateString() + ", " + this.toLocaleTimeString();
        },
      };
      const names = keys(own);
      for (let at = 0; at < names.length; at++) put(prototype, names[at], own[names[at]]);
      put(prototype, "constructor", Clock);
      Clock.prototype = prototype;
      put(Clock, "now", now);
      put(Clock, "parse", read);
      put(Clock, "UTC", UTC);
      put(Clock, "name", "Date");
      return Clock;
    },
    console() {
      const inLine = (value) => {
        const text = line(value);
        return typeof text === "string" ? text : stringify(text);
      };
      const told = (values) => {
        for (let at = 0; at < values.length; at++) values[at] = inLine(values[at]);
        return apply(join, values, [" "]);
      };
      const log = (...values) => void write(values.length === 1 ? values[0] : told(values));
      const assert = (held, ...values) => void (held || log("Assertion failed:", told(values)));
      const ignore = () => undefined;
      return {
        log, info: log, warn: log, error: log, debug: log, trace: log, dir: log, table: log, group: log, assert,
        groupEnd: ignore, time: ignore, timeEnd: ignore,
      };
    },
    Intl: () => new Proxy({}, {
      __proto__: null,
      get(target, name) {
        throw new TypeError("Intl." + String(name) + ": voxsim's JavaScript engine has no Intl; use getLocalTime");
      },
    }),
  };
})
