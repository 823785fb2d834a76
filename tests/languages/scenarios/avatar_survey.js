// A voice avatar leads the talk; what it found out comes with its end.
require(Modules.Avatar);
require(Modules.ASR);

VoxEngine.addEventListener(AppEvents.CallAlerting, async ({ call }) => {
  call.answer();
  call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
  await new Promise((resolve) => call.addEventListener(CallEvents.Connected, resolve));
  VoximplantAvatar.createVoiceAvatar({
    avatarConfig: { avatarId: "survey", customData: { callerid: call.callerid() } },
    call,
    asrParameters: { profile: ASRProfileList.Google.en_US },
    ttsPlayerParameters: { language: VoiceList.Google.en_US_Wavenet_A },
    onFinishCallback: ({ utterance, customData, currentState }) => {
      Logger.write({ utterance, customData, currentState });
      call.say(`${utterance} Goodbye.`);
      call.addEventListener(CallEvents.PlaybackFinished, () => call.hangup());
    },
    onErrorCallback: ({ reason }) => {
      Logger.write(`error: ${reason}`);
      call.hangup();
    },
  });
});
