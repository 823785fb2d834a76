// The phone: from an empty page to one that is logged in, and back. It asks the server what there is, loads the SDK,
// lets people log in, and says what has become of the connection.

import {by, typingFits, make, say, show} from "/phone/dom.js";
import {Client} from "/phone/client.js";
import {Desk} from "/phone/desk.js";
import {Log} from "/phone/log.js";
import {Pad} from "/phone/pad.js";
import {hasMicrophone, useSilence} from "/phone/silence.js";
import {Talk} from "/phone/talk.js";
import {DENIED, NO_MICROPHONE, refusal} from "/phone/words.js";

const REMEMBERED = "voxsim phone user";
const BY_HAND = "";

let setup = null;
let client = null;
let desk = null;

// --- what is said on top ---

/** Say something that a person has to know, with buttons or links that help. */
function notice(text, ...help) {
  by("notice-text").textContent = text;
  by("notice-more").replaceChildren(...help);
  show(by("notice"), true);
}

const quiet = () => show(by("notice"), false, document.querySelector("main h2:not(.unseen)") ?? by("dialler-title"));

function button(label, act) {
  const made = make("button", {type: "button"}, label);
  made.addEventListener("click", act);
  return made;
}

function untrusted() {
  const secure = `https://${setup.server}/phone`;
  notice("Your browser does not know this server’s certificate yet, so the SDK cannot connect. Open the secure page, "
    + "accept the certificate there (Advanced, then Proceed), and use the phone there or come back.",
  make("a", {href: secure, class: "button"}, `Open ${secure}`));
}

function gone() {
  notice("The server cannot be reached. Is voxsim serve running?");
}

// --- beginning ---

async function begin() {
  try {
    const answer = await fetch("/phone/setup.json", {cache: "no-store"});
    if (!answer.ok) throw new Error(String(answer.status));
    setup = await answer.json();
  } catch {
    show(by("loading"), false);
    notice("The server cannot be reached. Is voxsim serve running?", button("Try again", () => window.location.reload()));
    return;
  }
  show(by("loading"), false);
  if (!setup.server) {
    notice("The Web SDK connects with TLS only, and this server has none: start it without --no-tls.");
    return;
  }
  if (setup.sdk === null) {
    by("command-cd").textContent = `cd ${quoted(setup.folder || "the-folder-that-you-serve")}`;
    show(by("missing"), true);
    return;
  }
  if (!window.isSecureContext) {
    const secure = `https://${setup.server}/phone`;
    notice("Browsers give the microphone only to secure pages, and to those of 127.0.0.1. Open the secure page.",
      make("a", {href: secure, class: "button"}, `Open ${secure}`));
    return;
  }
  await prepare();
}

