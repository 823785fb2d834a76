// Calls as they were written in 2015: everything by position, and objects filled in afterwards.
require(Modules.Player);
require(Modules.WebSocket);
require(undefined);

var inbound, legs = [], headers = { "X-Source": "old", "VI-CallTimeout": "5" };

VoxEngine.addEventListener(AppEvents.Started, function (e) {
  var options = new Net.HttpRequestOptions();
  options.method = "POST";
  options.headers = ["Content-Type: application/x-www-form-urlencoded", "X-Old: yes"];
  options.params = { session: "1" };
  options.postData = "a=1&b=2";
  Net.httpRequest("http://crm.example/begin", function (r) { Logger.write("begin " + r.code); }, options);
});

VoxEngine.addEventListener(AppEvents.CallAlerting, function (e) {
  inbound = e.call;
  inbound.addEventListener(CallEvents.Connected, connected);
  inbound.addEventListener(CallEvents.Disconnected, over);
  inbound.playProgressTone("RU");
  inbound.answer(null, { scheme: e.scheme });
});

function connected(e) {
  var player = VoxEngine.createURLPlayer("http://sounds.example/hold.mp3", true, false);
  player.sendMediaTo(inbound);
  tryNext([
    function () { return VoxEngine.callUser("anna", "15550001", "The shop", headers); },
    function () { return VoxEngine.callUser("bob", "15550001", "The shop", null, false, "sales"); },
    function () { return VoxEngine.callSIP("sip:desk@office.example", "15550001", "The shop", null, null, headers); },
    function () { return VoxEngine.callPSTN("12025550101", "15550001", { followDiversion: true }); },
    function () { return VoxEngine.callPSTN("12025550102", inbound.callerid()); }
  ], player);
}

function tryNext(makers, player) {
  if (!makers.length) return inbound.hangup({ "X-RetryFailed": "1" });
  var leg = makers[0]();
  legs.push(leg);
  leg.addEventListener(CallEvents.Failed, function (e) {
    Logger.write(leg.number() + ": " + e.code + " " + e.reason);
    tryNext(makers.slice(1), player);
  });
  leg.addEventListener(CallEvents.Connected, function (e) {
    Logger.write(leg.number() + " answered");
    player.stop();
    leg.say("A call from the shop", Language.US_ENGLISH_MALE);
    leg.addEventListener(CallEvents.PlaybackFinished, function () {
      leg.removeEventListener(CallEvents.PlaybackFinished);
      VoxEngine.sendMediaBetween(inbound, leg);
      inbound.startPlayback("http://sounds.example/beep.mp3", false);
    });
  });
  leg.addEventListener(CallEvents.Disconnected, function () { inbound.hangup(); });
}

function over() {
  Logger.write(legs.map(function (leg) { return leg.state(); }).join(" "));
  VoxEngine.terminate();
}
