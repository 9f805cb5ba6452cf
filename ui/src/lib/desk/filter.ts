import type { SavedFilter, WorkItem, WorkView } from '../api/types';

/** What a list is narrowed by besides its queue and channel; empty asks for nothing. */
export interface Narrowing {
  network: string; skill: string; tag: string; work_class: string; state: string; language: string; customer: string;
  agent: string; due: string; sort: string;
}

export interface ListFilter extends Partial<Narrowing> { view: WorkView; queue: string; channel: string }

export const NOTHING: Readonly<Narrowing> = {
  network: '', skill: '', tag: '', work_class: '', state: '', language: '', customer: '', agent: '', due: '', sort: '',
};
export const NAMES = Object.keys(NOTHING) as (keyof Narrowing)[];
const HOUR = 3_600_000;

/** How the server calls each. */
const ASKED: Record<keyof Narrowing, keyof SavedFilter> = {
  network: 'network', skill: 'skill', tag: 'tag_id', work_class: 'work_class_id', state: 'state', language: 'language',
  customer: 'customer_id', agent: 'agent', due: 'due', sort: 'sort',
};

export function narrowingOf(query: URLSearchParams): Narrowing {
  return Object.fromEntries(NAMES.map((name) => [name, query.get(name) ?? ''])) as unknown as Narrowing;
}

export function sameNarrowing(a: Narrowing, b: Narrowing): boolean {
  return NAMES.every((name) => a[name] === b[name]);
}

export function asked(filter: ListFilter): Record<string, string> {
  const query: Record<string, string> = { view: filter.view, queue_id: filter.queue, channel_id: filter.channel };
  for (const name of NAMES) query[ASKED[name]] = filter[name] ?? '';
  // Only what waits has a place with the router.
  if (query.sort === 'router' && filter.view !== 'waiting') query.sort = '';
  return query;
}

/** Return a filter as it is kept. */
export function saved(filter: ListFilter): SavedFilter {
  const body: Record<string, string | null> = {};
  for (const [name, value] of Object.entries(asked(filter))) body[name] = value === '' && name.endsWith('_id') ? null : value;
  return body as unknown as SavedFilter;
}

export function fromSaved(kept: SavedFilter): ListFilter {
  const filter: Record<string, string> = { view: kept.view, queue: kept.queue_id ?? '', channel: kept.channel_id ?? '' };
  for (const name of NAMES) filter[name] = kept[ASKED[name]] ?? '';
  return filter as unknown as ListFilter;
}

export function address(filter: ListFilter, conversationId?: string): string {
  const query = new URLSearchParams();
  if (filter.queue) query.set('queue', filter.queue);
  if (filter.channel) query.set('channel', filter.channel);
  for (const name of NAMES) if (filter[name]) query.set(name, filter[name]);
  const text = query.toString();
  return `/work/${filter.view}${conversationId ? `/${conversationId}` : ''}${text ? `?${text}` : ''}`;
}

export function sameList(a: ListFilter, b: ListFilter): boolean {
  return address(a) === address(b);
}

/** Return whether an item meets what the list is narrowed by. `classOf`: the class of work of a channel. */
export function meets(item: WorkItem, filter: ListFilter, me: string, now: number, classOf: (channel: string) => string | null): boolean {
  const { interaction, conversation } = item;
  if (filter.network && item.network !== filter.network) return false;
  if (filter.skill && !interaction.skills.some((need) => need.skill === filter.skill)) return false;
  if (filter.tag && !(conversation.tags ?? []).includes(filter.tag)) return false;
  if (filter.work_class && classOf(interaction.channel_id) !== filter.work_class) return false;
  if (filter.state && interaction.state !== filter.state) return false;
  if (filter.language && interaction.language !== filter.language) return false;
  if (filter.customer && conversation.customer_id !== filter.customer) return false;
  if (filter.agent && interaction.agent_id !== (filter.agent === 'none' ? null : filter.agent === 'me' ? me : filter.agent)) return false;
  if (filter.due && interaction.state !== 'closed') {
    const until = filter.due === 'soon' ? now + HOUR : now;
    if (interaction.due_at === null || Date.parse(interaction.due_at) >= until) return false;
  }
  return true;
}
