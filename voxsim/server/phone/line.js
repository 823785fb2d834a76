// One call, from its first moment to its last: what the SDK's call says, in the few states that a person cares for.
//
// incoming ─ answer ─▶ connecting ─▶ connected ◀─▶ held ─▶ ended; calling ─▶ ringing ─▶ connected. A `change` event
// tells of each step, `message` of texts, `sdk` of any event of the SDK.

import {failure} from "/phone/words.js";

const QUIET = new Set(["RTCStatsReceived", "CallStatsReceived"]);
const HOLD_SECONDS = 6;
const KEY_MS = 120;
const OLD_KEY_MS = 620;

let count = 0;

export class Line extends EventTarget {
  constructor(sdk, call, {incoming, peer, number}) {
    super();
    count += 1;
    this.id = `call ${count}`;
    this.call = call;
    this.incoming = incoming;
    this.peer = peer;
    this.number = number;
    this.state = incoming ? "incoming" : "calling";
    this.since = this.until = 0;
    this.muted = this.turning = false;
    this.keys = this.trouble = this.ending = "";
    this.code = 0;
    // Before 4.5 a key is a tone of half a second among the sound, and forgotten when the next one comes too early.
    const [major, minor] = String(sdk.version).split(".").map(Number);
    this.pause = major < 4 || (major === 4 && minor < 5) ? OLD_KEY_MS : KEY_MS;
    this.waiting = [];
    this.sounding = false;
    for (const name of new Set(Object.values(sdk.CallEvents))) {
      if (!QUIET.has(name)) call.on(name, (event) => this.happened(name, event ?? {}));
    }
  }

  get over() { return this.state === "ended"; }
  get talking() { return this.state === "connected"; }
  get up() { return this.state === "connected" || this.state === "held"; }

  /** How long it has been, or was, connected, in milliseconds. */
  get lasted() { return this.since ? (this.until || performance.now()) - this.since : 0; }

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, {detail}));
  }

  become(state) {
    if (this.over) return;
    this.state = state;
    this.tell("change");
  }

  happened(name, event) {
    this.tell("sdk", {source: this.id, name, event});
    if (name === "ProgressToneStart" && this.state === "calling") this.become("ringing");
    else if (name === "Connected") this.connected();
    else if (name === "Disconnected") this.end(event.params?.answeredElsewhere ? "answered elsewhere" : "");
    else if (name === "Failed") this.failed(Number(event.code) || 0, event.reason);
    else if (name === "onSendMessage") this.tell("message", {text: String(event.text ?? ""), own: false});
    else if (name === "TransferComplete") this.tell("transferred", true);
    else if (name === "TransferFailed") this.tell("transferred", false);
  }

  connected() {
    if (this.up || this.over) return;
    this.since = performance.now();
    this.become("connected");
  }

  failed(code, reason) {
    this.code = code;
    const denied = code === 403 && /media/i.test(String(reason ?? ""));
    if (denied) this.tell("deaf");
    this.end(denied ? "no microphone" : failure(code, String(reason ?? "")));
  }

  end(why) {
    if (this.over) return;
    this.until = performance.now();
    this.ending ||= why;
    this.become("ended");
  }

  /** Why the call is about to end, or has just ended. */
  gone(why) {
    this.ending = why;
    this.tell("change");
  }

  // --- what a person does ---

  answer() {
    this.become("connecting");
    this.attempt(() => this.call.answer(undefined, {}, {sendVideo: false, receiveVideo: false}));
  }

  reject() {
    if (this.attempt(() => this.call.decline())) this.end("rejected");
  }

  hangUp() {
    if (this.state === "incoming") this.reject();
    else if (!this.attempt(() => this.call.hangup())) this.end("");
    else this.become("ending");
  }

  mute(muted) {
    if (!this.attempt(() => (muted ? this.call.muteMicrophone() : this.call.unmuteMicrophone()))) return;
    this.muted = muted;
    this.tell("change");
  }

  /** Hold or resume; false when it could not be done. */
  async hold(held) {
    if (!this.up || this.turning || held === (this.state === "held")) return this.up;
    this.turning = true;
    this.trouble = "";
    this.tell("change");
    const late = new Promise((resolve) => { setTimeout(resolve, HOLD_SECONDS * 1000, {result: false}); });
    let done;
    try {
      done = await Promise.race([this.call.setActive(!held), late]);
    } catch {
      done = {result: false};
    }
    this.turning = false;
    const worked = done?.result !== false;
    if (!worked) this.trouble = `The call could not be ${held ? "held" : "resumed"}: its sound has no connection.`;
    if (worked && this.up) this.become(held ? "held" : "connected");
    else this.tell("change");
    return worked;
  }

  /** Send keys, one after the other. */
  press(keys) {
    this.keys += keys;
    this.waiting.push(...keys);
    if (!this.sounding) this.sound();
  }

  sound() {
    const key = this.waiting.shift();
    this.sounding = key !== undefined && this.up;
    if (!this.sounding) return;
    if (!this.attempt(() => this.call.sendTone(key))) this.waiting = [];
    setTimeout(() => this.sound(), this.pause);
  }

  send(text) {
    if (!this.attempt(() => this.call.sendMessage(text))) return false;
    this.tell("message", {text, own: true});
    return true;
  }

  /** Do something with the SDK's call; what it throws is told to the person. */
  attempt(act) {
    try {
      act();
    } catch (error) {
      this.trouble = `The SDK refused: ${error?.message || error}`;
      this.tell("change");
      return false;
    }
    if (this.trouble) {
      this.trouble = "";
      this.tell("change");
    }
    return true;
  }
}
