import type { Frame } from '../api/types';
import { laterCursor } from '../state/cursor';
import { API, queryString } from '../api/client';

export type Line = 'connecting' | 'open' | 'lost';
export type Ephemeral = 'counts' | 'typing' | 'viewers' | 'live';

/** Values of a live topic by key; null: over. `whole`: all that it holds, what else is held of it is past. */
export interface LiveFrame { topic: string; whole: boolean; values: Record<string, unknown> }

export interface StreamHandlers {
  frame(frame: Frame): void;
  ephemeral(kind: Ephemeral, data: unknown): void;
  /** What is held may have gaps: read everything again, keep drafts. */
  reset(): void;
  line(line: Line): void;
  /** The stream now carries `topics` from `after` on (undefined: from now on). */
  carries(topics: string[], after: string | undefined): void;
}

type Word =
  | { kind: 'frame'; frame: Frame }
  | { kind: 'ephemeral'; name: Ephemeral; data: unknown }
  | { kind: 'reset' }
  | { kind: 'line'; line: Line }
  | { kind: 'carries'; topics: string[]; after: string | undefined }
  | { kind: 'topics'; tab: string; topics: string[] }
  | { kind: 'bye'; tab: string }
  | { kind: 'who' }
  | { kind: 'retry' };

const LOCK = 'unisono.stream';
const SHARED = 'unisono.stream';

/**
 * One event stream for all tabs of a browser: browsers open six connections to a host, and streams would use them up.
 *
 * The tab that holds the Web Lock owns the connection and passes everything on by BroadcastChannel; when it closes, the
 * lock goes to another tab, which resumes behind the last frame it saw. Tabs tell the owner which topics they show.
 */
