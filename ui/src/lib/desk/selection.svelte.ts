import { SvelteSet } from 'svelte/reactivity';
import type { WorkItem } from '../api/types';

/** What is picked in the list of work, to do something to all of it at once. */
class Selection {
  readonly ids = new SvelteSet<string>();
  /** Not only what was read so far, but all that the list has. */
  whole = $state(false);
  /** From where a range is drawn. */
  #anchor: string | null = null;

  get any(): boolean {
    return this.ids.size > 0;
  }

  toggle(id: string): void {
    this.whole = false;
    if (!this.ids.delete(id)) this.ids.add(id);
    this.#anchor = id;
  }

  /** Pick everything from where the last was picked. */
  range(id: string, rows: readonly WorkItem[], indexOf: (id: string) => number): void {
    const from = this.#anchor === null ? -1 : indexOf(this.#anchor);
    const to = indexOf(id);
    if (from < 0 || to < 0) {
      this.toggle(id);
      return;
    }
    for (let i = Math.min(from, to); i <= Math.max(from, to); i++) this.ids.add(rows[i]!.interaction.id);
  }

  all(rows: readonly WorkItem[]): void {
    for (const row of rows) this.ids.add(row.interaction.id);
  }

  clear(): void {
    this.ids.clear();
    this.whole = false;
    this.#anchor = null;
  }
}

export const selection = new Selection();
