"""What a page hears, and what a file has in it: loudness and pitch, for the tests of real audio."""

import io
import math
import wave
from array import array

import trio

SPY = """(() => {
  const Real = window.RTCPeerConnection, context = new AudioContext();
  window.peers = [];
  window.tracks = [];
  window.RTCPeerConnection = class extends Real {
    constructor(...options) {
      super(...options);
      window.peers.push(this);
      this.addEventListener("track", (event) => { if (event.track.kind === "audio") window.tracks.push(event.track); });
    }
  };
  // What the newest call hears within so many milliseconds: the loudest moment (RMS, 0 to 1) and its pitch in Hz.
  window.hears = async (milliseconds) => {
    await context.resume();
    const track = window.tracks.at(-1);
    if (!track) return {level: 0, hertz: 0};
    const stream = new MediaStream([track]), player = new Audio();
    player.srcObject = stream;
    player.muted = true;
    await player.play();
    const analyser = context.createAnalyser(), source = context.createMediaStreamSource(stream);
    analyser.fftSize = 2048;
    analyser.smoothingTimeConstant = 0;
    source.connect(analyser);
    const wave = new Float32Array(2048), bins = new Float32Array(1024);
    let level = 0, hertz = 0;
    const end = performance.now() + milliseconds;
    do {
      await new Promise((resolve) => setTimeout(resolve, 20));
      analyser.getFloatTimeDomainData(wave);
      const now = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
      if (now <= level) continue;
      level = now;
      analyser.getFloatFrequencyData(bins);
      hertz = bins.indexOf(Math.max(...bins)) * context.sampleRate / 2048;
    } while (performance.now() < end);
    source.disconnect();
    player.srcObject = null;
    return {level, hertz};
  };
  window.statistics = async () => {
    const found = {};
    for (const one of (await window.peers.at(-1).getStats()).values()) found[one.type] = {...found[one.type], ...one};
    return found;
  };
})()"""
"""Run in a page before its calls: `hears(ms)` and `statistics()` are there from then on."""

LOUD, QUIET = 0.03, 0.003
"""More is heard well, less is silence; a page hears the voice of a full tone at 0.17."""


async def hears(page, hertz=None, seconds=20):
    """Wait until a page hears something, of a pitch if one is given."""
    heard = None
    with trio.move_on_after(seconds):
        while True:
            heard = await page.run("hears(300)")
            if heard["level"] > LOUD and (hertz is None or abs(heard["hertz"] - hertz) < 30):
                return heard
    raise AssertionError(f"{hertz or 'anything'} Hz was not heard, but {heard}")


async def hears_nothing(page, seconds=20):
    """Wait until a page has heard nothing for a while."""
    heard = None
    with trio.move_on_after(seconds):
        while True:
            heard = await page.run("hears(800)")
            if heard["level"] < QUIET:
                return
    raise AssertionError(f"it never became silent: {heard}")


def channels_of(content):
    """The channels of a WAV file, and its samples a second."""
    with wave.open(io.BytesIO(content)) as file:
        samples = array("h", file.readframes(file.getnframes()))
        return [samples[side :: file.getnchannels()] for side in range(file.getnchannels())], file.getframerate()


def level(samples):
    """How loud samples are: their RMS, 0 to 1."""
    return math.sqrt(sum(value * value for value in samples) / len(samples)) / 32768


def loudest(samples, rate, seconds=0.1):
    """How loud the loudest moment of some samples is."""
    size = int(rate * seconds)
    return max(level(samples[start : start + size]) for start in range(0, len(samples) - size, size))
