// Contact centre AI: an agent, a conversation and its participant, each told of when it is there.
const PROJECT = "shop";
let agent, conversation, participant;

VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
  call.addEventListener(CallEvents.Connected, () => {
    agent = new CCAI.Agent("support", "eu");
    agent.addEventListener(CCAI.Events.Agent.Started, () => {
      Logger.write("agent");
      conversation = new CCAI.Conversation({ agent, profile: { name: "sales" }, project: PROJECT });
      conversation.addEventListener(CCAI.Events.Conversation.Created, onConversation(call));
      conversation.addEventListener(CCAI.Events.Conversation.Error, (e) => Logger.write(e.name));
    });
  });
  call.addEventListener(CallEvents.Disconnected, () => {
    conversation?.stop();
    setTimeout(VoxEngine.terminate, 100);
  });
  call.answer();
});

const onConversation = (call) => () => {
  Logger.write(`conversation ${agent instanceof CCAI.Agent}`);
  participant = conversation.addParticipant({
    call, dialogflowSettings: { lang: "en" }, options: { role: CCAI.Vendor.Role.END_USER },
  });
  participant.addEventListener(CCAI.Events.Participant.Created, () => {
    Logger.write("participant");
    call.sendMediaTo(participant);
    participant.sendMediaTo(call);
    participant.analyzeContent({ name: "WELCOME", language_code: "en" });
  });
  participant.addEventListener(CCAI.Events.Participant.PlaybackFinished, () => call.sendMediaTo(participant));
  participant.addEventListener(CCAI.Events.Participant.Response, ({ response }) => {
    if (response.reply_text) Logger.write(`reply ${response.reply_text}`);
  });
};
