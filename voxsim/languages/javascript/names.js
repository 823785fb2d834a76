// The documented names as a scenario has them: functions, namespaces, classes and sets of values, each built from its
// description in Python when it is first used. It knows how things are built, and nothing of the platform.
(function (bridge) {
  "use strict";
  const { host, Native, Unit, KEY, global, method, unitMethod, received, referring, pack, fitted } = bridge;
  const DESCRIBE = 1, GET = 2, SET = 3, NEW = 4, MEMBER = 9, METHOD = 10;
  const { parse } = JSON;
  const { create, defineProperty, getPrototypeOf, keys, setPrototypeOf } = Object;
  const built = new Map();

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

  const lastOf = (dotted) => dotted.slice(dotted.lastIndexOf(".") + 1);

  const builders = {
    function: (dotted, { required }) => fitted(dotted, method("", dotted, required)),
    namespace(dotted, { methods, properties }) {
      const made = {};
      const make = (name, required) => fitted(`${dotted}.${name}`, method(dotted, name, required));
      for (const name of keys(methods)) made[name] = make(name, methods[name]);
      for (const name of properties) property(made, name, () => dotted);
      return withOthers(made, dotted, make);
    },
    class(dotted, { methods, properties, makes, extends: parent }) {
      const short = lastOf(dotted);
      const { [short]: made } = {
        [short]: class extends (parent ? named(parent) : Unit) {
          constructor(...args) {
            if (args[0] !== KEY && !makes) throw new Native.TypeError(`A ${short} is not made with \`new\``);
            const number = args[0] === KEY ? args[1] : received(host(NEW, dotted, "", referring(args)));
            super(KEY, number);
          }
        },
      };
      const make = (name, required) => unitMethod(short, name, required);
      for (const name of keys(methods)) {
        defineProperty(made.prototype, name, { value: make(name, methods[name]), configurable: true, writable: true });
      }
      for (const name of properties) property(made.prototype, name, Unit.number);
      const { toJSON } = {
        toJSON() {
          const told = {};
          for (const name of properties) told[name] = this[name];
          const number = Unit.number(this);
          if (number) told._id = received(host(GET, number, "_id", undefined)) ?? null;
          return told;
        },
      };
      defineProperty(made.prototype, "toJSON", { value: toJSON, configurable: true, writable: true });
      withOthers(made.prototype, dotted, make);
      return made;
    },
    shape(dotted) {
      const short = lastOf(dotted);
      return { [short]: class { constructor(fields) { Object.assign(this, fields); } } }[short];
    },
    set: (dotted, { values }) => values,
    list(dotted) {
      const known = (name) => typeof name === "string" && received(host(MEMBER, dotted, name, undefined));
      const found = (target, name) => {
        if (!(name in target) && typeof name === "string") {
          const kind = known(name);
          if (kind === "inner") lazily(target, name, () => named(`${dotted}.${name}`));
          else if (kind === "maker") target[name] = (brand) => `${dotted}.${name}(${brand})`;
          else if (kind !== undefined) target[name] = kind.slice(1);
        }
        return target;
      };
      return new Native.Proxy({}, {
        get: (target, name) => found(target, name)[name],
        has: (target, name) => name in found(target, name),
        getOwnPropertyDescriptor: (target, name) => Reflect.getOwnPropertyDescriptor(found(target, name), name),
        ownKeys(target) {
          for (const name of known("")) found(target, name);
          return Reflect.ownKeys(target);
        },
      });
    },
    alias: (dotted, { of }) => walk(of),
  };

  // Methods whose names stand nowhere in the scenario are made when they are asked for all the same.
  function withOthers(object, dotted, make) {
    const missing = (name) => (typeof name === "string" ? host(METHOD, dotted, name, undefined) : null);
    return setPrototypeOf(object, new Native.Proxy(create(getPrototypeOf(object)), {
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
        const owner = target(this);
        return owner ? received(host(GET, owner, name, undefined)) ?? null : undefined;
      },
      set(value) {
        received(host(SET, target(this), name, pack([value])));
      },
    });
  }

  return { named, lazily };
})
