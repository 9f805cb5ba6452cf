import { readStored, writeStored } from '../desk/storage';

export type DeviceKind = 'audioinput' | 'audiooutput';
interface Kept { microphone: string; speaker: string }

const KEY = 'unisono.phone';

/** Microphone and loudspeaker: which there are, and which this browser uses. Empty is the system's choice. */
class Devices {
  microphone = $state('');
  speaker = $state('');
  all = $state.raw<MediaDeviceInfo[]>([]);

  constructor() {
    const kept = readStored<Partial<Kept>>(KEY);
    this.microphone = kept?.microphone ?? '';
    this.speaker = kept?.speaker ?? '';
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.look());
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
    return this.all.filter((one) => one.kind === kind && one.deviceId !== 'default');
  }

  choose(kind: DeviceKind, id: string): void {
    if (kind === 'audioinput') this.microphone = id;
    else this.speaker = id;
    writeStored(KEY, { microphone: this.microphone, speaker: this.speaker } satisfies Kept);
  }

  /** Open the microphone; one that was unplugged gives way to the system's choice. Throws what the browser says. */
  async open(): Promise<MediaStreamTrack> {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    const wanted = this.microphone && this.all.some((one) => one.deviceId === this.microphone);
    const stream = await navigator.mediaDevices.getUserMedia({ audio: wanted ? { ...audio, deviceId: { exact: this.microphone } } : audio });
    void this.look();
    return stream.getAudioTracks()[0]!;
  }
}

export const devices = new Devices();
