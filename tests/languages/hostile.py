"""Bodies of handlers that try to break a session, its engine or the platform: data for the tests and the fuzzer."""

TIME = {
    "a loop": "for (;;);",
    "a loop in a timer": "setTimeout(function tick() { for (;;); }, 5)",
    "a loop in a getter": "({ get x() { for (;;); } }).x",
    "a loop in a toString": "`${{ toString() { for (;;); } }}`",
    "a loop in a valueOf": "+{ valueOf() { for (;;); } }",
    "a loop in an argument": "setTimeout(() => 0, { [Symbol.toPrimitive]() { for (;;); } })",
    "a loop in a toJSON for the log": "Logger.write({ toJSON() { for (;;); } })",
    "a loop in a trap for the log": "Logger.write(new Proxy({}, { ownKeys() { for (;;); } }))",
    "a loop in a trap of get": "new Proxy({}, { get() { for (;;); } }).x",
    "a loop in a trap of has": "'x' in new Proxy({}, { has() { for (;;); } })",
    "a loop in instanceof": "1 instanceof { [Symbol.hasInstance]() { for (;;); } }",
    "a loop in catch": "try { null.x } catch { for (;;); }",
    "a loop in finally": "try { return 1 } finally { for (;;); }",
    "a loop that catches its end": "for (;;) { try { for (;;); } catch { continue } finally { continue } }",
    "a loop in a generator": "for (const x of (function* () { for (;;) yield 1 })());",
    "a loop in an iterator": "[...{ *[Symbol.iterator]() { for (;;); } }]",
    "a loop in an async generator": (
        "(async () => { for await (const x of (async function* () { for (;;) yield 1 })()); })()"
    ),
    "a loop after an await": "(async () => { await null; for (;;); })()",
    "a loop in an async function": "(async () => { for (;;); })()",
    "a loop of awaits": "(async () => { for (;;) await null })()",
    "a loop in a promise": "new Promise(() => { for (;;); })",
    "a loop in a thenable": "Promise.resolve({ then() { for (;;); } })",
    "a thenable without end": "(async () => { for (;;) await { then(done) { done() } } })()",
    "a flood of microtasks": "(function again() { queueMicrotask(again) })()",
    "a chain of promises": "(function again() { Promise.resolve().then(again) })()",
    "a promise of itself in turns": "(function again() { new Promise((ok) => ok()).finally(again) })()",
    "a catastrophic expression": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "a catastrophic split": "('a'.repeat(40) + 'b').split(/(a*)*c/)",
    "a loop in replace": "'x'.replace(/x/, () => { for (;;); })",
    "a loop in sort": "[3, 2, 1].sort(() => { for (;;); })",
    "a loop in a reviver": "JSON.parse('[1]', () => { for (;;); })",
    "a loop in a static block": "class Odd { static { for (;;); } }",
    "a loop in eval": "eval('for (;;);')",
    "a loop in a new function": "new Function('for (;;);')()",
    "a loop in the telling of a stack": "Error.prepareStackTrace = () => { for (;;); }; null.x",
    "a search through nothing": "new Array(2 ** 32 - 1).forEach((x) => x)",
    "a map of a long claim": "Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)",
}
"""What computes without end: the session ends."""

MEMORY = {
    "a bomb of arrays": "const all = []; for (;;) all.push([all])",
    "a bomb of objects": "const all = []; for (;;) all.push({ all })",
    "a bomb of texts": "const all = []; for (;;) all.push('x'.repeat(50000) + all.length + '!')",
    "a bomb of closures": "const all = []; for (;;) { const n = all.length; all.push(() => n) }",
    "a bomb of bound functions": "let f = () => 0; for (;;) f = f.bind(null, f)",
    "a bomb of maps": "const all = new Map(); for (let i = 0; ; i++) all.set(i, [i])",
    "a bomb of sets": "const all = new Set(); for (let i = 0; ; i++) all.add([i])",
    "a bomb of keys": "const all = {}; for (let i = 0; ; i++) all['key' + i] = i",
    "a bomb of promises": "const all = []; for (;;) all.push(new Promise(() => 0))",
    "a bomb of bytes": "const all = []; for (;;) all.push(new Uint8Array(100000))",
    "a bomb of one buffer": "new Uint8Array(1 << 30).fill(1)",
    "a bomb of a rope": (
        "let text = 'x'.repeat(1000); for (;;) { text += text; text.charCodeAt(0); JSON.stringify(text) }"
    ),
    "a text that grows too long": "let text = 'x'; while (text.length < 8388608) text += text; Logger.write(text)",
    "a bomb of JSON": "let all = [1]; for (;;) all = JSON.parse(JSON.stringify([all, all]))",
    "a bomb of symbols": "const all = []; for (;;) all.push(Symbol('x'))",
    "a bomb of generators": (
        "const all = []; for (;;) { const g = (function* () { yield 1 })(); g.next(); all.push(g) }"
    ),
    "a bomb of errors": "const all = []; for (;;) all.push(new Error('x'))",
    "a bomb of dates": "const all = []; for (;;) all.push(new Date())",
    "a bomb of expressions": "const all = []; for (;;) all.push(new RegExp('a' + all.length))",
    "a bomb of references": "const all = []; for (;;) all.push(new WeakRef({}))",
    "a bomb of an array's length": "[...new Array(2 ** 30).keys()]",
    "a bomb of a joined text": (
        "const parts = new Array(1000).fill('x'.repeat(1000)), all = []; for (;;) all.push(parts.join())"
    ),
    "a bomb in a timer": "setTimeout(() => { const all = []; for (;;) all.push({}) }, 5)",
    "a bomb of big integers": "const all = []; for (let n = 3n; ; n += 1n) all.push(n << 9999n)",
    "a bomb in a microtask": "queueMicrotask(() => { const all = []; for (;;) all.push({}) })",
}
"""What takes all memory: the session ends."""

