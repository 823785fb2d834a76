// A microphone that hears nothing, for machines that have none and people who keep theirs to themselves: it takes the
// place of the browser's, and calls can be made and heard.

/** Whether the browser sees any microphone at all. */
export async function hasMicrophone() {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.some((device) => device.kind === "audioinput");
  } catch {
    return false;
  }
}

/** From now on the page's microphone is silence. */
export function useSilence() {
  const context = new AudioContext();
  const silence = async () => context.createMediaStreamDestination().stream;
  if (!navigator.mediaDevices) Object.defineProperty(navigator, "mediaDevices", {value: new EventTarget()});
  navigator.mediaDevices.getUserMedia = silence;
}
