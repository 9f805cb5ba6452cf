import { prefs, type SoundKind } from './prefs.svelte';

/**
 * The desk's sounds, by what they tell: two tones that close into a unison for an offer, and shorter relatives of it.
 * From where each tone comes, where it ends (hertz), and how long it lasts (seconds).
 */
const TONES: Record<SoundKind, { from: number[]; to: number; lasts: number }> = {
  offer: { from: [440, 660], to: 550, lasts: 1.1 },
  message: { from: [660], to: 660, lasts: 0.35 },
  mention: { from: [550, 733], to: 660, lasts: 0.7 },
  deadline: { from: [330, 311], to: 294, lasts: 1.2 },
};
const LOUDEST = 0.3;
const LOCK = 'unisono.sound';

/** One for each device that something sounds at; empty is the system's choice. */
const contexts = new Map<string, AudioContext>();
const lastAt = new Map<SoundKind, number>();

/** Play a sound once for all tabs of the browser, as loud as its kind is set. Silent where the browser forbids sound. */
export function ring(kind: SoundKind): void {
  if (!prefs.sound || prefs.sounds[kind] === 0) return;
  // A storm of messages is one thing that happens, not a hundred.
  if (Date.now() - (lastAt.get(kind) ?? 0) < 3_000) return;
  lastAt.set(kind, Date.now());
  void navigator.locks.request(`${LOCK}.${kind}`, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    play(kind, prefs.sounds[kind]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  });
}

/** Play a sound now. volume: 0 to 100. device: where it sounds; one that is gone gives way to the system's choice. */
export function play(kind: SoundKind, volume: number, device = ''): void {
  try {
    const context = contextAt(device);
    void context.resume();
    const { from, to, lasts } = TONES[kind];
    const now = context.currentTime;
    const gain = context.createGain();
    gain.connect(context.destination);
    gain.gain.setValueAtTime(0, now);
    // Loudness is heard by its logarithm.
    gain.gain.linearRampToValueAtTime(LOUDEST * (volume / 100) ** 2, now + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, now + lasts);
    for (const pitch of from) {
      const tone = context.createOscillator();
      tone.type = 'sine';
      tone.frequency.setValueAtTime(pitch, now);
      tone.frequency.setValueAtTime(pitch, now + lasts * 0.16);
      tone.frequency.exponentialRampToValueAtTime(to, now + lasts * 0.4);
      tone.connect(gain);
      tone.start(now);
      tone.stop(now + lasts + 0.05);
    }
  } catch {
    // Whatever sounds can be seen as well.
  }
}

/** Not every browser lets sounds be led elsewhere; where it does not, and where the device is gone, the system's choice sounds. */
interface Led { setSinkId?(device: string): Promise<void> }

function contextAt(device: string): AudioContext {
  let context = contexts.get(device);
  if (!context) contexts.set(device, (context = new AudioContext()));
  const led = context as unknown as Led;
  if (device) void led.setSinkId?.(device).catch(() => led.setSinkId?.('').catch(() => {}));
  return context;
}
