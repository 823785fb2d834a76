// The keypad: one stop for the Tab key, arrows inside; with a call it sends keys, without one it writes the number.
// The field above it is the same for the keyboard: what is typed into it during a call is sent.

import {by, make, show} from "/phone/dom.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const LETTERS = {2: "ABC", 3: "DEF", 4: "GHI", 5: "JKL", 6: "MNO", 7: "PQRS", 8: "TUV", 9: "WXYZ", 0: "+"};
const SPOKEN = {"*": "star", "#": "hash"};
const STEPS = {ArrowLeft: -1, ArrowRight: 1, ArrowUp: -3, ArrowDown: 3};
const PLUS_MS = 600;

export class Pad {
  /**
   * @param {(number: string) => void} dial what Call does
   */
  constructor(dial) {
    this.line = null;
    this.number = by("number");
    this.keys = by("keys");
    this.buttons = KEYS.map((key, index) => this.button(key, index));
    by("pad").append(...this.buttons);
    by("pad").addEventListener("keydown", (event) => this.move(event));
    by("dial").addEventListener("submit", (event) => {
      event.preventDefault();
      const number = this.number.value.trim();
      if (this.line) return;
      if (number) dial(number);
      else this.number.focus();
    });
    by("erase").addEventListener("click", () => {
      this.number.value = this.number.value.slice(0, -1);
      this.fill();
    });
    this.number.addEventListener("input", () => this.fill());
    this.keys.addEventListener("input", () => this.typed());
    this.fill();
  }

  button(key, index) {
    const button = make("button", {type: "button", "data-key": key, tabindex: index ? "-1" : "0"}, make("b", {}, key));
    if (LETTERS[key]) button.append(make("small", {"aria-hidden": "true"}, LETTERS[key]));
    if (SPOKEN[key]) button.setAttribute("aria-label", SPOKEN[key]);
    button.addEventListener("click", () => {
      if (!this.plus) this.press(key);
      this.plus = false;
    });
    if (key === "0") this.holdForPlus(button);
    return button;
  }

  /** A long press on 0 writes a plus. */
  holdForPlus(button) {
    let timer = 0;
    button.addEventListener("pointerdown", () => {
      this.plus = false;
      timer = setTimeout(() => {
        if (this.line) return;
        this.plus = true;
        this.write("+");
      }, PLUS_MS);
    });
    for (const end of ["pointerup", "pointerleave", "pointercancel"]) {
      button.addEventListener(end, () => clearTimeout(timer));
    }
  }

  move(event) {
    const from = this.buttons.indexOf(document.activeElement);
    if (from < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in STEPS) {
      const to = this.buttons[from + STEPS[event.key]];
      if (to) this.stop(to).focus();
    } else if (KEYS.includes(event.key)) {
      const button = this.buttons[KEYS.indexOf(event.key)];
      this.stop(button).focus();
      button.click();
    } else if (event.key === "Backspace" && !this.line) {
      by("erase").click();
    } else {
      return;
    }
    event.preventDefault();
  }

  /** The one key that Tab stops at. */
  stop(button) {
    for (const one of this.buttons) one.tabIndex = one === button ? 0 : -1;
    return button;
  }

  press(key) {
    if (this.line) this.send(key);
    else this.write(key);
  }

  write(text) {
    this.number.value += text;
    this.fill();
  }

  send(keys) {
    this.line.press(keys);
    this.keys.value = this.line.keys;
  }

  /** Something was typed into the field for keys: send what is new in it. */
  typed() {
    if (!this.line) return;
    const sent = this.line.keys;
    const fresh = this.keys.value.startsWith(sent) ? this.keys.value.slice(sent.length) : "";
    const keys = [...fresh].filter((key) => KEYS.includes(key)).join("");
    if (keys) this.send(keys);
    this.keys.value = this.line.keys;
  }

  /** Take a number into the field, ready to be called. */
  take(number) {
    this.number.value = number;
    this.fill();
  }

  fill() {
    by("erase").disabled = !this.number.value;
  }

  /** Whose keys are sent: the call that one talks in, or none; then numbers are written. */
  serve(line) {
    if (line === this.line) return;
    this.line = line;
    this.keys.value = line?.keys ?? "";
    const inside = document.activeElement;
    const moves = [this.number, this.keys, by("erase"), by("call")].includes(inside);
    show(by("number-row"), !line);
    show(by("keys-row"), Boolean(line));
    show(by("call"), !line);
    if (moves) (line ? this.keys : this.number).focus();
  }
}
