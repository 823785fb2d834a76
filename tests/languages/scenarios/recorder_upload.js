// Both sides are recorded, the record's address is handed to a service, and a note is dictated by a recorder.
require(Modules.Recorder);

const UPLOAD = "https://files.example/records";
const records = [];
let caller, callee, recorder;

VoxEngine.addEventListener(AppEvents.CallAlerting, (e) => {
  caller = e.call;
  callee = VoxEngine.callPSTN("12025550101", e.callerid);
  VoxEngine.easyProcess(caller, callee, () => {
    callee.record({ stereo: true, hd_audio: true, transcribe: true, language: ASRLanguage.ENGLISH_US, name: "talk",
      recordNamePrefix: "shop", expire: RecordExpireTime.SIXMONTHS });
  });
  callee.addEventListener(CallEvents.RecordStarted, (r) => records.push({ kind: "talk", url: r.url }));
  callee.addEventListener(CallEvents.RecordStopped, ({ duration }) => { records[0].seconds = duration });
  callee.addEventListener(CallEvents.RecordError, ({ error }) => Logger.write(`record: ${error}`));
  callee.removeEventListener(CallEvents.Disconnected);
  callee.addEventListener(CallEvents.Disconnected, dictate);
  caller.removeEventListener(CallEvents.Disconnected);
  caller.addEventListener(CallEvents.Disconnected, upload);
});

function dictate() {
  recorder = VoxEngine.createRecorder({ name: "note", lossless: true });
  recorder.addEventListener(RecorderEvents.Started, ({ url, recorder: same }) => {
    records.push({ kind: "note", url, same: same === recorder });
  });
  recorder.addEventListener(RecorderEvents.Stopped, (e) => { records[1].seconds = e.duration; caller.hangup() });
  caller.say("Please dictate your note.");
  caller.addEventListener(CallEvents.PlaybackFinished, () => {
    caller.sendMediaTo(recorder);
    setTimeout(() => recorder.mute(true), 3000);
    setTimeout(() => recorder.stop(), 4000);
  });
}

function upload() {
  const body = records.map(({ url, ...rest }) => ({ ...rest, file: /[^/]+$/.exec(url)?.[0].length > 10 }));
  Logger.write(JSON.stringify(body));
  Net.httpRequestAsync(UPLOAD, { method: "PUT", headers: ["Content-Type: application/json"], postData: JSON.stringify(body) })
    .then((r) => Logger.write(`uploaded ${r.code}`), (error) => Logger.write(`lost ${error}`))
    .then(VoxEngine.terminate);
}