DEEP = {
    "a call": "(function deep() { deep() })()",
    "two calls in turns": "const a = () => b(), b = () => a(); a()",
    "a constructor": "class Deep { constructor() { new Deep() } } new Deep()",
    "a toString": "const deep = { toString() { return `${deep}` } }; `${deep}`",
    "a getter": "const deep = { get x() { return this.x } }; deep.x",
    "a setter": "const deep = { set x(x) { this.x = x } }; deep.x = 1",
    "a trap": "const deep = new Proxy({}, { get: (t, name, self) => self[name] }); deep.x",
    "a toJSON": "const deep = { toJSON() { return JSON.stringify(deep) } }; JSON.stringify(deep)",
    "a comparison": "(function deep() { [2, 1].sort(deep) })()",
    "a replacement": "(function deep() { 'x'.replace('x', deep) })()",
    "a generator": "function* deep() { yield* deep() } deep().next()",
    "an iterator": "const deep = { get [Symbol.iterator]() { return [...deep] } }; [...deep]",
    "a text that is evaluated": "(function deep() { eval('deep()') })()",
    "a call through apply": "(function deep() { deep.apply(null, arguments) })()",
    "a call through Reflect": "(function deep() { Reflect.apply(deep, null, []) })()",
    "a flat array that holds itself": "const deep = []; deep.push(deep); deep.flat(Infinity)",
    "a nest of arrays for JSON": "let deep = []; for (let i = 0; i < 5e4; i++) deep = [deep]; JSON.stringify(deep)",
    "a nest of brackets": "JSON.parse('['.repeat(100000))",
    "a nest of groups": "new RegExp('('.repeat(100000) + ')'.repeat(100000))",
    "a nest of parentheses": "eval('('.repeat(100000) + ')'.repeat(100000))",
    "a nest of bound functions": (
        "let deep = () => 0; for (let i = 0; i < 1e5; i++) deep = Function.prototype.call.bind(deep); deep()"
    ),
    "a nest of proxies": "let deep = {}; for (let i = 0; i < 1e5; i++) deep = new Proxy(deep, {}); deep.x",
}
"""What recurses without end: a RangeError (or a SyntaxError) is told, and the session goes on."""

THROWS = {
    "null": "throw null",
    "undefined": "throw undefined",
    "a number": "throw 7",
    "a symbol": "throw Symbol('odd')",
    "a big integer": "throw 7n",
    "a function": "throw () => 1",
    "an object": "throw { code: 1 }",
    "an object without a prototype": "throw Object.create(null)",
    "an object that has no words": "throw { toString() { throw 1 } }",
    "a proxy": "throw new Proxy({}, {})",
    "a proxy that throws": "throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
    "a revoked proxy": "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy",
    "a proxy of an error": "throw new Proxy(new Error('inside'), {})",
    "an error whose message throws": "throw Object.defineProperty(new Error('x'), 'message', { get() { throw 1 } })",
    "an error whose stack throws": "throw Object.defineProperty(new Error('x'), 'stack', { get() { throw 1 } })",
    "an error whose stack is a number": "throw Object.assign(new Error('x'), { stack: 7 })",
    "an error with a long message": "throw new Error('x'.repeat(1e6))",
    "an error with half a character": "throw new Error('a\\ud800b')",
    "an error with a NUL": "throw new Error('a\\0b')",
    "an error with lines of a stack": "throw new Error('a\\nb@c:1:2\\nd')",
    "an error that is its own cause": "const e = new Error('x'); e.cause = e; throw e",
    "a frozen error": "throw Object.freeze(new Error('x'))",
    "an error with a name of its own": "throw Object.assign(new Error('x'), { name: { toString() { throw 1 } } })",
    "half a character": "throw '\\ud800'",
    "a rejection with null": "return Promise.reject(null)",
    "a rejection with a revoked proxy": (
        "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return Promise.reject(proxy)"
    ),
    "a rejection without words": "return Promise.reject({ toString() { throw 1 } })",
    "an answer that is circular": "const o = {}; o.o = o; return Promise.resolve(o)",
}
"""What is thrown: one error is told, and the session goes on."""

