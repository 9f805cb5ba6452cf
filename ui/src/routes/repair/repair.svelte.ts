import { api } from '../../lib/api/client';
import { sayFailure } from '../../lib/desk/say';
import { toasts } from '../../lib/desk/toasts.svelte';
import { t } from '../../lib/i18n/texts.svelte';

export interface RepairCount { channel_id: string; code: string; count: number; oldest_at: string }
interface Summary { quarantine: RepairCount[] | null; dead: RepairCount[] }
interface Repaired { done: string[]; refused: { id: string; code: string; detail: string }[] }

/** How much waits for repair, by channel and by what went wrong. */
export class Summaries {
  quarantine = $state.raw<RepairCount[]>([]);
  dead = $state.raw<RepairCount[]>([]);

  load = async (): Promise<void> => {
    try {
      const found = await api.get<Summary>('/repair');
      this.quarantine = found.quarantine ?? [];
      this.dead = found.dead;
    } catch {
      // The list below says why it cannot be read; without counts it can still be worked on.
    }
  };
}

/** Add counts up by one of their names, most first. */
export function summed(counts: readonly RepairCount[], by: 'channel_id' | 'code'): { key: string; count: number }[] {
  const found = new Map<string, number>();
  for (const one of counts) found.set(one[by], (found.get(one[by]) ?? 0) + one.count);
  return [...found].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count || a.key.localeCompare(b.key));
}

/** Do something to many, and say how it went. Returns whether the server took it. */
export async function doMany(path: string, ids: readonly string[], reason?: string): Promise<boolean> {
  try {
    const found = await api.post<Repaired>(path, { ids, ...(reason === undefined ? {} : { reason }) });
    if (found.refused.length === 0) toasts.show('good', t('repair-done', { count: found.done.length }));
    else toasts.show('bad', t('repair-some', { done: found.done.length, refused: found.refused.length }), found.refused[0]?.detail);
    return true;
  } catch (error) {
    sayFailure(t('failed-verb'), error);
    return false;
  }
}
