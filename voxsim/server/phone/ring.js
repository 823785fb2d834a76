// The bell of an incoming call: two soft notes every three seconds, made by the browser itself.

const NOTES = [[0, 660], [0.22, 880]];
const EVERY_MS = 3000;

let context = null;
let timer = 0;

function strike() {
  for (const [after, hertz] of NOTES) {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const start = context.currentTime + after;
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.55);
  }
}

/** Ring, or stop. */
export function ring(on) {
  if (on === Boolean(timer)) return;
  if (!on) {
    clearInterval(timer);
    timer = 0;
    return;
  }
  context ??= new AudioContext();
  context.resume();
  strike();
  timer = setInterval(strike, EVERY_MS);
}
