// A help desk in an app: JSON messages, holds, infos, a clock in the caller's zone, bytes there and back.
const desk = { holds: 0, messages: [] };

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, headers: { "X-Zone": zone = "Asia/Tokyo" } = {} }) => {
  call.handleMicStatus?.(true);
  call.addEventListener(CallEvents.Connected, () => {
    const local = getLocalTime(zone, new Date());
    call.sendMessage(JSON.stringify({ type: "hello", hour: local.getHours(), day: local.toISOString().slice(0, 10) }));
  });
  call.addEventListener(CallEvents.MessageReceived, ({ text, call: from }) => {
    let message;
    try { message = JSON.parse(text) } catch { message = { type: "text", text } }
    const { type, ...rest } = message;
    desk.messages.push(type);
    const answers = {
      hash: () => ({ md5: Crypto.md5(rest.value), sha256: Crypto.sha256(rest.value).slice(0, 8) }),
      bytes: () => ({ hex: bytes2hex(str2bytes(rest.value)), back: bytes2str(hex2bytes(bytes2hex(str2bytes(rest.value)))) }),
      distance: () => levenshtein_distance(rest.a, rest.b),
      token: () => uuidgen().length,
      bye: () => void call.hangup(),
    };
    const answer = (answers[type] ?? (() => ({ unknown: type })))();
    if (answer !== undefined) from.sendMessage(JSON.stringify({ re: type, answer }));
  });
  call.addEventListener(CallEvents.OnHold, () => { desk.holds += 1 });
  call.addEventListener(CallEvents.OffHold, () => call.sendMessage("welcome back"));
  call.addEventListener(CallEvents.InfoReceived, ({ mimeType, body, headers }) => Logger.write(`info ${mimeType} ${body}`));
  call.addEventListener(CallEvents.Disconnected, ({ duration, code, reason, internalCode }) => {
    Logger.write({ ...desk, duration });
    VoxEngine.terminate();
  });
  call.answer({ "X-Desk": "7" });
});
