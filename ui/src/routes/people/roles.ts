import type { Grant } from '../../lib/api/types';
import type { Desk } from '../../lib/desk/desk.svelte';
import { channelName, queueName } from '../../lib/desk/words';
import { t, texts } from '../../lib/i18n/texts.svelte';

/** Return a role's name: ours for the built-in ones, its own for those that a site made. */
export function roleName(role: string): string {
  const key = `role-${role.replaceAll('_', '-')}`;
  return texts.has(key) ? t(key) : role;
}

/** Return where a grant holds. */
export function scopeName(grant: Grant, desk: Desk): string {
  if (grant.scope_kind === 'queue' && grant.scope_id) return queueName(grant.scope_id, desk);
  if (grant.scope_kind === 'channel' && grant.scope_id) return channelName(grant.scope_id, desk);
  return t(`scope-${grant.scope_kind}`);
}
