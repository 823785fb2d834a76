// A telephony module: what the provider's webhooks mean, and what the provider is asked for.
const STAGES = { start: "NotifyStart", answer: "NotifyAnswer", end: "NotifyEnd" };
const DIRECTIONS = { in: "In", out: "Out", internal: "Internal" };
const OUTCOMES = { unknown: "Unknown", answered: "Answered", busy: "Busy", cancel: "Cancel", noanswer: "NoAnswer", failed: "Failed" };

async function VoipParseWebhookRequest(request) {
  const told = JSON.parse(request.body);
  const { callId, srcPhone, dstPhone, duration } = told;
  const shared = { callId, srcPhone, dstPhone, direction: VoipCallDirection[DIRECTIONS[told.direction]] };
  const disposition = VoipCallDisposition[OUTCOMES[told.disposition]];
  if (told.type === "record") return { callRecord: { ...shared, disposition, duration, call: { link: told.callLink } } };
  return { event: { ...shared, disposition, event: VoipWebhookEvent[STAGES[told.type]] } };
}

async function VoipTestConnection() {
  return { success: true };
}

async function VoipGetMembers() {
  return [{ id: "201", label: "Anna" }];
}

async function VoipGenerateCall(srcPhone, dstPhone) {
  const { endpoint, apiKey } = Namespace.params.data;
  await fetch(`${endpoint}/calls`, {
    method: "POST",
    headers: { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" },
    body: JSON.stringify({ srcPhone, dstPhone }),
  });
}

async function VoipGetCallLink(callData) {
  return callData.link;
}
