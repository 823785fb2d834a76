/**
 * Blind transfer: the agent passes the caller on to somebody else, and leaves the call.
 *
 * The caller reaches the reception, where a user or a SIP phone transfers the call. The scenario dials the target
 * itself: when the target answers it reports success and lets the agent go, else it gives the caller back to the agent.
 *
 * Try it: voxsim run scenarios/transfer.js --answer "reception=transfer:+12025550130@5"
 */

let caller;
let partner; // who talks with the caller

VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
  caller = event.call;
  caller.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  caller.ring();
  const reception = VoxEngine.callUser({ username: "reception", callerid: event.callerid });
  reception.addEventListener(CallEvents.Failed, VoxEngine.terminate);
  reception.addEventListener(CallEvents.Connected, () => {
    caller.answer();
    talk(reception);
  });
});

// Let the caller talk with somebody, who may pass the caller on, or hang up.
function talk(somebody) {
  partner = somebody;
  partner.addEventListener(CallEvents.BlindTransferRequested, onTransfer);
  partner.addEventListener(CallEvents.Disconnected, onPartnerLeft);
  join();
}

function join() {
  VoxEngine.sendMediaBetween(caller, partner);
  partner.handleBlindTransfer(true);
}

let target = null; // whom we call just now

function onPartnerLeft() {
  // Who asked for a transfer may leave before the target answers.
  if (!target) VoxEngine.terminate();
}

function onTransfer({ transferTo }) {
  const agent = partner;
  VoxEngine.stopMediaBetween(caller, agent);
  caller.playProgressTone("US");
  target = dial(transferTo, caller.callerid());
  target.addEventListener(CallEvents.Connected, () => {
    const next = target;
    target = null;
    caller.stopPlayback();
    Logger.write(`transferred to ${transferTo}`);
    agent.notifyBlindTransferSuccess();
    agent.removeEventListener(CallEvents.Disconnected, onPartnerLeft);
    agent.hangup();
    talk(next);
  });
  target.addEventListener(CallEvents.Failed, ({ code, reason }) => {
    target = null;
    caller.stopPlayback();
    Logger.write(`${transferTo} did not answer: ${code} ${reason}`);
    agent.notifyBlindTransferFailed(code, reason);
    join();
  });
}

// A transfer's target is a SIP address, a phone number or the name of a user.
function dial(target, callerid) {
  if (/^sips?:/.test(target)) return VoxEngine.callSIP(target, { callerid });
  if (/^\+?\d+$/.test(target)) return VoxEngine.callPSTN(target, callerid);
  return VoxEngine.callUser({ username: target, callerid });
}
