import type { Interaction, Queue, Reason } from '../api/types';
import { t, texts } from '../i18n/texts.svelte';
import type { Desk } from './desk.svelte';
import { languageName } from './words';

/**
 * Return why an item went where it went, as one short text each: what decided, what was given up, how far relaxation had come.
 * `agentId`: whom it went to, so that "with you" is said only to them. It is about the enquiry, never about colleagues.
 */
export function reasonParts(reason: Reason | null, desk: Desk, agentId: string | null = null): string[] {
  if (!reason) return [];
  const parts = [mainWords(reason, desk, agentId)];
  const needed = names(reason.skills, desk);
  if (needed && reason.code !== 'skilled') parts.push(t('reason-skilled', { skill: needed }));
  const without = names(reason.given_up, desk);
  if (without) parts.push(t('reason-given-up', { skill: without }));
  if (typeof reason.step === 'number' && reason.step > 0) parts.push(t('reason-step', { number: reason.step }));
  if (typeof reason.value === 'number' && reason.value !== 1) parts.push(valueWords(reason.value));
  if (typeof reason.borrowed === 'number' && reason.borrowed > 0) parts.push(t('reason-borrowed'));
  return parts.filter(Boolean);
}

export function reasonWords(reason: Reason | null, desk: Desk, agentId: string | null = null): string {
  return reasonParts(reason, desk, agentId).join(' · ');
}

/** Return why an interaction stands where it stands; while it waits also which step of relaxation its time has brought. */
export function standingWords(interaction: Interaction, desk: Desk, now: number): string {
  const parts = reasonParts(interaction.reason, desk, interaction.agent_id);
  if (interaction.priority !== 0) parts.unshift(priorityWords(interaction.priority));
  if (interaction.state === 'waiting') {
    const step = stepReached(desk.state.queues.get(interaction.queue_id), interaction.waiting_since, now);
    if (step > 0) parts.push(t('reason-step', { number: step }));
  }
  return parts.join(' · ');
}

export function priorityWords(priority: number): string {
  return t('priority-words', { priority: new Intl.NumberFormat(texts.locale, { signDisplay: 'exceptZero' }).format(priority) });
}

/** Return how much its customer counts: a number of the enquiry, compared with nobody. */
export function valueWords(value: number): string {
  return t('value-words', { value: texts.number(value, 2) });
}

/** Steps follow from the time of arrival alone, so the desk can tell them without asking. */
export function stepReached(queue: Pick<Queue, 'steps'> | undefined, waitingSince: string, now: number): number {
  const waited = (now - Date.parse(waitingSince)) / 1000;
  return (queue?.steps ?? []).filter((step) => waited >= step.after_s).length;
}

/** Return names of skills as a list in words; a skill that is not known here by its key. */
export function skillNames(keys: readonly string[], desk: Desk): string {
  const words = keys.map((key) => {
    const skill = desk.skills.find((s) => s.key === key || s.id === key);
    if (skill) return texts.pick(skill.name, skill.key);
    return key.startsWith('lang-') ? languageName(key.slice('lang-'.length)) : key;
  });
  return new Intl.ListFormat(texts.locale, { type: 'conjunction' }).format(words);
}

function names(value: unknown, desk: Desk): string {
  return Array.isArray(value) && value.length > 0 ? skillNames(value.map(String), desk) : '';
}

function mainWords(reason: Reason, desk: Desk, agentId: string | null): string {
  const key = `reason-${reason.code.replaceAll('_', '-')}`;
  if (!texts.has(key)) return '';
  const by = reason.agent_id ?? reason.user_id;
  const other = reason.code === 'last_agent' ? (agentId !== null && agentId !== desk.me.user.id ? agentId : null) : typeof by === 'string' ? by : null;
  return t(key, {
    skill: names(reason.skills, desk) || t('reason-this-skill'), agent: desk.agentName(other), named: other ? 'yes' : 'no',
    why: String(reason.by ?? 'other'),
  });
}
