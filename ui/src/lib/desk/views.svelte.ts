import { api } from '../api/client';
import type { Page, SavedView } from '../api/types';

/** One's own saved views and those that are shared with one. */
class Views {
  items = $state.raw<SavedView[]>([]);
  #asked: Promise<void> | null = null;

  load(anew = false): Promise<void> {
    if (this.#asked && !anew) return this.#asked;
    this.#asked = this.#read();
    return this.#asked;
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
