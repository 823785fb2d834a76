// What only sloppy mode takes: undeclared names, callees, `with`, octal numbers, functions hoisted out of blocks.
counter = 0;
settings = { attempts: 2, prompt: "Say or press something", goodbye: "Bye" };

VoxEngine.addEventListener(AppEvents.CallAlerting, function (event) {
  inboundCall = event.call;
  for (i = 0; i < 3; i++) counter += i;
  Logger.write("hoisted: " + typeof inner + ", in a block: " + typeof blocked);
  if (counter) { function blocked() { return "blocked " + 010; } }
  Logger.write(blocked() + ", counter " + this.counter + ", this " + (this === globalThis));
  function inner() { return inner.caller; }
  inboundCall.addEventListener(CallEvents.Connected, run);
  inboundCall.addEventListener(CallEvents.Disconnected, function () { delete settings.goodbye; VoxEngine.terminate() });
  inboundCall.answer();
});

function run(e) {
  with (settings) {
    inboundCall.say(prompt);
    attempts--;
    var left = attempts;
  }
  inboundCall.addEventListener(CallEvents.PlaybackFinished, function (e) {
    e.call.removeEventListener(CallEvents.PlaybackFinished, arguments.callee);
    Logger.write("attempts left: " + left + ", factorial " + factorial(5));
    goodbye: while (true) {
      for (;;) { if (left-- <= 0) break goodbye; else continue goodbye; }
    }
    e.call.say(settings.goodbye);
    e.call.addEventListener(CallEvents.PlaybackFinished, function () { e.call.hangup() });
  });
}

var factorial = function (n) { return n < 2 ? 1 : n * arguments.callee(n - 1) };
function twice(a, a) { return a * 2 }
Logger.write("twice " + twice(1, 4) + " " + arguments_length(1, 2, 3) + " " + escape("a b") + " " + "abc".substr(1, 1));
function arguments_length(a) { a = 9; return arguments.length + arguments[0] }
var NaN = 5; undefined = 6; Logger.write(NaN + " " + undefined + " " + (void 0 === undefined)); <!-- an old comment
