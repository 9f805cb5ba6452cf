import { SvelteMap } from 'svelte/reactivity';
import { Link, type LinkState, type Word } from '../../../../src/unisono/voice/webrtc/static/link.js';
import { api } from '../api/client';
import type { Desk } from '../desk/desk.svelte';
import { prefs } from '../desk/prefs.svelte';
import { sayFailure } from '../desk/say';
import { play } from '../desk/sound';
import { toasts } from '../desk/toasts.svelte';
import { t } from '../i18n/texts.svelte';
import { devices, type DeviceUse } from './devices.svelte';
import { Recorder } from './recorder';
import { micTrouble } from './trouble';
import type { Peer, PhoneCall, PhoneView } from './types';

const LOCK = 'unisono.phone';
const BEAT_MS = 5_000;
const RING_EVERY_MS = 3_000;
const CALLER = 'caller';

interface Line { link: Link; sound: HTMLAudioElement; stream: MediaStream | null }

/**
 * The phone of this desk. What rings and who speaks with whom is the server's to say; the tab that holds the lock carries the
 * sound, and a page that is loaded anew takes the call up again from what the server tells.
 */
export class Phone {
  calls = $state.raw<PhoneCall[]>([]);
  muted = $state(false);
  /** The state of each connection, by call and the other end's leg. */
  readonly states = new SvelteMap<string, LinkState>();
  /** When each call was first seen up here, in the server's milliseconds. */
  readonly since = new SvelteMap<string, number>();
  /** Why the microphone cannot be had; empty while it can. */
  trouble = $state('');
  #servers: RTCIceServer[] = [];
  #owner = false;
  #mic: MediaStreamTrack | null = null;
  #opening: Promise<void> | null = null;
  #recorder: Recorder | null = null;
  /** A recording of another page that is being brought to its end. */
  #concluding = '';
  /** The call whose recording begins with the caller's yes. */
  #wished = '';
  #reading = false;
  #again = false;
  #gone = false;
  readonly #lines = new Map<string, Line>();
  readonly #leave: () => void;
  readonly #unfollow: () => void;
  readonly #beat: ReturnType<typeof setInterval>;
  readonly #ring: ReturnType<typeof setInterval>;
  readonly #end = new AbortController();

