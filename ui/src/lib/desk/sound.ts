let context: AudioContext | undefined;

/** Play the desk's sound: a fifth that closes into a unison. Silent where the browser forbids sound. */
export function ring(): void {
  try {
    context ??= new AudioContext();
    const now = context.currentTime;
    const gain = context.createGain();
    gain.connect(context.destination);
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(0.12, now + 0.03);
    gain.gain.exponentialRampToValueAtTime(0.0001, now + 1.1);
    for (const from of [440, 660]) {
      const tone = context.createOscillator();
      tone.type = 'sine';
      tone.frequency.setValueAtTime(from, now);
      tone.frequency.setValueAtTime(from, now + 0.18);
      tone.frequency.exponentialRampToValueAtTime(550, now + 0.45);
      tone.connect(gain);
      tone.start(now);
      tone.stop(now + 1.15);
    }
  } catch {
    // An offer can be seen as well.
  }
}
