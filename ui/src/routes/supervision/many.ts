import { api } from '../../lib/api/client';
import type { Interaction } from '../../lib/api/types';
import type { Desk } from '../../lib/desk/desk.svelte';
import { problemText } from '../../lib/desk/say';
import { toasts } from '../../lib/desk/toasts.svelte';
import { t } from '../../lib/i18n/texts.svelte';

export type Deed = 'assign' | 'transfer' | 'priority' | 'take-over';

/**
 * Do one thing to many enquiries, each by itself and in their order, so that one that cannot be done holds up none of the others.
 * Returns the ids of those that were refused; what was said of the first of them is shown.
 */
export async function toMany(desk: Desk, work: readonly Interaction[], deed: Deed, body: object): Promise<string[]> {
  const refused: string[] = [];
  let why = '';
  for (const one of work) {
    try {
      const answer = await api.post<{ interaction?: Interaction | null } | undefined>(`/interactions/${one.id}/${deed}`, body);
      if (answer?.interaction) desk.takeInteraction(answer.interaction);
    } catch (error) {
      refused.push(one.id);
      why ||= problemText(error);
    }
  }
  const done = work.length - refused.length;
  if (refused.length > 0) toasts.show('bad', t('repair-some', { done, refused: refused.length }), why);
  else toasts.show('good', t('repair-done', { count: done }));
  return refused;
}