  constructor(readonly desk: Desk) {
    this.#leave = desk.live.follow(this.topic);
    this.#unfollow = devices.follow((before) => void this.#hardware(before));
    this.#beat = setInterval(() => {
      if (this.calls.some((call) => call.state !== 'ringing')) void this.read();
    }, BEAT_MS);
    this.#ring = setInterval(() => this.#sound(), RING_EVERY_MS);
    void this.#own(false);
    void this.read();
  }

  get topic(): string {
    return `phone:${this.desk.me.user.id}`;
  }

  /** What rings, first of all what is an agent's own. */
  get ringing(): PhoneCall | undefined {
    return this.calls.find((call) => call.state === 'ringing' && !call.outgoing);
  }

  /** The call that this phone speaks in, or that is being dialled. */
  get current(): PhoneCall | undefined {
    return this.calls.find((call) => call.state !== 'ringing' || call.outgoing);
  }

  stop(): void {
    this.#gone = true;
    this.#leave();
    this.#unfollow();
    clearInterval(this.#beat);
    clearInterval(this.#ring);
    this.#end.abort();
    this.#drop();
  }

  /** Ask what is so; news that comes meanwhile is asked for once more. */
  async read(): Promise<void> {
    if (this.#reading) {
      this.#again = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#again = false;
        const { calls, servers } = await api.get<PhoneView>('/phone');
        this.#servers = servers;
        this.#take(calls);
      } while (this.#again && !this.#gone);
    } catch {
      // The next news, or the next beat, asks again; the connection itself does not hang on the server.
    } finally {
      this.#reading = false;
    }
  }

  // ---- what the person does ---------------------------------------------------------------------------------------

  async take(call: PhoneCall): Promise<boolean> {
    // Whoever presses here is to speak here, whichever tab held the phone before.
    await this.#own(true);
    return this.#try(t('phone-failed-take'), async () => {
      await this.#openMicrophone();
      await api.post(`/phone/${call.call_id}/take`);
      await this.read();
    });
  }

  async leave(call: PhoneCall): Promise<boolean> {
    return this.#try(t('phone-failed-leave'), async () => {
      await api.post(call.where === 'phone' ? `/calls/${call.id}/hangup` : `/phone/${call.call_id}/leave`);
      await this.read();
    });
  }

  async key(call: PhoneCall, key: string): Promise<boolean> {
    // Who is spoken with hears it as well; whoever is on hold hears their music.
    for (const peer of call.peers) if (this.#trackFor(call, peer)) this.#lines.get(nameOf(call, peer))?.link.press(key);
    return this.#try(t('phone-failed-key'), () => call.where === 'phone'
      ? api.post(`/calls/${call.id}/keys`, { digits: key }) : api.post(`/phone/${call.call_id}/key`, { key }));
  }

  /** A verb of the house on a call: hold, transfer, consult, record and what else `/calls` knows. */
  async act(call: PhoneCall, verb: string, body?: object): Promise<boolean> {
    return this.#try(t('phone-failed-verb'), async () => {
      await api.post(`/calls/${call.id}/${verb}`, body);
      await this.read();
    });
  }

  /** Agree to a recording, and let the caller be asked; it begins once both have agreed. */
  async askToRecord(call: PhoneCall): Promise<boolean> {
    return this.#try(t('phone-failed-verb'), async () => {
      await api.post(`/calls/${call.id}/consent`, { side: 'agent', given: true, how: 'click' });
      await api.post(`/calls/${call.id}/ask-consent`);
      this.#wished = call.call_id;
      await this.read();
    });
  }

  /** Give the call away without a word before: it follows its unit of work. */
  async transfer(call: PhoneCall, to: object): Promise<boolean> {
    const work = call.interaction_id ? this.desk.state.work.get(call.interaction_id) : undefined;
    if (!work) return false;
    const done = await this.desk.act(work.interaction, 'transfer', to);
    await this.read();
    return done;
  }

  mute(on: boolean): void {
    this.muted = on;
    if (this.#mic) this.#mic.enabled = !on;
  }

  /** Follow a choice of microphone or loudspeaker in the middle of a call. */
  async changeDevice(use: DeviceUse): Promise<void> {
    if (use === 'speaker') for (const { sound } of this.#lines.values()) void devices.lead(sound, 'speaker');
    if (use !== 'microphone' || !this.#mic) return;
    this.#mic.onended = null;
    this.#mic.stop();
    this.#mic = null;
    await this.#openMicrophone().catch(() => {});
    this.#connect();
  }

  // ---- what happens to devices ----------------------------------------------------------------------------------------

  /** A device came or went: the call goes on by what there is, and whoever speaks is told. */
  async #hardware(before: MediaDeviceInfo[]): Promise<void> {
    if (!this.#owner || !this.calls.some(isHere)) return;
    this.#speakers(before);
    const old = this.#mic;
    if (old?.readyState === 'live' || this.#opening) return;
    this.#mic = null;
    try {
      await this.#openMicrophone();
    } catch {
      this.#connect();
      return;
    }
    const now = (this.#mic as MediaStreamTrack | null)?.label ?? '';
    if (old) toasts.show('info', t('phone-mic-changed', { gone: old.label }), t('phone-mic-changed-detail', { now }));
    else toasts.show('good', t('phone-mic-back'), t('phone-mic-back-detail', { now }));
  }

  #speakers(before: MediaDeviceInfo[]): void {
    for (const { sound } of this.#lines.values()) void devices.lead(sound, 'speaker');
    const gone = before.find((one) => one.kind === 'audiooutput' && one.deviceId === devices.speaker);
    // Browsers that name no loudspeakers had none before either.
    if (before.some((one) => one.kind === 'audiooutput') && devices.of('audiooutput').length === 0) {
      toasts.show('bad', t('phone-speaker-none'), t('phone-speaker-none-detail'));
    } else if (gone && !devices.has('audiooutput', devices.speaker)) {
      toasts.show('info', t('phone-speaker-changed', { gone: gone.label }), t('phone-speaker-changed-detail'));
    }
  }

  // ---- keeping in step with the server ------------------------------------------------------------------------------

  #take(calls: PhoneCall[]): void {
    this.calls = calls;
    const up = new Set(calls.filter((call) => call.state !== 'ringing').map((call) => call.call_id));
    for (const id of up) if (!this.since.has(id)) this.since.set(id, api.now());
    for (const id of this.since.keys()) if (!up.has(id)) this.since.delete(id);
    if (up.size === 0) this.muted = false;
    this.#beginWished(calls.find((call) => call.call_id === this.#wished));
    this.#sound();
    this.#connect();
  }

  #beginWished(call: PhoneCall | undefined): void {
    if (!call?.consents.includes('agent') || !call.consents.includes('customer')) return;
    this.#wished = '';
    void this.act(call, 'record', { mode: 'on' });
  }

  /** Make the connections that there should be, end those that should not, and record what is to be recorded. */
  #connect(): void {
    if (!this.#owner) return;
    // What a telephone of one's own carries has no sound here, and opens no microphone.
    const up = this.calls.filter(isHere);
    const wanted = new Set(up.flatMap((call) => call.peers.map((peer) => nameOf(call, peer))));
    for (const name of [...this.#lines.keys()]) if (!wanted.has(name)) this.#cut(name);
    if (up.length === 0) {
      this.trouble = '';
      this.#record(undefined);
      this.#mic?.stop();
      this.#mic = null;
      return;
    }
    // Where there is none it is said once, and tried again when a device comes.
    if (!this.#mic && !this.trouble) void this.#openMicrophone().catch(() => {});
    for (const call of up) for (const peer of call.peers) this.#line(call, peer);
    this.#record(up.find((call) => call.recording !== ''));
  }

  #line(call: PhoneCall, peer: Peer): void {
    const name = nameOf(call, peer);
    const track = this.#trackFor(call, peer);
    let line = this.#lines.get(name);
    if (!line) {
      const sound = new Audio();
      sound.autoplay = true;
      void devices.lead(sound, 'speaker');
      const made: Line = {
        sound, stream: null,
        link: new Link({
          offers: peer.offers, servers: this.#servers, track,
          publish: (word: Word) => void this.#say(call.call_id, peer.id, word),
          heard: (stream: MediaStream) => {
            made.stream = stream;
            sound.srcObject = stream;
            void sound.play().catch(() => {});
            this.#connect();
          },
          changed: (state: LinkState) => this.states.set(name, state),
        }),
      };
      line = made;
      this.#lines.set(name, line);
    }
    line.link.take(peer.word);
    void line.link.send(track);
    line.sound.muted = !peer.hears || call.state === 'held' || (call.caller_held && peer.id === CALLER);
  }

  /** On hold nothing of this side is sent: the other end makes its own music. Who listens is not heard. */
  #trackFor(call: PhoneCall, peer: Peer): MediaStreamTrack | null {
    if (call.listens || call.state === 'held' || (call.caller_held && peer.id === CALLER)) return null;
    return this.#mic;
  }

  async #say(callId: string, to: string, word: Word): Promise<void> {
    for (let attempt = 0; attempt < 6 && !this.#gone; attempt++) {
      try {
        await api.post(`/phone/${callId}/word`, { to, word });
        return;
      } catch (error) {
        if ((error as { status?: number }).status === 404) return;
        await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
      }
    }
  }

  #cut(name: string): void {
    const line = this.#lines.get(name);
    if (!line) return;
    line.link.close();
    line.sound.srcObject = null;
    this.#lines.delete(name);
    this.states.delete(name);
  }

  #drop(): void {
    for (const name of [...this.#lines.keys()]) this.#cut(name);
    this.#recorder?.stop();
    this.#recorder = null;
    this.#mic?.stop();
    this.#mic = null;
  }

  #record(call: PhoneCall | undefined): void {
    const wanted = call && call.record !== 'off' ? call.recording : '';
    if (this.#recorder && this.#recorder.id !== wanted) {
      this.#recorder.stop();
      this.#recorder = null;
    }
    if (!call || !wanted) return;
    if (!this.#recorder) {
      if (call.record !== 'on') return;
      // Another page recorded, or this one before it was loaded anew: what it sent is a recording, and a new one begins here.
      if (call.records !== 'off') {
        void this.#conclude(call.call_id, wanted);
        return;
      }
      this.#recorder = new Recorder(call.call_id, wanted, (error) => sayFailure(t('phone-failed-recording'), error));
      this.#hear(call);
      this.#recorder.start();
    }
    this.#hear(call);
    this.#recorder.paused = call.record === 'pause';
  }

  async #conclude(callId: string, recording: string): Promise<void> {
    if (this.#concluding === recording) return;
    this.#concluding = recording;
    try {
      await api.post(`/phone/${callId}/recordings/${recording}/done`, { pieces: null, type: '', seconds: 0 });
      await this.read();
    } catch (error) {
      sayFailure(t('phone-failed-recording'), error);
    }
  }

  #hear(call: PhoneCall): void {
    if (this.#mic) this.#recorder?.add('me', this.#mic);
    for (const peer of call.peers) {
      const track = this.#lines.get(nameOf(call, peer))?.stream?.getAudioTracks()[0];
      if (track && peer.hears) this.#recorder?.add(peer.id, track);
    }
  }

  async #openMicrophone(): Promise<void> {
    if (this.#mic?.readyState === 'live') return;
    this.#opening ??= devices.open().then((track) => {
      this.#mic = track;
      track.enabled = !this.muted;
      track.onended = () => void this.#hardware(devices.all);
      this.trouble = '';
    }).catch((error: unknown) => {
      this.trouble = micTrouble(error, this.calls.some(isHere));
      throw error;
    }).finally(() => (this.#opening = null));
    await this.#opening;
    this.#connect();
  }

  /** Become the tab that carries the sound. `now`: take it from whichever tab has it; else wait until it is free. */
  #own(now: boolean): Promise<void> {
    if (this.#owner) return Promise.resolve();
    return new Promise((resolve) => {
      const held = async (): Promise<void> => {
        if (this.#gone) return;
        this.#owner = true;
        resolve();
        this.#connect();
        await new Promise<void>((end) => this.#end.signal.addEventListener('abort', () => end(), { once: true }));
      };
      const options: LockOptions = now ? { steal: true } : { signal: this.#end.signal };
      void navigator.locks.request(LOCK, options, held).catch(() => {
        resolve();
        if (this.#gone || this.#end.signal.aborted) return;
        // Another tab took it: that one speaks now.
        this.#owner = false;
        this.#drop();
        void this.#own(false);
      });
    });
  }

  #sound(): void {
    if (this.ringing?.where === 'desk' && !this.current && prefs.sounds.offer > 0 && this.#owner) {
      play('offer', prefs.sounds.offer, devices.bell);
    }
  }

  async #try(what: string, run: () => Promise<unknown>): Promise<boolean> {
    try {
      await run();
      return true;
    } catch (error) {
      if (this.trouble) sayFailure(what, new Error(this.trouble));
      else sayFailure(what, error);
      void this.read();
      return false;
    }
  }
}

function nameOf(call: PhoneCall, peer: Peer): string {
  return `${call.call_id}/${peer.id}`;
}

/** Whether this page carries the sound of a call that goes on. */
function isHere(call: PhoneCall): boolean {
  return call.state !== 'ringing' && call.where === 'desk';
}
