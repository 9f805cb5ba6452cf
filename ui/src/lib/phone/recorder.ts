import { api } from '../api/client';
import { uuid7 } from '../text/uuid7';

const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const PIECE_MS = 1_000;

/**
 * Records both sides of a call, once both have consented: each second goes to the server and stays nowhere here.
 *
 * Nothing is made before `start`, and a pause lets no sound into the recorder.
 */
export class Recorder {
  readonly #context = new AudioContext();
  readonly #mix = this.#context.createMediaStreamDestination();
  readonly #sources = new Map<string, MediaStreamAudioSourceNode>();
  readonly #media: MediaRecorder;
  readonly #path: string;
  #sent: Promise<unknown> = Promise.resolve();
  #pieces = 0;
  #began = 0;
  #lasted = 0;

  constructor(callId: string, readonly id: string, readonly failed: (error: unknown) => void) {
    this.#path = `/phone/${callId}/recordings/${id}`;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.#media = new MediaRecorder(this.#mix.stream, { ...(mimeType ? { mimeType } : {}), audioBitsPerSecond: 48_000 });
    this.#media.ondataavailable = ({ data }) => {
      if (data.size > 0) this.#send(this.#pieces++, data);
    };
    this.#media.onstop = () => void this.#finish();
  }

  /** Let one more be heard in the recording. */
  add(key: string, track: MediaStreamTrack): void {
    if (this.#sources.get(key)?.mediaStream.getAudioTracks()[0] === track) return;
    this.#sources.get(key)?.disconnect();
    const source = this.#context.createMediaStreamSource(new MediaStream([track]));
    source.connect(this.#mix);
    this.#sources.set(key, source);
  }

  start(): void {
    void this.#context.resume();
    this.#media.start(PIECE_MS);
    this.#began = Date.now();
    this.#say('on');
  }

  set paused(on: boolean) {
    if (on === (this.#media.state === 'paused') || this.#media.state === 'inactive') return;
    if (on) {
      this.#media.pause();
      this.#lasted += Date.now() - this.#began;
    } else {
      this.#media.resume();
      this.#began = Date.now();
    }
    this.#say(on ? 'pause' : 'on');
  }

  stop(): void {
    if (this.#media.state === 'inactive') return;
    if (this.#media.state === 'recording') this.#lasted += Date.now() - this.#began;
    this.#media.stop();
  }

  #say(mode: 'on' | 'pause'): void {
    void api.post(this.#path, { mode }).catch((error: unknown) => this.failed(error));
  }

  #send(n: number, data: Blob): void {
    this.#sent = this.#sent.then(() => this.#put(n, data)).catch((error: unknown) => this.failed(error));
  }

  async #put(n: number, data: Blob): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const headers = { ...api.writeHeaders(uuid7()), 'content-type': data.type || 'application/octet-stream' };
      const answer = await fetch(`/api/v1${this.#path}/pieces/${n}`, { method: 'POST', body: data, headers, credentials: 'same-origin' }).catch(() => null);
      if (answer?.ok) return;
      if ((answer && answer.status < 500 && answer.status !== 429) || attempt >= 8) throw new Error(String(answer?.status ?? 'unreachable'));
      await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** attempt * 250, 5_000)));
    }
  }

  async #finish(): Promise<void> {
    await this.#sent;
    const body = { pieces: this.#pieces, type: this.#media.mimeType, seconds: Math.round(this.#lasted / 1_000) };
    await api.post(`${this.#path}/done`, body).catch((error: unknown) => this.failed(error));
    await this.#context.close();
  }
}
