import { untrack } from 'svelte';
import { api } from '../api/client';
import type { Page } from '../api/types';
import { go, router } from '../desk/router.svelte';

const PAUSE_MS = 150;

/**
 * A list that is searched while one types: the address keeps the words, only the last question is answered, and more comes
 * page by page. Make it while a page is made.
 */
export class Found<T> {
  query = $state(router.query.get('q') ?? '');
  rows = $state.raw<T[]>([]);
  next = $state<string | null>(null);
  loaded = $state(false);
  error = $state.raw<unknown>(null);
  #reading: AbortController | undefined;

  /** `path`: where the page stands, and where the server answers it. */
  constructor(readonly path: string) {
    $effect(() => {
      const wanted = this.query.trim();
      const timer = setTimeout(() => untrack(() => {
        go(wanted ? `${path}?q=${encodeURIComponent(wanted)}` : path, { replace: true });
        void this.load();
      }), PAUSE_MS);
      return () => clearTimeout(timer);
    });
  }

  readonly load = async (): Promise<void> => this.#read(null);

  readonly more = async (): Promise<void> => this.#read(this.next);

  async #read(after: string | null): Promise<void> {
    this.#reading?.abort();
    const mine = (this.#reading = new AbortController());
    try {
      const page = await api.get<Page<T>>(this.path, { signal: mine.signal, query: { q: this.query.trim(), after, limit: 50 } });
      this.rows = after ? [...this.rows, ...page.items] : page.items;
      this.next = page.next;
      this.loaded = true;
      this.error = null;
    } catch (problem) {
      if (!mine.signal.aborted) this.error = problem;
    }
  }
}