const quoted = (text) => (/^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

async function prepare() {
  client = new Client(setup.server);
  const log = new Log();
  client.addEventListener("sdk", ({detail}) => log.write(detail));
  try {
    await client.load();
  } catch (error) {
    notice(`The Web SDK did not start: ${error?.message || error}`);
    return;
  }
  const pad = new Pad((number) => desk.dial(number));
  desk = new Desk(client, pad, new Talk(), log);
  client.addEventListener("state", ({detail}) => stand(detail));
  client.addEventListener("call", ({detail}) => desk.arrived(detail));
  client.addEventListener("refused", ({detail}) => refused(detail));
  desk.addEventListener("deaf", ({detail}) => deaf(detail));
  by("version").textContent = `Web SDK ${setup.sdk || client.version}`;
  by("server").textContent = setup.muted ? `${setup.server} · calls without sound` : setup.server;
  show(by("footer"), true);
  window.addEventListener("pagehide", () => client.leave());
  entrance();
  if (window.location.protocol === "http:" && await client.whyNot() === "untrusted") untrusted();
}

// --- logging in ---

function entrance() {
  const several = new Set(setup.users.map((user) => user.domain)).size > 1;
  const users = setup.users.map(({login, name, domain}) => {
    const short = login.split("@")[0];
    const shown = name === short ? short : `${name} (${short})`;
    return make("option", {value: login}, several ? `${shown}, ${domain.split(".")[0]}` : shown);
  });
  by("user").replaceChildren(...users, make("option", {value: BY_HAND}, "Somebody else…"));
  let known = null;
  try {
    known = localStorage.getItem(REMEMBERED);
  } catch {
    // The browser keeps nothing: then nobody is remembered.
  }
  if (setup.users.some((user) => user.login === known)) by("user").value = known;
  show(by("no-users"), !users.length);
  show(by("choice"), users.length > 0);
  show(by("entrance"), true);
  choose();
  if (typingFits()) (users.length ? by("password") : by("full-name")).focus();
}

function choose() {
  const byHand = !setup.users.length || by("user").value === BY_HAND;
  show(by("by-hand"), byHand);
}

async function logIn() {
  const user = by("by-hand").hidden ? by("user").value : by("full-name").value.trim();
  const password = by("password").value;
  by("wrong").textContent = "";
  if (!user || !password) {
    by("wrong").textContent = user ? "Type the password." : "Say who logs in.";
    (user ? by("password") : by("full-name")).focus();
    return;
  }
  by("enter").setAttribute("aria-disabled", "true");
  by("enter").textContent = "Logging in…";
  try {
    await client.enter(user, password);
  } catch (error) {
    refused(error);
    return;
  } finally {
    by("enter").setAttribute("aria-disabled", "false");
    by("enter").textContent = "Log in";
  }
  try {
    localStorage.setItem(REMEMBERED, user);
  } catch {
    // The browser keeps nothing.
  }
  inside();
}

function refused(error) {
  outside();
  by("wrong").textContent = "";
  by("password").removeAttribute("aria-invalid");
  if (error.why === "untrusted") untrusted();
  else if (error.why === "gone" || error.why === "refused") gone();
  else by("wrong").textContent = error.why || refusal(error.code);
  if (error.code === 401) by("password").setAttribute("aria-invalid", "true");
  by("password").select();
  by("password").focus();
}

function inside() {
  by("password").value = "";
  by("password").removeAttribute("aria-invalid");
  const domain = client.login.split("@")[1] ?? Object.keys(setup.destinations)[0];
  by("offer-list").replaceChildren(...(setup.destinations[domain] ?? []).map(offer));
  show(by("entrance"), false);
  show(by("phone"), true);
  show(by("leave"), true);
  desk.draw();
  say(`Logged in as ${client.name}`);
  if (setup.muted) notice(`Calls have no sound, but all else works: ${setup.muted}.`);
  (typingFits() ? by("number") : by("dialler-title")).focus();
}

function offer({to, rule}) {
  const chip = button(rule, () => {
    desk.pad.take(to);
    by("call").focus();
    say(`${to} is ready to be called`);
  });
  chip.title = `Call ${to}`;
  return make("li", {}, chip);
}

function outside() {
  show(by("phone"), false);
  show(by("leave"), false);
  show(by("who"), false);
  show(by("entrance"), true);
}

async function logOut() {
  desk.clear("logged out");
  for (const line of desk.lines) desk.dismiss(line);
  quiet();
  outside();
  await client.leave();
  say("Logged out");
  by("password").focus();
}

// --- how it stands ---

const SHOWN = {
  in: ["good", (name) => name],
  reconnecting: ["waiting", (name) => `${name} · reconnecting…`],
  gone: ["bad", (name) => `${name} · server gone`],
  "coming back": ["waiting", (name) => `${name} · reconnecting…`],
};

let troubled = false;

function stand(state) {
  const shown = SHOWN[state];
  if (!shown) return;
  by("dot").className = shown[0];
  by("name").textContent = shown[1](client.name || client.wish?.user?.split("@")[0] || "");
  show(by("who"), true);
  if (state === "reconnecting") {
    troubled = true;
    notice("The connection is lost. Reconnecting…");
  } else if (state === "gone") {
    troubled = true;
    desk.clear("the connection was lost");
    const old = client.attempt > 3 && window.location.protocol === "https:"
      ? " A server that was started anew has a new certificate: reload this page." : "";
    notice(`The server is gone. The phone keeps trying to come back (attempt ${client.attempt}).${old}`,
      button("Try now", () => client.tryNow()), button("Reload", () => window.location.reload()));
  } else if (state === "in" && troubled) {
    troubled = false;
    quiet();
    say("Connected again");
  }
}

async function deaf(line) {
  notice(await hasMicrophone() ? DENIED : NO_MICROPHONE, button("Go on without a microphone", () => {
    useSilence();
    quiet();
    if (!line.incoming) {
      desk.dismiss(line);
      desk.dial(line.number);
    }
  }));
}

by("notice-close").addEventListener("click", quiet);
by("again").addEventListener("click", () => window.location.reload());
by("user").addEventListener("change", choose);
by("leave").addEventListener("click", logOut);
by("login").addEventListener("submit", (event) => {
  event.preventDefault();
  if (by("enter").getAttribute("aria-disabled") !== "true") logIn();
});
begin();
