// The documented names: each is built from its description when a scenario first uses it, and not before. What a
// description leaves out is asked for when it is used after all.
(function (native, bridge) {
  "use strict";
  const { Object, Proxy, apply, create, defineProperty, get, getOwnPropertyDescriptor, joined, keys, slice } = native;
  const { ownKeys } = native.Reflect;
  const { assign, getPrototypeOf, setPrototypeOf } = Object;
  const WORD = /^[\w$]+$/;
  const built = new native.Map();

  const isWord = (name) => typeof name === "string" && apply(native.exec, WORD, [name]) !== null;

  const shortOf = (dotted) => apply(slice, dotted, [apply(native.lastIndexOf, dotted, ["."]) + 1]);

  function defined(object, name, value, enumerable) {
    defineProperty(object, name, { __proto__: null, value, configurable: true, enumerable, writable: true });
  }

  function lazily(object, name, make, enumerable) {
    const define = (value) => defined(object, name, value, enumerable);
    let made;
    defineProperty(object, name, {
      __proto__: null,
      configurable: true,
      enumerable,
      get() {
        made ??= make();
        try {
          define(made);
        } catch {
          // The object is frozen by now: it stays an accessor.
        }
        return made;
      },
      set: define,
    });
  }

  function named(dotted) {
    let value = built.get(dotted);
    if (value === undefined) built.set(dotted, (value = build(dotted, bridge.describe(dotted))));
    return value;
  }

  function build(dotted, description) {
    const made = builders[description.kind](dotted, description), { inner } = description;
    for (let at = 0; at < (inner?.length ?? 0); at++) {
      lazily(made, inner[at], () => named(joined(dotted, ".", inner[at])), true);
    }
    return made;
  }

  function walk(path) {
    let value = named(path[0]);
    for (let at = 1; at < path.length; at++) value = value[path[at]];
    return value;
  }

  function property(object, name, target) {
    defineProperty(object, name, {
      __proto__: null,
      configurable: true,
      enumerable: true,
      get() {
        const owner = target(this);
        return owner ? bridge.get(owner, name) ?? null : undefined;
      },
      set(value) {
        bridge.set(target(this), name, value);
      },
    });
  }

  // Methods whose names stand nowhere in the scenario are made when they are asked for all the same.
  function withOthers(object, dotted, make) {
    const missing = (name) => (isWord(name) ? bridge.missing(dotted, name) : null);
    return setPrototypeOf(object, new Proxy(create(getPrototypeOf(object)), {
      __proto__: null,
      get(target, name, receiver) {
        if (name in target) return get(target, name, receiver);
        const required = missing(name);
        if (required === null) return undefined;
        defined(object, name, make(name, required), false);
        return object[name];
      },
      has: (target, name) => name in target || missing(name) !== null,
    }));
  }

  const builders = {
    __proto__: null,
    function: (dotted, { required }) => bridge.function(dotted, "", dotted, required),
    namespace(dotted, { methods, properties }) {
      const made = {}, names = keys(methods);
      const make = (name, required) => bridge.function(dotted + "." + name, dotted, name, required);
      for (let at = 0; at < names.length; at++) defined(made, names[at], make(names[at], methods[names[at]]), true);
      for (let at = 0; at < properties.length; at++) property(made, properties[at], () => dotted);
      return withOthers(made, dotted, make);
    },
    class(dotted, { methods, properties, makes, extends: parent }) {
      const short = shortOf(dotted), names = keys(methods);
      const made = bridge.unitClass(dotted, short, makes, parent && named(parent));
      const { prototype } = made;
      const make = (name, required) => bridge.unitMethod(short, name, required);
      for (let at = 0; at < names.length; at++) {
        defined(prototype, names[at], make(names[at], methods[names[at]]), false);
      }
      for (let at = 0; at < properties.length; at++) property(prototype, properties[at], bridge.unitNumber);
      const { toJSON } = {
        toJSON() {
          const told = {}, number = bridge.unitNumber(this);
          for (let at = 0; at < properties.length; at++) defined(told, properties[at], this[properties[at]], true);
          if (number) defined(told, "_id", bridge.get(number, "_id") ?? null, true);
          return told;
        },
      };
      defined(prototype, "toJSON", toJSON, false);
      withOthers(prototype, dotted, make);
      return made;
    },
    shape(dotted) {
      const short = shortOf(dotted);
      return { [short]: class { constructor(fields) { assign(this, fields); } } }[short];
    },
    set: (dotted, { values }) => values,
    list(dotted) {
      const known = (name) => (isWord(name) ? bridge.member(dotted, name) : undefined);
      const found = (target, name) => {
        if (!(name in target)) {
          const kind = known(name);
          if (kind === "inner") lazily(target, name, () => named(joined(dotted, ".", name)), true);
          else if (kind === "maker") defined(target, name, (brand) => joined(dotted, ".", name, "(", brand, ")"), true);
          else if (kind !== undefined) defined(target, name, apply(slice, kind, [1]), true);
        }
        return target;
      };
      return new Proxy({}, {
        __proto__: null,
        get: (target, name) => found(target, name)[name],
        has: (target, name) => name in found(target, name),
        getOwnPropertyDescriptor: (target, name) => getOwnPropertyDescriptor(found(target, name), name),
        ownKeys(target) {
          const all = bridge.member(dotted, "");
          for (let at = 0; at < all.length; at++) found(target, all[at]);
          return ownKeys(target);
        },
      });
    },
    alias: (dotted, { of }) => walk(of),
  };

  function spread(object, names, own) {
    for (let at = 0; at < names.length; at++) {
      const name = names[at];
      lazily(object, name, own[name] ?? (() => named(name)), false);
    }
  }

  return { named, spread };
})
