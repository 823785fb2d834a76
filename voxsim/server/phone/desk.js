// The desk: all calls at once. One of them is talked in, the others are held; keys and messages go to that one. A
// transfer is a second call to the new partner, and when that is answered the two are put together.

import {by, typingFits, say, show} from "/phone/dom.js";
import {Card, standing} from "/phone/card.js";
import {Line} from "/phone/line.js";
import {ring} from "/phone/ring.js";

const TRANSFER_SECONDS = 30;
const LEFT_SECONDS = 2;

export class Desk extends EventTarget {
  /**
   * @param {import("/phone/client.js").Client} client
   * @param {import("/phone/pad.js").Pad} pad
   * @param {import("/phone/talk.js").Talk} talk
   * @param {import("/phone/log.js").Log} log
   */
  constructor(client, pad, talk, log) {
    super();
    this.client = client;
    this.pad = pad;
    this.talk = talk;
    this.log = log;
    this.cards = new Map();
    setInterval(() => { for (const card of this.cards.values()) if (card.line.up) card.tick(); }, 500);
  }

  get lines() { return [...this.cards.keys()]; }

  // --- calls come and go ---

  /** Call somebody; calls that go on are held meanwhile. */
  async dial(number) {
    for (const line of this.lines) if (line.talking && !await this.hold(line, true)) return null;
    const line = this.add(this.client.call(number), {incoming: false, peer: number, number});
    say(`Calling ${number}`);
    return line;
  }

  /** A call comes in. */
  arrived(event) {
    const {call} = event;
    const number = call.number() || "unknown";
    const line = this.add(call, {incoming: true, peer: call.displayName() || number, number});
    const writing = document.activeElement?.matches("input") && document.activeElement.value;
    if (!writing) this.cards.get(line).focus();
    say(`Incoming call from ${line.peer}. Answer and Reject are next.`);
  }

  add(call, facts) {
    for (const line of this.lines) if (line.over) this.dismiss(line);
    const line = new Line(this.client.sdk, call, facts);
    const card = new Card(line, {
      answer: (one) => this.answer(one),
      hold: (one, held) => this.hold(one, held),
      transfer: (one, to) => this.transfer(one, to),
      join: (one) => this.join(one, this.partner(one)),
      redial: (one) => { this.dismiss(one); this.dial(one.number); },
      dismiss: (one) => this.dismiss(one),
    });
    this.cards.set(line, card);
    by("calls").prepend(card.element);
    line.addEventListener("change", () => this.changed(line));
    line.addEventListener("message", ({detail}) => this.talk.write(line, detail));
    line.addEventListener("sdk", ({detail}) => this.log.write(detail));
    line.addEventListener("deaf", () => this.dispatchEvent(new CustomEvent("deaf", {detail: line})));
    this.draw();
    return line;
  }

  dismiss(line) {
    const element = this.cards.get(line)?.element;
    if (!element) return;
    const inside = element.contains(document.activeElement);
    element.remove();
    this.cards.delete(line);
    this.draw();
    if (inside) this.rest();
  }

  /** Where the focus goes when what had it is gone. */
  rest() {
    const field = this.pad.line ? this.pad.keys : this.pad.number;
    (typingFits() ? field : by("dialler-title")).focus();
  }

  changed(line) {
    const words = standing(line);
    if (line.told !== words) {
      line.told = words;
      say(`${words}, ${line.peer}`);
    }
    this.draw();
  }

  /** Show all calls, and lead keys and messages to the one that is talked in. */
  draw() {
    const {lines} = this;
    for (const [line, card] of this.cards) card.draw(this.partner(line));
    const current = lines.find((line) => line.talking) ?? null;
    this.pad.serve(current);
    this.talk.serve(current ?? lines.find((line) => line.up) ?? null);
    const ringing = lines.some((line) => line.state === "incoming");
    ring(ringing);
    document.title = ringing ? "☎ Incoming call – voxsim phone" : "voxsim phone";
    document.body.classList.toggle("busy", lines.some((line) => !line.over));
    show(by("offers"), by("offer-list").children.length > 0 && !current);
  }

  /** The server is gone for good, or somebody logs out: nothing goes on. */
  clear(why) {
    for (const line of this.lines) line.end(why);
  }

  // --- several calls ---

  async answer(line) {
    for (const other of this.lines) if (other !== line && other.talking) await this.hold(other, true);
    if (line.state === "incoming") line.answer();
  }

  /** Hold or resume a call; only one is talked in. */
  async hold(line, held) {
    if (!line.up || line.turning) return false;
    for (const other of this.lines) if (!held && other !== line && other.talking) await other.hold(true);
    return line.hold(held);
  }

  /** The call with which a call can be joined. */
  partner(line) {
    return line.up && !line.moving ? this.lines.find((other) => other !== line && other.up && !other.moving) : undefined;
  }

  /** Call somebody, and put that call and this one together as soon as it is answered. */
  async transfer(line, to) {
    if (!line.up || line.moving) return;
    if (line.talking && !await this.hold(line, true)) return;
    const second = await this.dial(to);
    if (!second) return;
    second.addEventListener("change", () => {
      if (second.talking) this.join(line, second);
      else if (second.over && line.state === "held" && !line.moving) this.takeBack(line, second);
    });
  }

  /** The new partner did not answer: the call is resumed, and says why. */
  async takeBack(line, second) {
    await this.hold(line, false);
    line.trouble ||= `Not transferred to ${second.peer}: ${second.ending || "hung up"}.`;
    this.draw();
  }

  /** Let the far ends of two calls talk to each other: both calls are over here when it worked. */
  async join(line, other) {
    if (!line || !other || line.moving || other.moving) return;
    line.moving = other.moving = true;
    this.draw();
    const done = new Promise((resolve) => {
      for (const one of [line, other]) {
        one.addEventListener("transferred", ({detail}) => resolve(detail), {once: true});
      }
      setTimeout(resolve, TRANSFER_SECONDS * 1000, false);
    });
    try {
      this.client.transfer(line.call, other.call);
    } catch (error) {
      line.trouble = `The SDK refused: ${error?.message || error}`;
    }
    const worked = await done;
    line.moving = other.moving = false;
    say(worked ? `Transferred ${line.peer} to ${other.peer}` : "The transfer failed");
    for (const [one, to] of worked ? [[line, other], [other, line]] : []) {
      one.gone(`transferred to ${to.peer}`);
      // The platform ends both; what it leaves is nobody's call any more.
      setTimeout(() => { if (!one.over) one.hangUp(); }, LEFT_SECONDS * 1000);
    }
    if (!worked && !line.over) line.trouble ||= `The transfer to ${other.peer} failed.`;
    this.draw();
  }
}