export class SharedStream {
  #cursor: string | undefined;
  /** What the live topics hold, for a tab that begins to follow one that is carried already. */
  readonly #live = new Map<string, Record<string, unknown>>();
  #mine: string[] = [];
  readonly #tab = crypto.randomUUID();
  readonly #others = new Map<string, string[]>();
  readonly #channel = new BroadcastChannel(SHARED);
  readonly #stopped = new AbortController();
  #source: EventSource | null = null;
  #owner = false;
  #carried: { topics: string[]; after: string | undefined } | null = null;
  #line: Line = 'connecting';
  #retry: ReturnType<typeof setTimeout> | undefined;
  #doubt: ReturnType<typeof setTimeout> | undefined;
  #change: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(readonly handlers: StreamHandlers) {
    this.#channel.onmessage = (event: MessageEvent<Word>) => this.#hear(event.data);
    addEventListener('pagehide', () => this.#say({ kind: 'bye', tab: this.#tab }), { signal: this.#stopped.signal });
    addEventListener('online', () => this.#reconnectNow(), { signal: this.#stopped.signal });
  }

  /** Begin; frames after `cursor` will come. */
  start(topics: string[], cursor?: string): void {
    this.#mine = topics;
    this.#cursor = laterCursor(this.#cursor, cursor);
    this.#say({ kind: 'topics', tab: this.#tab, topics });
    this.#becomeDoubtful();
    void navigator.locks
      .request(LOCK, { signal: this.#stopped.signal }, () => this.#own())
      .catch((error: unknown) => {
        if (!this.#stopped.signal.aborted) throw error;
      });
  }

  /** Change what this tab shows. */
  setTopics(topics: string[]): void {
    if (sameSet(topics, this.#mine)) return;
    this.#mine = topics;
    if (this.#owner) {
      this.#changeSoon();
      if (this.#carried) this.#tellLive(topics.filter((topic) => this.#carried!.topics.includes(topic)));
    } else this.#say({ kind: 'topics', tab: this.#tab, topics });
  }

  /** Try again at once, for example after somebody has signed in again. */
  retryNow(): void {
    this.#reconnectNow();
    this.#say({ kind: 'retry' });
  }

  stop(): void {
    this.#say({ kind: 'bye', tab: this.#tab });
    this.#stopped.abort();
    this.#close();
    clearTimeout(this.#doubt);
    this.#channel.close();
  }

  async #own(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#owner = true;
    this.#others.clear();
    this.#say({ kind: 'who' });
    this.#open();
    // The lock is held for as long as this promise is pending.
    await new Promise<void>((resolve) => this.#stopped.signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  #hear(word: Word): void {
    switch (word.kind) {
      case 'frame':
        this.#take(word.frame);
        break;
      case 'ephemeral':
        this.handlers.ephemeral(word.name, word.data);
        break;
      case 'reset':
        this.handlers.reset();
        break;
      case 'line':
        this.#setLine(word.line);
        break;
      case 'carries':
        this.handlers.carries(word.topics, word.after);
        break;
      case 'who':
        this.#say({ kind: 'topics', tab: this.#tab, topics: this.#mine });
        break;
      case 'retry':
        this.#reconnectNow();
        break;
      case 'topics':
        if (!this.#owner) break;
        this.#others.set(word.tab, word.topics);
        this.#say({ kind: 'line', line: this.#line });
        if (this.#carried && word.topics.every((topic) => this.#carried!.topics.includes(topic))) {
          this.#say({ kind: 'carries', topics: word.topics, after: this.#cursor });
          this.#tellLive(word.topics);
        }
        this.#changeSoon();
        break;
      case 'bye':
        if (this.#owner && this.#others.delete(word.tab)) this.#changeSoon();
        break;
    }
  }

  #keepLive({ topic, whole, values }: LiveFrame): void {
    const held = whole ? {} : { ...this.#live.get(topic) };
    for (const [key, value] of Object.entries(values)) {
      if (value === null) delete held[key];
      else held[key] = value;
    }
    this.#live.set(topic, held);
  }

  #tellLive(topics: string[]): void {
    for (const name of topics) {
      const topic = name.replace(/^live:/, '');
      const values = this.#live.get(topic);
      if (topic === name || !values) continue;
      const data: LiveFrame = { topic, whole: true, values };
      this.handlers.ephemeral('live', data);
      this.#say({ kind: 'ephemeral', name: 'live', data });
    }
  }

  #say(word: Word): void {
    // What goes from the page at the log-out may still change what it shows.
    if (!this.#stopped.signal.aborted) this.#channel.postMessage(word);
  }

  #union(): string[] {
    return [...new Set([...this.#mine, ...[...this.#others.values()].flat()])].sort();
  }

  // Stepping through a list with a key held down must not open a connection for each row.
  #changeSoon(): void {
    clearTimeout(this.#change);
    this.#change = setTimeout(() => {
      if (this.#owner && this.#carried && !sameSet(this.#union(), this.#carried.topics)) this.#open();
    }, 150);
  }

  #open(): void {
    clearTimeout(this.#retry);
    const topics = this.#union();
    const after = this.#cursor;
    const source = new EventSource(`${API}/events${queryString({ topics: topics.join(','), after })}`);
    // Closed at once, not when the new one is open: `after` brings whatever falls between them.
    this.#source?.close();
    this.#source = source;
    this.#carried = { topics, after };
    for (const topic of this.#live.keys()) if (!topics.includes(`live:${topic}`)) this.#live.delete(topic);
    const live = (): boolean => this.#source === source;

    source.addEventListener('hello', (event) => {
      if (!live()) return;
      this.#failures = 0;
      const hello = parse(event) as { cursor?: string };
      const from = after ?? hello.cursor;
      this.#cursor = laterCursor(this.#cursor, from);
      this.#carried = { topics, after: from };
      this.#announce('open');
      this.handlers.carries(topics, from);
      this.#say({ kind: 'carries', topics, after: from });
    });
    source.addEventListener('change', (event) => {
      if (!live()) return;
      const frame = parse(event) as Frame;
      this.#take(frame);
      this.#say({ kind: 'frame', frame });
    });
    for (const name of ['counts', 'typing', 'viewers', 'live'] as const) {
      source.addEventListener(name, (event) => {
        if (!live()) return;
        const data = parse(event);
        if (name === 'live') this.#keepLive(data as LiveFrame);
        this.handlers.ephemeral(name, data);
        this.#say({ kind: 'ephemeral', name, data });
      });
    }
    source.addEventListener('reset', () => {
      if (!live()) return;
      this.#cursor = undefined;
      this.handlers.reset();
      this.#say({ kind: 'reset' });
      // A cursor that the server no longer knows would be refused again on the next connection.
      this.#open();
    });
    source.onerror = () => {
      if (!live()) return;
      this.#announce('connecting');
      // The browser tries again by itself, unless the server answered with an error.
      if (source.readyState === EventSource.CLOSED) {
        this.#failures += 1;
        const pause = Math.min(1_000 * 2 ** Math.min(this.#failures, 5), 20_000) * (0.5 + Math.random());
        this.#retry = setTimeout(() => this.#open(), pause);
      }
    };
  }

  #close(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#change);
    this.#source?.close();
    this.#source = null;
    this.#owner = false;
  }

  #reconnectNow(): void {
    if (this.#owner && this.#line !== 'open') this.#open();
  }

  #take(frame: Frame): void {
    this.#cursor = laterCursor(this.#cursor, frame.cursor);
    this.handlers.frame(frame);
  }

  #announce(line: Line): void {
    this.#setLine(line);
    this.#say({ kind: 'line', line });
  }

  #setLine(line: Line): void {
    if (line === 'open') clearTimeout(this.#doubt);
    else if (this.#line === 'open') this.#becomeDoubtful();
    if (line === 'connecting' && this.#line === 'lost') return;
    this.#line = line;
    this.handlers.line(line);
  }

  // A connection that comes back within seconds is nobody's business.
  #becomeDoubtful(): void {
    clearTimeout(this.#doubt);
    this.#doubt = setTimeout(() => {
      this.#line = 'lost';
      this.handlers.line('lost');
    }, 3_000);
  }
}

function parse(event: Event): unknown {
  return JSON.parse((event as MessageEvent<string>).data);
}

function sameSet(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((item) => b.includes(item));
}
