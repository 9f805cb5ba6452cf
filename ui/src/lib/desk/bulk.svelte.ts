import { api } from '../api/client';
import type { Bulk, SavedFilter } from '../api/types';
import { t } from '../i18n/texts.svelte';
import { uuid7 } from '../text/uuid7';
import { sayFailure } from './say';

export interface BulkWish {
  verb: string; interaction_ids?: string[]; all_of?: SavedFilter; tag_id?: string; queue_id?: string; code_id?: string; until?: string;
  priority?: number; reason?: string; note?: string;
}

const GONE_AFTER = 120_000;

/** Work on many at once: begun, gone on with until nothing is left, and undone. One at a time. */
class BulkWork {
  /** How far it is; null when there is nothing to say. */
  now = $state.raw<Bulk | null>(null);
  busy = $state(false);
  #hide: ReturnType<typeof setTimeout> | undefined;

  get undoable(): boolean {
    return this.now !== null && !this.busy && this.now.undone_at === null && this.now.done > 0 && Date.parse(this.now.undo_until) > api.now();
  }

  async run(wish: BulkWish): Promise<Bulk | null> {
    // Under one key: asked again after a break in the line, it goes on and does nothing twice.
    const key = uuid7();
    return this.#all(() => api.post<Bulk>('/bulk', wish, { key }), 'go-on');
  }

  async undo(): Promise<void> {
    const last = this.now;
    if (last && this.undoable) await this.#all(() => api.post<Bulk>(`/bulk/${last.id}/undo`), 'undo');
  }

  close(): void {
    this.now = null;
  }

  async #all(begin: () => Promise<Bulk>, further: 'go-on' | 'undo'): Promise<Bulk | null> {
    clearTimeout(this.#hide);
    this.busy = true;
    try {
      let last = (this.now = await begin());
      while (last.left > 0) {
        const before = last.left;
        last = this.now = await api.post<Bulk>(`/bulk/${last.id}/${further}`);
        if (last.left >= before) break;
      }
      return last;
    } catch (error) {
      sayFailure(t('failed-verb'), error);
      return null;
    } finally {
      this.busy = false;
      this.#hide = setTimeout(() => (this.now = null), GONE_AFTER);
    }
  }
}

export const bulk = new BulkWork();