CROSSES = {
    "a text that is too long": "Logger.write('x'.repeat(9e6))",
    "a long name": "VoxEngine.addEventListener('x'.repeat(1e6), () => 0)",
    "a circular option": "const o = {}; o.o = o; Net.httpRequest('http://a.example/', () => 0, o)",
    "an option whose getter throws": (
        "Net.httpRequest('http://a.example/', () => 0, { get headers() { throw new Error('no') } })"
    ),
    "an option whose toJSON throws": (
        "Net.httpRequest('http://a.example/', () => 0, { toJSON() { throw new Error('no') } })"
    ),
    "a big integer": "VoxEngine.customData(1n)",
    "a revoked proxy": "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); VoxEngine.customData(proxy)",
    "a method of a stolen prototype": "Object.create(Call.prototype).hangup()",
    "a method without its object": "const { hangup } = Call.prototype; hangup()",
    "a made call": "new Call()",
    "a made call by Reflect": "Reflect.construct(Call, [], Object)",
    "no number": "VoxEngine.callPSTN({}, [])",
    "no handler at all": "setTimeout()",
    "a thrower in place of a number": "setTimeout(() => 0, { valueOf() { throw new Error('no') } })",
    "a symbol": "VoxEngine.callPSTN(Symbol('x'), Symbol('y'))",
}
"""What the platform is given: an error is thrown where it is called, and the session goes on."""

PLAYS = {
    "Map": "Map.prototype.get = Map.prototype.set = Map.prototype.has = () => { throw new Error('no map') }",
    "WeakMap": "WeakMap.prototype.get = WeakSet.prototype.has = () => { throw new Error('no map') }",
    "arrays": (
        "for (const name of Object.getOwnPropertyNames(Array.prototype)) try { Array.prototype[name] = null } catch {}"
    ),
    "texts": (
        "for (const name of Object.getOwnPropertyNames(String.prototype)) try { String.prototype[name] = null "
        "} catch {}"
    ),
    "expressions": "RegExp.prototype.exec = RegExp.prototype.test = () => { throw 1 }",
    "JSON": "JSON.parse = JSON.stringify = () => { throw new Error('no JSON') }",
    "Object": "Object.keys = Object.assign = Object.defineProperty = Object.getPrototypeOf = () => { throw 1 }",
    "setters of all objects": (
        "for (const name of ['name', 'call', 'code', 'text', 'id', 'value', 'get', 'now', 'of', 'stack'])"
        " Object.defineProperty(Object.prototype, name, { __proto__: null, set() { throw 1 }, get() { return 7 } })"
    ),
    "toJSON of all arrays": "Array.prototype.toJSON = () => 'array'",
    "promises": "Promise.prototype.then = Promise.prototype.catch = () => { throw 1 }; Promise.resolve = null",
    "the promise": "Promise = class { constructor() { throw 1 } }",
    "functions": "Function.prototype.call = Function.prototype.apply = Function.prototype.bind = () => { throw 1 }",
    "iterators": "Object.getPrototypeOf([][Symbol.iterator]()).next = () => { throw 1 }",
    "the iterator of arrays": "Array.prototype[Symbol.iterator] = null",
    "the telling of stacks": "Error.prepareStackTrace = () => { throw 1 }",
    "Reflect": "Reflect.apply = Reflect.construct = Reflect.get = () => { throw 1 }",
    "Symbol": "Symbol = null",
    "errors": "Error = TypeError = RangeError = null",
    "a frozen language": (
        "[Object, Array, Function, Promise, String, Error, Map].forEach((c) => { Object.freeze(c); "
        "Object.freeze(c.prototype) })"
    ),
    "a frozen global scope": "Object.freeze(globalThis)",
    "a sealed vocabulary": (
        "[VoxEngine, Logger, Net, Call, Call.prototype, AppEvents, CallEvents].forEach(Object.freeze)"
    ),
    "what is deleted": (
        "for (const name of ['Object', 'Array', 'JSON', 'Map', 'Promise', 'Reflect', 'Symbol', 'Math', "
        "'Error', 'Proxy'])"
        " delete globalThis[name]"
    ),
    "a Call of its own": "Call = class { answer() { throw 1 } }",
    "a prototype of a class": "Object.setPrototypeOf(Call, null); Object.setPrototypeOf(Call.prototype, null)",
    "a toJSON of a class": "Call.prototype.toJSON = () => 'a call'",
}
"""What is replaced in the language: the platform works all the same."""
