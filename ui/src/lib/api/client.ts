import { uuid7 } from '../text/uuid7';
import { readProblem, Unreachable } from './problem';

export const API = '/api/v1';

interface Options {
  query?: Record<string, string | number | undefined | null>;
  /** Idempotency key; without one each write gets its own, so that a retry by the browser is harmless. */
  key?: string;
  signal?: AbortSignal;
}

/** Every request to the server. One per page; knows the session's token, the language, and the server's clock. */
export class Client {
  language = 'de';
  #csrf = '';
  #skew = 0;
  readonly #underWay = new Set<Promise<unknown>>();
  onUnauthenticated: () => void = () => {};
  onReached: (reached: boolean) => void = () => {};

  set csrf(token: string) {
    this.#csrf = token;
  }

  /** Return the server's time in milliseconds; a workstation's clock may be minutes off, deadlines are not. */
  now(): number {
    return Date.now() + this.#skew;
  }

  /** Wait until every request has its answer, but no longer than so. */
  async settled(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (this.#underWay.size > 0 && performance.now() < end) {
      const patience = new Promise((resolve) => setTimeout(resolve, end - performance.now()));
      await Promise.race([Promise.allSettled(this.#underWay), patience]);
    }
  }

  get<T>(path: string, options: Options = {}): Promise<T> {
    return this.#send<T>('GET', path, undefined, options);
  }

  post<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
    return this.#send<T>('POST', path, body, options);
  }

  put<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
    return this.#send<T>('PUT', path, body, options);
  }

  patch<T>(path: string, body?: unknown, options: Options = {}): Promise<T> {
    return this.#send<T>('PATCH', path, body, options);
  }

  delete<T = void>(path: string, options: Options = {}): Promise<T> {
    return this.#send<T>('DELETE', path, undefined, options);
  }

  /** The headers of a request that changes something. */
  writeHeaders(key: string): Record<string, string> {
    return { ...this.#headers(), 'x-csrftoken': csrfCookie() || this.#csrf, 'idempotency-key': key };
  }

  #headers(): Record<string, string> {
    return { accept: 'application/json', 'accept-language': this.language };
  }

  #send<T>(method: string, path: string, body: unknown, options: Options): Promise<T> {
    const sent = this.#exchange<T>(method, path, body, options);
    const over = (): void => void this.#underWay.delete(sent);
    this.#underWay.add(sent);
    sent.then(over, over);
    return sent;
  }

  async #exchange<T>(method: string, path: string, body: unknown, options: Options): Promise<T> {
    const headers = method === 'GET' ? this.#headers() : this.writeHeaders(options.key ?? uuid7());
    const init: RequestInit = { method, headers, credentials: 'same-origin' };
    if (options.signal) init.signal = options.signal;
    if (method !== 'GET') {
      if (body instanceof FormData) {
        init.body = body;
      } else if (body !== undefined) {
        headers['content-type'] = 'application/json';
        init.body = JSON.stringify(body);
      }
    }
    let response: Response;
    try {
      response = await fetch(addressOf(path, options.query), init);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      this.onReached(false);
      throw new Unreachable(error);
    }
    this.onReached(true);
    this.learnTime(response);
    if (!response.ok) {
      const problem = await readProblem(response);
      if (problem.status === 401 && path !== '/session') this.onUnauthenticated();
      throw problem;
    }
    if (response.status === 204) return undefined as T;
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Set the clock by a response of the server. */
  learnTime(response: Response): void {
    const date = response.headers.get('date');
    if (!date) return;
    // The header has whole seconds, rounded down: within a second the clocks agree.
    const skew = Date.parse(date) + 500 - Date.now();
    if (!Number.isNaN(skew) && Math.abs(skew - this.#skew) > 1_500) this.#skew = Math.abs(skew) < 1_500 ? 0 : skew;
  }
}

export function queryString(query: Options['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Return the address of a path, which may have a query of its own already. */
function addressOf(path: string, query: Options['query']): string {
  const more = queryString(query);
  return API + path + (path.includes('?') ? more.replace('?', '&') : more);
}

function csrfCookie(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? '';
}

export const api = new Client();
