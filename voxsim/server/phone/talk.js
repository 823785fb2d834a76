// The messages of the calls: what was written and what came, in order. They go to the call that one talks in.

import {by, make, show} from "/phone/dom.js";

const MOST = 300;

export class Talk {
  constructor() {
    this.line = null;
    this.list = by("talk");
    by("write").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = by("text").value;
      if (!text.trim() || !this.line?.send(text)) return;
      by("text").value = "";
    });
    this.serve(null);
  }

  write(line, {text, own}) {
    const who = own ? "You" : line.peer;
    this.list.append(make("p", {class: own ? "own" : "theirs"},
      make("span", {class: "writer"}, who), make("span", {class: "words"}, text)));
    if (this.list.children.length > MOST) this.list.firstChild.remove();
    this.list.scrollTop = this.list.scrollHeight;
    show(by("talk-empty"), false);
  }

  /** To whom messages go: a call, or nobody. */
  serve(line) {
    this.line = line;
    by("text").disabled = by("send").disabled = !line;
    by("text").placeholder = line ? `Message to ${line.peer}` : "No call to write to";
  }
}
