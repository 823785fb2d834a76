"use strict";
// A survey as a state machine: classes with private and static fields, getters, inheritance, symbols.

class Machine {
  #state = null;
  #handlers = new Map();
  static count = 0;
  static { Machine.started = new Date().toISOString(); }

  constructor(...states) {
    Machine.count += 1;
    for (const state of states) this.#handlers.set(state.name, state);
  }
  get state() { return this.#state?.name ?? "nowhere"; }
  set state(name) {
    Logger.write(`${this} -> ${name}`);
    this.#state?.leave?.();
    this.#state = this.#handlers.get(name);
    this.#state.enter(this);
  }
  [Symbol.toPrimitive]() { return `<${this.state}>`; }
  static of(call, questions) {
    return new this(...questions.map((text, at) => new Question(call, text, at)), new Goodbye(call));
  }
}

class State {
  static VOICE = VoiceList.Microsoft.Neural.en_US_JennyNeural;
  constructor(call, name) { this.call = call; this.name = name; }
  say(text, then = () => {}) {
    const { call } = this;
    call.addEventListener(CallEvents.PlaybackFinished, function once() {
      call.removeEventListener(CallEvents.PlaybackFinished, once);
      then();
    });
    call.say(text, { language: State.VOICE, ttsOptions: { rate: "medium" } });
  }
  leave() { this.call.removeEventListener(CallEvents.ToneReceived); }
}

class Question extends State {
  static answers = {};
  #timer;
  constructor(call, text, at) {
    super(call, `question${at + 1}`);
    Object.assign(this, { text, next: at });
  }
  enter(machine) {
    this.call.addEventListener(CallEvents.ToneReceived, ({ tone }) => {
      if (!/^[1-5]$/.test(tone)) return;
      Question.answers[this.name] = Number(tone);
      machine.state = machine.last === this.next ? "goodbye" : `question${this.next + 2}`;
    });
    this.say(`${this.text} Press 1 to 5.`);
    this.#timer = setTimeout(() => { machine.state = "goodbye"; }, 8_000);
  }
  leave() { super.leave(); clearTimeout(this.#timer); }
  get late() { return #timer in this; }
}

class Goodbye extends State {
  constructor(call) { super(call, "goodbye"); }
  enter() { this.say("Thank you. Goodbye.", () => this.call.hangup()); }
}

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
  call.answer();
  call.handleTones(true);
  call.addEventListener(CallEvents.Connected, () => {
    const machine = Machine.of(call, ["How was the service?", "How was the price?"]);
    machine.last = 1;
    machine.state = "question1";
  });
  call.addEventListener(CallEvents.Disconnected, () => {
    Logger.write({ answers: Question.answers, started: Machine.started, machines: Machine.count });
    VoxEngine.terminate();
  });
});
