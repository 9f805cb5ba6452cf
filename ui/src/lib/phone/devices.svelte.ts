import { readStored, writeStored } from '../desk/storage';

export type DeviceKind = 'audioinput' | 'audiooutput';
/** What a device is for: speaking, hearing, and hearing that it rings. */
export type DeviceUse = 'microphone' | 'speaker' | 'bell';
export const KIND_OF: Record<DeviceUse, DeviceKind> = { microphone: 'audioinput', speaker: 'audiooutput', bell: 'audiooutput' };

const KEY = 'unisono.phone';
/** Names of errors by which a browser says that a device of one's choice is not there. */
const GONE = ['OverconstrainedError', 'NotFoundError'];

/** Microphone, loudspeaker and what rings: which there are, and which this browser uses. Empty is the system's choice. */
class Devices {
  microphone = $state('');
  speaker = $state('');
  bell = $state('');
  all = $state.raw<MediaDeviceInfo[]>([]);
  readonly #followers = new Set<(before: MediaDeviceInfo[]) => void>();

  constructor() {
    const kept = readStored<Partial<Record<DeviceUse, string>>>(KEY);
    this.microphone = kept?.microphone ?? '';
    this.speaker = kept?.speaker ?? '';
    this.bell = kept?.bell ?? '';
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.#changed());
  }

  /** Hear that a device came or went, after it has been looked; `before`: what there was. Returns how to end it. */
  follow(tell: (before: MediaDeviceInfo[]) => void): () => void {
    this.#followers.add(tell);
    return () => this.#followers.delete(tell);
  }

  async #changed(): Promise<void> {
    const before = this.all;
    await this.look();
    for (const tell of this.#followers) tell(before);
  }

  /** Names are told only once the microphone has been allowed. */
  async look(): Promise<void> {
    try {
      this.all = (await navigator.mediaDevices.enumerateDevices()).filter((one) => one.deviceId !== '');
    } catch {
      this.all = [];
    }
  }

  of(kind: DeviceKind): MediaDeviceInfo[] {
    return this.all.filter((one) => one.kind === kind && one.deviceId !== 'default' && one.deviceId !== 'communications');
  }

  has(kind: DeviceKind, id: string): boolean {
    return this.all.some((one) => one.kind === kind && one.deviceId === id);
  }

  choose(use: DeviceUse, id: string): void {
    this[use] = id;
    writeStored(KEY, { microphone: this.microphone, speaker: this.speaker, bell: this.bell } satisfies Record<DeviceUse, string>);
  }

  /** Open the microphone; one that was unplugged gives way to the system's choice. Throws what the browser says. */
  async open(): Promise<MediaStreamTrack> {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: this.microphone ? { ...audio, deviceId: { exact: this.microphone } } : audio });
    } catch (error) {
      if (!this.microphone || !GONE.includes((error as DOMException).name)) throw error;
      stream = await navigator.mediaDevices.getUserMedia({ audio });
    }
    void this.look();
    return stream.getAudioTracks()[0]!;
  }

  /** Let something sound where one hears it; a loudspeaker that is gone gives way to the system's. */
  async lead(sound: HTMLAudioElement, use: 'speaker' | 'bell'): Promise<void> {
    for (const id of this[use] ? [this[use], ''] : ['']) {
      try {
        await sound.setSinkId?.(id);
        return;
      } catch {
        // Gone, or not allowed here: the system's loudspeaker does.
      }
    }
  }
}

export const devices = new Devices();
