import type { Agent, Conversation, Identity, Interaction, Message } from '../api/types';
import { t, texts } from '../i18n/texts.svelte';
import { span, urgency, type Urgency } from '../text/time';
import type { Desk } from './desk.svelte';

/** Return how a customer is called: the name they show, else their handle, else "unknown". */
export function customerName(identity: Identity): string {
  return identity.display_name || identity.handle || t('customer-unknown');
}

const languages = new Map<string, Intl.DisplayNames>();

export function languageName(code: string | null): string {
  if (!code) return '';
  try {
    let names = languages.get(texts.locale);
    if (!names) languages.set(texts.locale, (names = new Intl.DisplayNames(texts.locale, { type: 'language' })));
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

export interface Due { urgency: Urgency; words: string; full: string }

/** Return the state of the deadline that binds: how pressing, in short words for a row and in full ones. */
export function dueWords(interaction: Interaction, now: number): Due {
  const { due_at, due_state, waiting_since, first_response_at, state } = interaction;
  if (state === 'closed') return { urgency: 'none', words: '', full: '' };
  if (due_at === null) {
    const words = first_response_at === null ? '' : t('due-answered');
    return { urgency: 'none', words, full: words };
  }
  // A warning is set per service level, so it counts before our own idea of "soon".
  const level = due_state === 'warned' && Date.parse(due_at) > now ? 'soon' : urgency(due_at, waiting_since, now);
  const left = Math.abs(Date.parse(due_at) - now) / 1000;
  const name = level === 'over' ? 'due-over' : level === 'soon' ? 'due-soon' : 'due-calm';
  return {
    urgency: level,
    words: t(name, { span: span(left, texts.locale) }),
    // Asked for by the head of a conversation alone, not by every row.
    get full() {
      return t(name, { span: span(left, texts.locale, 'long') });
    },
  };
}

export function waitingWords(interaction: Interaction, now: number): string {
  return span((now - Date.parse(interaction.waiting_since)) / 1000, texts.locale);
}

export function stateWords(interaction: Interaction, desk: Desk): string {
  // Nobody's yet: it waits for the time that the customer wished for.
  if (interaction.state === 'parked' && interaction.agent_id === null) return t('state-wished');
  const agent = desk.agentName(interaction.agent_id);
  const mine = interaction.agent_id === desk.me.user.id ? 'yes' : 'no';
  return t(`state-${interaction.state.replace('_', '-')}`, { agent, mine });
}

/** Return what an agent says of themself, with why when that is known: "Break: lunch". */
export function agentStateWords(agent: Pick<Agent, 'state' | 'reason'>): string {
  const state = t(`agent-${agent.state.replace('_', '-')}`);
  const key = `away-${agent.reason.replaceAll('_', '-')}`;
  return agent.reason && texts.has(key) ? t('agent-state-why', { state, why: t(key) }) : state;
}

export function queueName(id: string, desk: Desk): string {
  const queue = desk.state.queues.get(id);
  return queue ? texts.pick(queue.name, queue.key) : '';
}

export function channelName(id: string, desk: Desk): string {
  return desk.state.channels.get(id)?.name ?? '';
}

/** Return a network's name. Sandbox networks are many behind one connector; their realm tells them apart. */
export function networkName(network: string, realm = ''): string {
  if (network === 'sandbox' && realm) return realm.charAt(0).toUpperCase() + realm.slice(1);
  const key = `network-${network}`;
  return texts.has(key) ? t(key) : network.charAt(0).toUpperCase() + network.slice(1);
}

/** Return the one line by which a conversation is known: its subject, else whom it is with. */
export function conversationTitle(conversation: Conversation): string {
  return conversation.subject || customerName(conversation.identity);
}

export function deliveryWords(message: Message): string {
  return message.delivery ? t(`delivery-${message.delivery}`) : '';
}

export function bytes(n: number | null): string {
  if (n === null) return '';
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const step = Math.min(Math.floor(Math.log(Math.max(n, 1)) / Math.log(1000)), units.length - 1);
  return new Intl.NumberFormat(texts.locale, {
    style: 'unit', unit: units[step]!, unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: step < 2 ? 0 : 1,
  }).format(n / 1000 ** step);
}
