// The second file: functions and classes on top of the first one's globals.
class Hours {
  constructor({ from, to }) { this.from = from; this.to = to; }
  open(date = new Date()) { return !closed && date.getUTCHours() >= this.from && date.getUTCHours() < this.to; }
}

const hours = new Hours(CONFIG.hours);

function remember(call) {
  calls.push({ id: call.id(), at: Date.now() });
  return calls.length;
}

function transfer(call, to, failed) {
  var callee = VoxEngine.callPSTN(CONFIG.numbers[to], call.callerid());
  callee.addEventListener(CallEvents.Failed, function (e) { failed(to, e.code); });
  VoxEngine.easyProcess(call, callee, function (a, b) { Logger.write(to + " talks, call " + calls.length); });
}

log = function () { Logger.write(Array.prototype.slice.call(arguments).join(" | ")); };
