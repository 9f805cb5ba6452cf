import type { Message, WorkItem } from '../api/types';

// Times all have the same form (UTC, microseconds), so comparing them as text is comparing them as times.
const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** After every real time: work without a deadline comes last. */
const NEVER = '9999-12-31T23:59:59.999999Z';

/** Order of a transcript: what was said first, then the network's own tie-break, then our ingest key. */
export function byTranscript(a: Message, b: Message): number {
  return text(a.order[0], b.order[0]) || text(a.order[1], b.order[1]) || text(a.order[2], b.order[2]);
}

/** Order of open work: the deadline, then the id. */
export function byDue(a: WorkItem, b: WorkItem): number {
  return text(a.interaction.due_at ?? NEVER, b.interaction.due_at ?? NEVER) || text(a.interaction.id, b.interaction.id);
}

/** Who waits longest comes first. */
export function byOldest(a: WorkItem, b: WorkItem): number {
  return text(a.interaction.waiting_since, b.interaction.waiting_since) || text(a.interaction.id, b.interaction.id);
}

/** Who came last comes first. */
export function byNewest(a: WorkItem, b: WorkItem): number {
  return byOldest(b, a);
}

/** Order of closed work: what was closed last comes first. */
export function byClosed(a: WorkItem, b: WorkItem): number {
  return text(b.interaction.closed_at ?? '', a.interaction.closed_at ?? '') || text(b.interaction.id, a.interaction.id);
}
