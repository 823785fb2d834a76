// The platform's codes in plain words: what went wrong, and what to do about it.

const LOGINS = {
  401: "The password is wrong.",
  402: "The platform refuses this log-in (402): the account has no more users this month.",
  403: "This user is switched off (403), or is logged in in too many places.",
  404: "There is no user of this name with a password. Names look like alice@app.account.voximplant.com.",
  409: "The connection was lost while logging in. Try again.",
  491: "Another log-in is under way.",
  500: "The server could not log you in (500).",
  701: "The log-in has expired. Log in again.",
};

const CALLS = {
  402: "not enough money on the account",
  403: "not allowed",
  404: "nobody has this number",
  408: "no answer",
  409: "the connection was lost",
  480: "nobody is logged in there",
  486: "busy",
  487: "it ended before it was answered",
  603: "declined",
  1003: "not connected to the server",
  1004: "not logged in",
  1008: "calls need a page over HTTPS, or of 127.0.0.1",
};

export const NO_MICROPHONE =
  "This machine has no microphone that the browser could use. Plug one in and call again, or call without one: you will hear, and not be heard.";

export const DENIED =
  "The browser does not let this page use the microphone. Allow it in the page’s settings, to the left of its address, and call again; or call without one: you will hear, and not be heard.";

/** Why a log-in was refused. */
export const refusal = (code) => LOGINS[code] ?? `The log-in was refused${code ? ` (${code})` : ""}.`;

/** Why a call failed, in few words; the platform's own reason when it says more than the code. */
export function failure(code, reason) {
  const known = CALLS[code];
  if (!known) return [reason, code && `(${code})`].filter(Boolean).join(" ") || "failed";
  return `${known} (${code})`;
}
