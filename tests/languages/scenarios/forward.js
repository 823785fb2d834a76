// The whole scenario is one call of a helper.
VoxEngine.forwardCallToUser(function (call1, call2) {
  Logger.write("connected " + call1.incoming() + " " + call2.incoming());
}, false);
