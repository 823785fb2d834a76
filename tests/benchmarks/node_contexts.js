// What Node's `vm` contexts cost: each runs the benchmarks' whole session against an API of plain stand-ins made in the
// context, and gets its twelve events. Prints one JSON object. Run with --expose-gc, and the scenario's path.
const vm = require("node:vm");
const fs = require("node:fs");

const API = `
  const handlers = new Map(), commands = [];
  const on = (event, handler) => void handlers.set(event, [...(handlers.get(event) ?? []), handler]);
  class Call {
    constructor(id) { this.id = id; }
    addEventListener(event, handler) { on(this.id + event, handler); }
  }
  for (const name of ["answer", "hangup", "handleTones", "say", "sendMediaTo"]) {
    Call.prototype[name] = function (...args) { commands.push([name, this.id, args]); };
  }
  const VoxEngine = { addEventListener: on, terminate: () => void commands.push(["terminate"]),
    callPSTN(...args) { commands.push(["callPSTN", args]); return other; },
    sendMediaBetween(...units) { commands.push(["sendMediaBetween", units.map((unit) => unit.id)]); } };
  const names = (owner, ...all) => Object.fromEntries(all.map((name) => [name, owner + "." + name]));
  const AppEvents = names("Application", "Started", "CallAlerting", "Terminating", "Terminated");
  const CallEvents = names("Call", "Connected", "Disconnected", "Failed", "Ringing", "ToneReceived", "PlaybackFinished");
  const call = new Call("1"), other = new Call("2");
  function deliver(text) {
    const [of, name, fields] = JSON.parse(text);
    const event = { name, ...fields, call: of === "2" ? other : call };
    for (const handler of handlers.get(of + name) ?? []) handler(event);
    return JSON.stringify(commands.splice(0));
  }
`;
const EVENTS = [
  ["", "Application.CallAlerting"], ["1", "Call.Connected"], ["1", "Call.PlaybackFinished"],
  ["1", "Call.ToneReceived", { tone: "1" }], ["1", "Call.ToneReceived", { tone: "2" }],
  ["1", "Call.ToneReceived", { tone: "3" }], ["2", "Call.Ringing"], ["2", "Call.Connected"],
  ["1", "Call.Disconnected"], ["2", "Call.Disconnected"], ["", "Application.Terminating"], ["", "Application.Terminated"],
].map((event) => JSON.stringify(event));

const scenario = new vm.Script(fs.readFileSync(process.argv[2], "utf-8"));
const api = new vm.Script(API);

function session() {
  const context = vm.createContext({});
  api.runInContext(context);
  scenario.runInContext(context);
  return vm.runInContext("deliver", context);
}

function whole(count) {
  const began = process.cpuUsage();
  for (let index = 0; index < count; index++) {
    const deliver = session();
    for (const event of EVENTS) deliver(event);
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1e6;
}

function resident() {
  global.gc();
  return process.memoryUsage.rss();
}

whole(200);
let began = process.cpuUsage();
const kept = [];
const before = resident();
for (let index = 0; index < 1000; index++) kept.push(session());
let used = process.cpuUsage(began);
const contextMs = (used.user + used.system) / 1e6;
const contextKb = (resident() - before) / 1024 / kept.length;
let eventUs = Infinity;
for (let round = 0; round < 5; round++) {
  began = process.cpuUsage();
  for (const deliver of kept) deliver(EVENTS[3]);
  used = process.cpuUsage(began);
  eventUs = Math.min(eventUs, (used.user + used.system) / kept.length);
}
kept.length = 0;
const rate = 500 / whole(500);
whole(4000);
const half = resident();
whole(4500);
const growthKb = (resident() - half) / 1024;
console.log(JSON.stringify({ contextMs, contextKb, eventUs, rate, growthKb }));
