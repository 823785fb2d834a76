// The language as it is before a scenario runs. The bridge works with what is held here, so that a scenario which
// replaces, freezes or deletes any of it breaks its own code and not the platform.
(function () {
  "use strict";
  const { Array, ArrayBuffer, Date, Error, Function, JSON, Map, Number, Object, Promise, Proxy, RangeError, Reflect } = globalThis;
  const { RegExp, String, Symbol, TypeError, Uint8Array, WeakMap, WeakSet } = globalThis;
  const { apply } = Reflect;
  const { defineProperty, getOwnPropertyDescriptor, setPrototypeOf } = Object;

  // A collection that has these methods for its own, and no others.
  function safe(Collection, ...names) {
    class Safe extends Collection {
      constructor() {
        super();
      }
    }
    const { prototype } = Safe;
    setPrototypeOf(prototype, null);
    for (let at = 0; at < names.length; at++) prototype[names[at]] = Collection.prototype[names[at]];
    return Safe;
  }

  const { join } = Array.prototype;

  return {
    __proto__: null,
    // Template literals call a method of texts, and what `+` makes cannot cross: what does is put together by this.
    joined: (...parts) => apply(join, parts, [""]),
    Array, ArrayBuffer, Date, Error, Function, JSON, Number, Object, Promise, Proxy, RangeError, Reflect, String, Symbol, TypeError,
    Uint8Array, apply, defineProperty, getOwnPropertyDescriptor, setPrototypeOf,
    Map: safe(Map, "get", "set", "delete", "forEach"),
    WeakMap: safe(WeakMap, "get", "set"),
    WeakSet: safe(WeakSet, "has", "add"),
    construct: Reflect.construct,
    create: Object.create,
    exec: RegExp.prototype.exec,
    get: Reflect.get,
    isArray: Array.isArray,
    isView: ArrayBuffer.isView,
    join,
    keys: Object.keys,
    lastIndexOf: String.prototype.lastIndexOf,
    padStart: String.prototype.padStart,
    parse: JSON.parse,
    slice: String.prototype.slice,
    stringify: JSON.stringify,
    then: Promise.prototype.then,
    time: Date.prototype.getTime,
    lineOf: getOwnPropertyDescriptor(Function.prototype, "lineNumber")?.get,
  };
})
