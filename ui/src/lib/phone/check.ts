import { devices } from './devices.svelte';

const LOOK_MS = 80;
/** From here on it is a voice and not the noise of a room, on the scale of the meter. */
const LOUD = 35;
const TONE_S = 1.6;

/** Tells how loud the microphone is, 0 to 100, as often as one sees; nothing of it leaves the page. */
export class Meter {
  readonly #context = new AudioContext();
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(readonly track: MediaStreamTrack, tell: (level: number, loud: boolean) => void, ended: () => void) {
    const ear = this.#context.createAnalyser();
    ear.fftSize = 1024;
    const samples = new Float32Array(ear.fftSize);
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(ear);
    void this.#context.resume();
    track.onended = ended;
    this.#timer = setInterval(() => {
      ear.getFloatTimeDomainData(samples);
      const level = levelOf(samples);
      tell(level, level >= LOUD);
    }, LOOK_MS);
  }

  /** Open the microphone of one's choice. Throws what the browser says. */
  static async open(tell: (level: number, loud: boolean) => void, ended: () => void): Promise<Meter> {
    return new Meter(await devices.open(), tell, ended);
  }

  close(): void {
    clearInterval(this.#timer);
    this.track.onended = null;
    this.track.stop();
    void this.#context.close();
  }
}

/** Return the loudness of samples on a scale that one hears by: 0 is silence (-60 dB and less), 100 the loudest there is. */
export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const one of samples) sum += one * one;
  const decibel = 10 * Math.log10(sum / samples.length || 1e-9);
  return Math.round(Math.min(100, Math.max(0, ((decibel + 60) / 60) * 100)));
}

/** Play two tones, one after the other, where the caller would be heard; returns when they are over. */
export async function testTone(): Promise<void> {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const gain = context.createGain();
  gain.gain.value = 0.25;
  gain.connect(out);
  for (const [n, pitch] of [440, 660].entries()) {
    const tone = context.createOscillator();
    tone.frequency.value = pitch;
    tone.connect(gain);
    tone.start(context.currentTime + (n * TONE_S) / 2);
    tone.stop(context.currentTime + ((n + 1) * TONE_S) / 2);
  }
  const sound = new Audio();
  sound.srcObject = out.stream;
  await devices.lead(sound, 'speaker');
  await context.resume();
  await sound.play();
  await new Promise((done) => setTimeout(done, TONE_S * 1_000));
  sound.srcObject = null;
  await context.close();
}
