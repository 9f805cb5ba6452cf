import { api } from '../api/client';
import type { Page, SavedView } from '../api/types';

interface Figure { view_id: string; count: number; more: boolean }

const SOONEST = 1_000;
/** A house whose counting takes long is asked less often. */
const REST = 20;

/** One's own saved views and those that are shared with one; and how much stands in them, while somebody looks. */
class Views {
  items = $state.raw<SavedView[]>([]);
  #figures = $state.raw<ReadonlyMap<string, Figure>>(new Map());
  #asked: Promise<void> | null = null;
  /** What is looked at: a view, or all of them. */
  readonly #watched: (string | null)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #again = false;
  #rest = SOONEST;

  load(anew = false): Promise<void> {
    if (this.#asked && !anew) return this.#asked;
    this.#asked = this.#read();
    if (anew) this.changed();
    return this.#asked;
  }

  /** Return how many stand in a view, in words; empty when nobody has counted. */
  figure(id: string | undefined): string {
    const figure = id === undefined ? undefined : this.#figures.get(id);
    return figure ? `${figure.count}${figure.more ? '+' : ''}` : '';
  }

  /** Count one view, or all, now and whenever work changes; returns how to stop. */
  watch(view: string | null): () => void {
    this.#watched.push(view);
    void this.#count();
    return () => void this.#watched.splice(this.#watched.indexOf(view), 1);
  }

  /** Work has changed. */
  changed(): void {
    if (this.#watched.length === 0) return;
    if (this.#timer !== undefined) this.#again = true;
    else this.#later();
  }

  #later(): void {
    this.#again = false;
    this.#timer = setTimeout(async () => {
      await this.#count();
      this.#timer = undefined;
      if (this.#again) this.#later();
    }, this.#rest);
  }

  async #count(): Promise<void> {
    if (this.#watched.length === 0) return;
    const which = this.#watched.includes(null) ? null : this.#watched[0];
    const begun = performance.now();
    try {
      const { items } = await api.get<Page<Figure>>('/view-counts', { query: { view_id: which ?? '' } });
      this.#figures = new Map(items.map((one) => [one.view_id, one]));
    } catch {
      // The figures are a comfort; they come again with the next change.
    }
    this.#rest = Math.max(SOONEST, REST * (performance.now() - begun));
  }

  async #read(): Promise<void> {
    try {
      this.items = (await api.get<Page<SavedView>>('/views')).items;
    } catch {
      this.#asked = null;
    }
  }
}

export const views = new Views();
