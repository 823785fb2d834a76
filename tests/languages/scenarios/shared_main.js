// The third file: the entry, which declares nothing that the others have.
VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
  const { call } = e;
  log("call", remember(call), hours.open() ? "open" : "closed", typeof CONFIG, this.calls === calls, this.hours);
  if (hours.open(new Date(Date.UTC(2026, 0, 1, 12)))) {
    transfer(call, "sales", (to, code) => log(to, code));
  }
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
});
