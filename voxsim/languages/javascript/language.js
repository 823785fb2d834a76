// The language's own objects as a session has them: dates from the session's clock and in UTC, a console that writes to
// its log, and an `Intl` that says what to use instead. Each is made when a scenario first uses it.
(function (Native, now, write, line) {
  "use strict";
  return {
    Date() {
      const offset = Native.Date.prototype.getTimezoneOffset;
      const zoned = /Z|[+-]\d\d:?\d\d|GMT|UTC/i, dateOnly = /^\s*\d{4}(-\d\d(-\d\d)?)?\s*$/;
      const read = (text) => {
        const time = Native.Date.parse(text);
        if (zoned.test(text) || dateOnly.test(text)) return time;
        return time - Reflect.apply(offset, new Native.Date(time), []) * 60000;
      };
      function Clock(...args) {
        if (!new.target) return Native.String(new Clock());
        let time;
        if (!args.length) time = now();
        else if (args.length > 1) time = Native.Date.UTC(...args);
        else if (typeof args[0] === "string") time = read(args[0]);
        else time = args[0];
        return Reflect.construct(Native.Date, [time], new.target);
      }
      const { prototype } = Native.Date;
      for (const part of ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"]) {
        prototype[`get${part}`] = prototype[`getUTC${part}`];
        if (part !== "Day") prototype[`set${part}`] = prototype[`setUTC${part}`];
      }
      const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
      const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
      const two = (number) => Native.String(number).padStart(2, "0");
      const own = {
        getTimezoneOffset: () => 0,
        toDateString() {
          const year = Native.String(this.getUTCFullYear()).padStart(4, "0");
          return `${days[this.getUTCDay()]} ${months[this.getUTCMonth()]} ${two(this.getUTCDate())} ${year}`;
        },
        toTimeString() {
          const time = `${two(this.getUTCHours())}:${two(this.getUTCMinutes())}:${two(this.getUTCSeconds())}`;
          return `${time} GMT+0000 (Coordinated Universal Time)`;
        },
        toString() {
          return isNaN(this) ? "Invalid Date" : `${this.toDateString()} ${this.toTimeString()}`;
        },
        toLocaleDateString() {
          return `${this.getUTCMonth() + 1}/${this.getUTCDate()}/${this.getUTCFullYear()}`;
        },
        toLocaleTimeString() {
          const hours = this.getUTCHours();
          const time = `${hours % 12 || 12}:${two(this.getUTCMinutes())}:${two(this.getUTCSeconds())}`;
          return `${time} ${hours < 12 ? "AM" : "PM"}`;
        },
        toLocaleString() {
          return `${this.toLocaleDateString()}, ${this.toLocaleTimeString()}`;
        },
      };
      for (const name of Object.keys(own)) prototype[name] = own[name];
      prototype.constructor = Clock;
      Clock.prototype = prototype;
      Clock.now = now;
      Clock.parse = read;
      Clock.UTC = Native.Date.UTC;
      Object.defineProperty(Clock, "name", { value: "Date" });
      return Clock;
    },
    console() {
      const log = (...values) => void write(values.length === 1 ? values[0] : values.map(inLine).join(" "));
      const inLine = (value) => {
        const text = line(value);
        return typeof text === "string" ? text : JSON.stringify(text);
      };
      const ignore = () => undefined;
      const assert = (held, ...values) => void (held || log("Assertion failed:", ...values));
      return {
        log, info: log, warn: log, error: log, debug: log, trace: log, dir: log, table: log, group: log, assert,
        groupEnd: ignore, time: ignore, timeEnd: ignore,
      };
    },
    Intl: () => new Native.Proxy({}, {
      get(target, name) {
        throw new Native.TypeError(`Intl.${Native.String(name)}: voxsim's JavaScript engine has no Intl; use getLocalTime`);
      },
    }),
  };
})
