import { SvelteMap } from 'svelte/reactivity';
import { api } from '../api/client';
import type { Page, Tag, TagColour } from '../api/types';

export const TAG_COLOURS: readonly TagColour[] = ['slate', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet', 'pink'];

/** The house's tags. Read when the first is shown, and again when one shows that is not known yet. */
class TagBook {
  readonly #held = new SvelteMap<string, Tag>();
  #asked: Promise<void> | null = null;
  readonly #missed = new Set<string>();

  get all(): Tag[] {
    return [...this.#held.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  get usable(): Tag[] {
    return this.all.filter((tag) => !tag.archived);
  }

  get(id: string): Tag | undefined {
    const tag = this.#held.get(id);
    // One look for each that is not there: it may have been added a moment ago.
    if (!tag && !this.#missed.has(id)) {
      this.#missed.add(id);
      queueMicrotask(() => void this.load(true));
    }
    return tag;
  }

  load(anew = false): Promise<void> {
    if (this.#asked && !anew) return this.#asked;
    this.#asked = this.#read();
    return this.#asked;
  }

  take(tag: Tag): void {
    this.#held.set(tag.id, tag);
  }

  async #read(): Promise<void> {
    try {
      for (const tag of (await api.get<Page<Tag>>('/tags')).items) this.#held.set(tag.id, tag);
    } catch {
      // A name is a comfort here; the page of tags reports why they cannot be read.
      this.#asked = null;
    }
  }
}

export const tags = new TagBook();
