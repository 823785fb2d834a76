// The log: each event of the SDK with its moment, who it is of and what it says. Secrets and what no person can read
// (streams, calls, functions) are left out.

import {by, make} from "/phone/dom.js";

const MOST = 500;
const LENGTH = 400;
const LEFT_OUT = new Set(["name", "call", "endpoint", "stream", "tokens", "key", "old"]);
const BAD = /Failed|Error|Closed|Lost/;

function plain(value, depth = 0) {
  if (value === null || typeof value !== "object") return typeof value === "function" ? undefined : value;
  const simple = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!simple || depth > 3) return undefined;
  return Array.isArray(value)
    ? value.map((one) => plain(one, depth + 1))
    : Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one, depth + 1)]));
}

function details(event) {
  const told = [];
  for (const [key, value] of Object.entries(event)) {
    const shown = LEFT_OUT.has(key) || key.startsWith("_") ? undefined : plain(value);
    const empty = shown && typeof shown === "object" && !Object.keys(shown).length;
    if (shown === undefined || shown === null || shown === "" || empty) continue;
    told.push(`${key} ${typeof shown === "object" ? JSON.stringify(shown) : shown}`);
  }
  const text = told.join(" · ");
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}

export class Log {
  constructor() {
    this.list = by("log");
    this.followed = true;
    this.list.addEventListener("scroll", () => {
      this.followed = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 24;
    });
    by("clear").addEventListener("click", () => this.list.replaceChildren());
    by("copy").addEventListener("click", () => this.copy());
  }

  write({source, name, event}) {
    const shown = name === "onSendMessage" ? "MessageReceived" : name;
    const now = new Date();
    const time = `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, "0")}`;
    this.list.append(make("li", BAD.test(name) ? {class: "bad"} : {},
      make("time", {datetime: now.toISOString()}, time), " ", make("span", {class: "source"}, source), " ",
      make("b", {}, shown), " ", make("span", {class: "details"}, details(event))));
    if (this.list.children.length > MOST) this.list.firstChild.remove();
    if (this.followed) this.list.scrollTop = this.list.scrollHeight;
  }

  async copy() {
    const text = [...this.list.children].map((line) => line.textContent.trim()).join("\n");
    try {
      await navigator.clipboard.writeText(text);
      by("copy").textContent = "Copied";
    } catch {
      by("copy").textContent = "Not allowed";
    }
    setTimeout(() => { by("copy").textContent = "Copy"; }, 2000);
  }
}
