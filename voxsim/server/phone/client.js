// The SDK's client: loaded, set up once, connected, logged in, and taken back after the server was gone. It tells what
// becomes of it by three events: `state`, `call` (a call comes in) and `sdk` (any event of the SDK, for the log).

const QUIET = new Set(["NetStatsReceived", "SourcesInfoUpdated"]);
const DELAYS = [1, 2, 4, 8, 10];

const wait = (seconds, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, seconds * 1000);
  signal.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, {once: true});
});

/** Load the library, as a script of the page; rejects when it cannot be. */
const load = (url) => new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = url;
  script.addEventListener("load", () => resolve(window.VoxImplant));
  script.addEventListener("error", () => reject(new Error("The Web SDK could not be loaded.")));
  document.head.append(script);
});

/** Why a log-in did not work: `code` is the SDK's, or empty when there was no connection; then `why` tells more. */
export class LoginError extends Error {
  constructor(code, why = "") {
    super(why || String(code));
    this.code = code;
    this.why = why;
  }
}

export class Client extends EventTarget {
  /**
   * @param {string} server host and port of the platform
   */
  constructor(server) {
    super();
    this.server = server;
    this.state = "offline";
    this.attempt = 0;
    this.name = this.login = "";
    this.wish = null;
    this.retry = null;
  }

  async load() {
    this.sdk = await load("/phone/voximplant.min.js");
    this.version = this.sdk.version;
    this.client = this.sdk.getInstance();
    for (const name of new Set(Object.values(this.sdk.Events))) {
      if (!QUIET.has(name)) this.client.on(name, (event) => this.happened(name, event ?? {}));
    }
    await this.client.init({
      node: "NODE_1", serverIp: this.server, micRequired: false, videoSupport: false, progressTone: true,
      progressToneCountry: "US", showDebugInfo: false, showWarnings: false,
    });
  }

  tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, {detail}));
  }

  become(state) {
    this.state = state;
    this.tell("state", state);
  }

  happened(name, event) {
    this.tell("sdk", {source: "client", name, event});
    if (name === "IncomingCall") this.tell("call", event);
    else if (name === "Reconnecting") this.become("reconnecting");
    else if (name === "Reconnected") this.become(this.name ? "in" : "connected");
    else if (name === "ConnectionClosed" && this.wish && this.state !== "entering" && !this.retry) this.comeBack();
  }

  /** Log in as somebody, connecting first. Raises LoginError. */
  async enter(user, password) {
    this.become("entering");
    try {
      await this.tryEnter(user, password);
    } catch (error) {
      this.wish = null;
      this.become("offline");
      throw error;
    }
    this.wish = {user, password};
    this.become("in");
  }

  async tryEnter(user, password) {
    await this.connect();
    let result;
    try {
      result = await this.client.login(user, password);
    } catch (error) {
      result = error;
    }
    if (!result?.result) throw new LoginError(Number(result?.code) || 0, result instanceof Error ? result.message : "");
    this.login = user;
    this.name = result.displayName || user.split("@")[0];
  }

  async connect() {
    if (this.client.connected()) return;
    let connected;
    try {
      connected = await this.client.connect();
    } catch {
      connected = false; // what older versions do
    }
    if (connected === false) throw new LoginError(0, await this.whyNot());
  }

  /** Why there is no connection: `gone`, or `untrusted` when the browser does not know the server's certificate. */
  async whyNot() {
    const reaches = (url) => fetch(url, {cache: "no-store"}).then(() => true, () => false);
    if (await reaches(`https://${this.server}/getNearestHost`)) return "refused";
    return await reaches("/phone/setup.json") ? "untrusted" : "gone";
  }

  /** Try to get back in until it works, or until somebody logs out. */
  async comeBack() {
    this.retry = new AbortController();
    const {signal} = this.retry;
    for (this.attempt = 1; ; this.attempt += 1) {
      this.become("gone");
      this.hurry = new AbortController();
      await wait(DELAYS[Math.min(this.attempt, DELAYS.length) - 1], AbortSignal.any([signal, this.hurry.signal]));
      if (signal.aborted) return;
      this.become("coming back");
      try {
        await this.tryEnter(this.wish.user, this.wish.password);
        break;
      } catch (error) {
        if (signal.aborted) return;
        if (error.code) {
          this.forget();
          this.become("offline");
          this.tell("refused", error);
          return;
        }
      }
    }
    this.retry = null;
    this.become("in");
  }

  /** Do not wait any longer for the next attempt. */
  tryNow() {
    this.hurry?.abort();
  }

  forget() {
    this.wish = null;
    this.retry?.abort();
    this.retry = null;
    this.name = this.login = "";
  }

  async leave() {
    this.forget();
    try {
      await this.client.disconnect();
    } catch {
      // It was not connected any more.
    }
    this.become("offline");
  }

  /** Call somebody; gives the SDK's call. */
  call(number) {
    return this.client.call({number, video: {sendVideo: false, receiveVideo: false}});
  }

  /** Let the far ends of two calls talk to each other. */
  transfer(one, other) {
    this.client.transferCall(one, other);
  }
}
