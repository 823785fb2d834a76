// The card of one call: who it is, how it stands and for how long, and what can be done with it now.

import {by, clock, show} from "/phone/dom.js";

const STATES = {
  incoming: "Incoming call",
  connecting: "Answering…",
  calling: "Calling…",
  ringing: "Ringing…",
  connected: "Connected",
  held: "On hold",
  ending: "Hanging up…",
  ended: "Call ended",
};

/** How a call stands, in words. */
export function standing(line) {
  if (!line.over) return STATES[line.state];
  return line.ending ? `${STATES.ended}: ${line.ending}` : STATES.ended;
}

export class Card {
  /**
   * @param {import("/phone/line.js").Line} line
   * @param {object} acts what the desk does: answer(line), hold(line, held), transfer(line, to), join(line), redial(line), dismiss(line)
   */
  constructor(line, acts) {
    this.line = line;
    this.element = by("call-card").content.firstElementChild.cloneNode(true);
    this.find = (name) => this.element.querySelector(name);
    this.element.setAttribute("aria-label", `Call ${line.incoming ? "from" : "to"} ${line.peer}`);
    this.find(".peer").textContent = line.peer;
    this.find(".number").textContent = line.number === line.peer ? "" : line.number;
    const on = (name, act) => this.find(name).addEventListener("click", ({currentTarget}) => {
      if (currentTarget.getAttribute("aria-disabled") !== "true") act();
    });
    on(".answer", () => acts.answer(line));
    on(".reject", () => line.reject());
    on(".mute", () => line.mute(!line.muted));
    on(".hold", () => acts.hold(line, line.state !== "held"));
    on(".hangup", () => line.hangUp());
    on(".transfer", () => this.ask(this.find(".transfer-form").hidden));
    on(".join", () => { this.ask(false); acts.join(line); });
    on(".redial", () => acts.redial(line));
    on(".dismiss", () => acts.dismiss(line));
    this.find(".transfer-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const to = event.target.elements.to.value.trim();
      if (!to) return;
      this.ask(false);
      acts.transfer(line, to);
    });
    this.find(".transfer-form").addEventListener("keydown", (event) => { if (event.key === "Escape") this.ask(false); });
  }

  focus() {
    this.find(".peer").focus();
  }

  /** Open or close the form for a transfer. */
  ask(open) {
    const form = this.find(".transfer-form");
    if (form.hidden === !open) return;
    show(form, open, this.find(".transfer"));
    this.find(".transfer").setAttribute("aria-expanded", String(open));
    if (open) form.elements.to.focus();
  }

  /** Show the call as it is now; `other` is a second call to which it can be joined. */
  draw(other) {
    const {line} = this;
    this.element.dataset.state = line.state;
    this.find(".state-text").textContent = standing(line);
    this.tick();
    const trouble = this.find(".trouble");
    if (trouble.textContent !== line.trouble) trouble.textContent = line.trouble;
    trouble.hidden = !line.trouble;
    const heading = this.find(".peer");
    show(this.find(".arriving"), line.state === "incoming", heading);
    show(this.find(".going"), !line.over && line.state !== "incoming", heading);
    show(this.find(".over"), line.over, heading);
    if (!line.up) this.ask(false);
    this.press(".mute", line.muted, line.muted ? "Unmute" : "Mute", line.muted ? "#i-mute" : "#i-mic", line.up);
    const held = line.state === "held";
    this.press(".hold", held, held ? "Resume" : "Hold", held ? "#i-resume" : "#i-hold", line.up && !line.turning);
    this.enable(".transfer", line.up && !line.moving);
    this.enable(".hangup", line.state !== "ending");
    const join = this.find(".join");
    join.textContent = other ? `Connect with ${other.peer}` : "";
    show(join, Boolean(other), this.find(".transfer"));
  }

  press(name, pressed, label, icon, enabled) {
    const button = this.find(name);
    button.setAttribute("aria-pressed", String(pressed));
    button.querySelector("span").textContent = label;
    button.querySelector("use").setAttribute("href", icon);
    this.enable(name, enabled);
  }

  /** A button that cannot be used keeps the focus that it may have. */
  enable(name, enabled) {
    this.find(name).setAttribute("aria-disabled", String(!enabled));
  }

  tick() {
    const {line} = this;
    this.find(".timer").textContent = line.since ? clock(line.lasted) : "";
  }
}
