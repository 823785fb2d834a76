// The official Node.js client against a server: begins a scenario, asks it something, reads its history.
// Arguments: the credentials file, host:port. Prints one JSON object.
const VoximplantApiClient = require('@voximplant/apiclient-nodejs').default;

const [credentials, host] = process.argv.slice(2);
const client = new VoximplantApiClient({ pathToCredentials: credentials, host });

async function main() {
  const found = {};
  found.account = (await client.Accounts.getAccountInfo({})).result.accountName;
  const rules = (await client.Rules.getRules({ applicationId: 1, withScenarios: true })).result;
  found.rules = rules.map((rule) => [rule.ruleName, rule.scenarios.map((scenario) => scenario.scenario_name)]);
  const started = await client.Scenarios.startScenarios({ ruleId: rules[0].ruleId, scriptCustomData: 'über' });
  const answer = await fetch(started.mediaSessionAccessUrl, { method: 'POST', body: 'end' });
  found.answer = await answer.text();
  const day = 24 * 3600 * 1000;
  const history = await client.History.getCallHistory({
    fromDate: new Date(Date.now() - day),
    toDate: new Date(Date.now() + day),
    callSessionHistoryId: String(started.callSessionHistoryId),
    withCalls: true,
  });
  found.history = history.result.map((row) => [row.callSessionHistoryId === started.callSessionHistoryId, row.finishReason]);
  const refused = await client.Scenarios.startScenarios({ ruleId: 99 });
  found.error = refused.error.code;
  return found;
}

client.onReady = () => {
  main().then(
    (found) => console.log(JSON.stringify(found)),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
};
