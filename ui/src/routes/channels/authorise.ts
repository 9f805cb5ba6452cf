import { api } from '../../lib/api/client';
import { go } from '../../lib/desk/router.svelte';
import { toasts } from '../../lib/desk/toasts.svelte';
import { t } from '../../lib/i18n/texts.svelte';

const OUTCOMES = ['denied', 'logged_out', 'other_person', 'other_account', 'same_account', 'state_expired', 'unknown_state', 'no_token'];

/** Lead the browser to the network; it comes back to the channel's page. */
export async function authorise(channelId: string): Promise<void> {
  const { authorize_url } = await api.post<{ authorize_url: string }>(`/channels/${channelId}/oauth`);
  location.assign(authorize_url);
}

/** Where the network sends the browser back to, as it must be entered there. */
export function callback(): string {
  return `${location.origin}/api/v1/channels/oauth/callback`;
}

/** Say once what came of it, and take it out of the address. */
export function sayOutcome(query: URLSearchParams, path: string): void {
  const outcome = query.get('oauth');
  if (!outcome) return;
  if (outcome === 'done') toasts.show('good', t('authorise-done'));
  else toasts.show('bad', t(`authorise-${OUTCOMES.includes(outcome) ? outcome.replace('_', '-') : 'failed'}`));
  go(path, { replace: true });
}
