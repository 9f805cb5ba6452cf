import type { Desk } from './desk.svelte';
import { agentStateWords } from './words';
import { t, texts } from '../i18n/texts.svelte';

/** One person's presence as the live topic carries it; who is unknown stands nowhere. */
export interface Presence { value: string; source?: string; until?: string; reason?: string; line?: string }

/** Return somebody's presence of now; only while `presence` is followed. */
export function presenceOf(desk: Desk, userId: string): Presence | undefined {
  return desk.live.of<Presence>('presence').get(userId);
}

/** Return until when as a clock shows it: with the day when that is not today. */
export function untilWords(until: string, now: number): string {
  const at = new Date(until);
  const today = new Date(now).toDateString() === at.toDateString();
  return new Intl.DateTimeFormat(texts.locale, today ? { hour: '2-digit', minute: '2-digit' } : { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(at);
}

/** Return a presence in words: "Away: lunch, until 14:00, on the phone". */
export function presenceWords(presence: Presence, now: number): string {
  let words = t(`presence-${presence.value}`);
  // That somebody is busy with a call is said by their line.
  if (presence.reason && presence.source !== 'call') words = t('agent-state-why', { state: words, why: t(`presence-why-${presence.reason.replaceAll('_', '-')}`) });
  if (presence.until && presence.source !== 'activity') words = t('presence-until', { words, until: untilWords(presence.until, now) });
  return presence.line && presence.line !== 'free' ? t('presence-and-line', { words, line: t(`presence-line-${presence.line}`) }) : words;
}

/** Return what is known of a colleague: their state at work, and what their presence adds to it. */
export function colleagueWords(desk: Desk, agent: { user_id: string; state: 'available' | 'busy' | 'away' | 'wrap_up' | 'offline'; reason: string }, now: number): string {
  const presence = presenceOf(desk, agent.user_id);
  const adds = presence && (presence.line !== undefined || !['work', 'activity'].includes(presence.source ?? ''));
  if (!adds) return agentStateWords(agent);
  const words = presenceWords(presence, now);
  return presence.value === agent.state || agent.state === 'available' || (presence.source === 'own' && agent.state !== 'offline') ? words : t('presence-beside', { state: agentStateWords(agent), words });
}
