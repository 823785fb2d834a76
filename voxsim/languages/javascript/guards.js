// What an engine cannot interrupt, or lets grow without end: its own loops over what only claims to be a long array,
// and texts. An array of more than 2 ** 24 elements has no room in a session's memory, so a longer one is empty for the
// most part; methods that would walk all of it refuse. Only what a scenario names is guarded.
(function (native, longestText, uses) {
  "use strict";
  const { ArrayBuffer, Object, RangeError, String, apply, create, defineProperty, getOwnPropertyDescriptor, isArray } = native;
  const LONGEST_ARRAY = 2 ** 24;
  const arrays = native.Array.prototype, spread = native.Symbol.isConcatSpreadable;

  function tooLong(what) {
    throw new RangeError("Invalid " + what + " length");
  }

  // What is no array may tell another length each time it is asked: the engine gets one that stays.
  function fixed(value) {
    if (value === null || value === undefined) return value;
    const object = Object(value);
    if (!("length" in object)) return object;
    const own = getOwnPropertyDescriptor(object, "length"), length = +object.length;
    if (length > LONGEST_ARRAY) tooLong("array");
    if (typeof own?.value === "number") return object;
    return create(object, { __proto__: null, length: { __proto__: null, value: length, writable: true } });
  }

  function checked(value) {
    if (!isArray(value)) return fixed(value);
    if (value.length > LONGEST_ARRAY) tooLong("array");
    return value;
  }

  function checkedInside(array, depth) {
    if (!(depth >= 1)) return;
    for (let at = 0; at < array.length; at++) {
      if (isArray(array[at])) checkedInside(checked(array[at]), depth - 1);
    }
  }

  function text(result) {
    if (result.length > longestText()) tooLong("string");
    return result;
  }

  // `make` is given the engine's own method, and makes the one that stands in for it.
  function guard(owner, names, make) {
    for (let at = 0; at < names.length; at++) {
      const name = names[at], own = owner[name];
      if (own === undefined || !uses(name)) continue;
      const value = make(own, name);
      defineProperty(value, "length", { __proto__: null, value: own.length, configurable: true });
      defineProperty(owner, name, { __proto__: null, value, configurable: true, writable: true });
    }
  }

  const whole = ["copyWithin", "reverse", "shift", "slice", "sort", "splice", "toReversed", "toSorted", "toSpliced", "unshift", "with"];
  guard(arrays, whole, (own, name) => ({
    [name](...args) {
      return apply(own, isArray(this) && this.length <= LONGEST_ARRAY ? this : checked(this), args);
    },
  })[name]);
  guard(arrays, ["concat"], (own) => ({
    concat(...args) {
      for (let at = 0; at < args.length; at++) if (isArray(args[at]) || args[at]?.[spread]) checked(args[at]);
      return apply(own, isArray(this) || this?.[spread] ? checked(this) : this, args);
    },
  }).concat);
  const { flat, map } = arrays;
  guard(arrays, ["flat"], () => ({
    flat(depth = 1) {
      const whole = checked(this);
      checkedInside(whole, depth);
      return apply(flat, whole, [depth]);
    },
  }).flat);
  guard(arrays, ["flatMap"], () => ({
    flatMap(callback, self) {
      const mapped = apply(map, this, [callback, self]);
      checkedInside(mapped, 1);
      return apply(flat, mapped, []);
    },
  }).flatMap);
  guard(arrays, ["join"], (own) => ({
    join(separator) {
      return text(apply(own, checked(this), [separator]));
    },
  }).join);

  // Where there is no memory left for it, an engine may crash: an error comes before that.
  guard(native.Function.prototype, ["bind"], (own) => ({
    bind(...args) {
      new ArrayBuffer(1024 + 16 * args.length);
      return apply(own, this, args);
    },
  }).bind);

  guard(String, ["raw"], (own) => ({
    raw(...args) {
      args[0] = { __proto__: null, raw: checked(args[0].raw) };
      return text(apply(own, this, args));
    },
  }).raw);
  guard(String.prototype, ["repeat"], (own) => ({
    repeat(count) {
      if (this !== null && this !== undefined && String(this).length * count > longestText()) tooLong("string");
      return apply(own, this, [count]);
    },
  }).repeat);
  guard(String.prototype, ["padEnd", "padStart"], (own, name) => ({
    [name](length, filler) {
      if (length > longestText()) tooLong("string");
      return apply(own, this, [length, filler]);
    },
  })[name]);
  guard(String.prototype, ["replaceAll"], (own, name) => ({
    [name](...args) {
      return text(apply(own, this, args));
    },
  })[name]);
})
