import { api } from '../api/client';
import type { Page } from '../api/types';

/** A list that a page reads whole (short ones: people, queues, codes) or page by page. */
export class Resource<T> {
  items = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  loaded = $state(false);
  busy = $state(false);
  error = $state.raw<unknown>(null);

  /** `query`: what narrows the list; an empty value does not. */
  constructor(readonly path: string, readonly query: Record<string, string> = {}) {
    void this.load();
  }

  readonly load = async (): Promise<void> => this.#read(null);

  readonly more = async (): Promise<void> => {
    if (this.next !== null && !this.busy) await this.#read(this.next);
  };

  async #read(after: string | null): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      const answer = await api.get<Page<T> | T[]>(this.path, { query: { ...this.query, limit: 100, after } });
      const page = Array.isArray(answer) ? { items: answer, next: null } : answer;
      this.items = after === null ? page.items : [...this.items, ...page.items];
      this.next = page.next;
      this.loaded = true;
    } catch (error) {
      this.error = error;
    } finally {
      this.busy = false;
    }
  }
}
