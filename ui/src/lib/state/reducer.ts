import type { Case } from '../api/cases';
import type { Call } from '../api/calls';
import type { Agent, Channel, Consult, Customer, Frame, Mention, Message, Offer, Queue, WorkItem } from '../api/types';
import { compareCursors } from './cursor';

/** What the desk holds. Any Map will do: the page passes reactive ones, tests plain ones. */
export interface DeskState {
  work: Map<string, WorkItem>;
  messages: Map<string, Message>;
  offers: Map<string, Offer>;
  agents: Map<string, Agent>;
  channels: Map<string, Channel>;
  queues: Map<string, Queue>;
  customers: Map<string, Customer>;
  consults: Map<string, Consult>;
  cases: Map<string, Case>;
  mentions: Map<string, Mention>;
  calls: Map<string, Call>;
  /** Where something was removed: `kind id` -> cursor. A snapshot read before that must not bring it back. */
  removed: Map<string, string>;
}

export type Views = Pick<Frame, 'work' | 'messages' | 'offers' | 'agents' | 'channels' | 'queues' | 'customers' | 'consults' | 'cases' | 'mentions' | 'calls'>;

export function emptyState(): DeskState {
  return {
    work: new Map(), messages: new Map(), offers: new Map(), agents: new Map(), channels: new Map(),
    queues: new Map(), customers: new Map(), consults: new Map(), cases: new Map(), mentions: new Map(), calls: new Map(), removed: new Map(),
  };
}

/** Apply one durable frame of the event stream. The same frame twice, or an old view late, changes nothing. */
export function applyFrame(state: DeskState, frame: Frame): void {
  applyViews(state, frame, frame.cursor);
  for (const [kind, ids] of Object.entries(frame.gone ?? {})) {
    for (const id of ids ?? []) {
      (state[kind as keyof Views] as Map<string, unknown> | undefined)?.delete(id);
      state.removed.set(`${kind} ${id}`, frame.cursor);
    }
  }
}

/** Lay views over the state; `cursor` is the position at which they were true. */
export function applyViews(state: DeskState, views: Views, cursor?: string): void {
  const fresh = (kind: keyof Views, id: string): boolean => {
    const removedAt = state.removed.get(`${kind} ${id}`);
    return removedAt === undefined || (cursor !== undefined && compareCursors(cursor, removedAt) > 0);
  };
  for (const item of views.work ?? []) {
    if (fresh('work', item.interaction.id)) upsertWork(state.work, item);
  }
  for (const view of views.messages ?? []) if (fresh('messages', view.id)) upsert(state.messages, view.id, view);
  for (const view of views.agents ?? []) upsert(state.agents, view.user_id, view);
  for (const view of views.channels ?? []) upsert(state.channels, view.id, view);
  for (const view of views.queues ?? []) upsert(state.queues, view.id, view);
  for (const view of views.customers ?? []) if (fresh('customers', view.id)) upsert(state.customers, view.id, view);
  for (const view of views.consults ?? []) upsert(state.consults, view.id, view);
  for (const view of views.cases ?? []) upsert(state.cases, view.id, view);
  for (const view of views.mentions ?? []) upsert(state.mentions, view.id, view);
  for (const view of views.calls ?? []) upsert(state.calls, view.id, view);
  for (const offer of views.offers ?? []) upsertOffer(state.offers, offer);
}

function upsert<T extends { version: number }>(held: Map<string, T>, id: string, view: T): void {
  const before = held.get(id);
  if (before === undefined || before.version <= view.version) held.set(id, view);
}

/** An interaction and its conversation change apart, so each half keeps the newer one; `last` goes with the latter. */
function upsertWork(held: Map<string, WorkItem>, item: WorkItem): void {
  const id = item.interaction.id;
  const before = held.get(id);
  if (before === undefined) {
    held.set(id, item);
    return;
  }
  const interaction = before.interaction.version > item.interaction.version ? before.interaction : item.interaction;
  const newer = before.conversation.version > item.conversation.version ? before : item;
  held.set(id, { ...item, interaction, conversation: newer.conversation, last: newer.last });
}

/** An offer has no version: once it has ended it never opens again, and ended offers are not held. */
function upsertOffer(held: Map<string, Offer>, offer: Offer): void {
  const before = held.get(offer.id);
  if (before !== undefined && before.state !== 'open') return;
  held.set(offer.id, offer);
}
