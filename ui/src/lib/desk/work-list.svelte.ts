import { api } from '../api/client';
import type { Page, WorkItem, WorkView } from '../api/types';
import { byClosed, byDue, byNewest, byOldest } from '../state/order';
import { Sorted } from '../state/sorted';
import { asked, meets, type ListFilter } from './filter';

export type { ListFilter };

export const VIEWS: readonly WorkView[] = ['mine', 'waiting', 'open', 'parked', 'closed', 'spam'];
/** What is over, newest first. */
export const ENDED: readonly WorkView[] = ['closed', 'spam'];

const STATES: Record<WorkView, readonly string[]> = {
  mine: ['offered', 'active', 'parked', 'wrap_up'],
  waiting: ['waiting'],
  open: ['waiting', 'offered', 'active', 'parked', 'wrap_up'],
  parked: ['parked'],
  closed: ['closed'],
  spam: ['closed'],
};

const PAGE = 100;
const MOST_AT_ONCE = 200;

/** Whether the router's order is asked for, which the server alone can reckon. */
export function byRouter(filter: ListFilter): boolean {
  return filter.sort === 'router' && filter.view === 'waiting';
}

/** Return whether an item belongs into a view. */
export function matches(item: WorkItem, filter: ListFilter, me: string, classOf: (channel: string) => string | null = () => null): boolean {
  const { state, agent_id, queue_id, channel_id } = item.interaction;
  if (!STATES[filter.view].includes(state)) return false;
  if (state === 'closed' && !!item.interaction.spam !== (filter.view === 'spam')) return false;
  if (filter.view === 'mine' && agent_id !== me) return false;
  if (filter.queue !== '' && queue_id !== filter.queue) return false;
  if (filter.channel !== '' && channel_id !== filter.channel) return false;
  return meets(item, filter, me, api.now(), classOf);
}

function orderOf(filter: ListFilter, places: ReadonlyMap<string, number>): (a: WorkItem, b: WorkItem) => number {
  if (ENDED.includes(filter.view)) return byClosed;
  const place = (item: WorkItem): number => places.get(item.interaction.id) ?? places.size;
  if (byRouter(filter)) return (a, b) => place(a) - place(b) || byDue(a, b);
  return filter.sort === 'newest' ? byNewest : filter.sort === 'oldest' ? byOldest : byDue;
}

/** One view of the work: pages read so far, kept right by the event stream. */
export class WorkList {
  /** Rises with every change of `rows`, which is too large to be tracked item by item. */
  revision = $state(0);
  loading = $state(false);
  loaded = $state(false);
  error = $state.raw<unknown>(null);
  /** Something came whose place only the server knows: whoever shows the list reads it anew. */
  stale = $state(false);
  /** In the router's order: the places that the server gave. */
  readonly #places = new Map<string, number>();
  #next: string | null = null;
  /** What changed while a page was on its way. */
  readonly #meanwhile = new Map<string, WorkItem>();
  readonly #rows: Sorted<WorkItem>;

  constructor(
    readonly filter: ListFilter,
    readonly me: string,
    /** Lays a page over the state and returns what is true now: the stream may know better than the page. */
    readonly received: (items: WorkItem[], cursor?: string) => WorkItem[],
    readonly classOf: (channel: string) => string | null = () => null,
  ) {
    this.#rows = new Sorted((item) => item.interaction.id, orderOf(filter, this.#places));
  }

  get rows(): readonly WorkItem[] {
    void this.revision;
    return this.#rows.items;
  }

  get more(): boolean {
    void this.revision;
    return this.#next !== null;
  }

  indexOf(interactionId: string): number {
    void this.revision;
    return this.#rows.indexOf(interactionId);
  }

  /** Read from the top; what is shown stays until the answer is there. */
  async load(): Promise<void> {
    await this.#read(null, true);
  }

  /** Read again what is shown, unless somebody has read on so far that they would lose their place. */
  async refresh(): Promise<void> {
    this.stale = false;
    if (!this.loading && this.#rows.length <= MOST_AT_ONCE) await this.#read(null, true, Math.max(PAGE, this.#rows.length));
  }

  /** Read the next page, if there is one and none is under way. */
  async readOn(): Promise<void> {
    if (this.#next !== null && !this.loading) await this.#read(this.#next, false);
  }

  /** Take in a changed item. Beyond the last page that was read nothing is held, so nothing is inserted there. */
  follow(item: WorkItem): void {
    const id = item.interaction.id;
    if (this.loading) this.#meanwhile.set(id, item);
    if (byRouter(this.filter) && matches(item, this.filter, this.me, this.classOf)) this.stale = true;
    if (matches(item, this.filter, this.me, this.classOf) && this.#isWithin(item)) {
      this.#rows.put(item);
      this.revision++;
    } else if (this.#rows.remove(id)) {
      this.revision++;
    }
  }

  drop(id: string): void {
    this.#meanwhile.delete(id);
    if (this.#rows.remove(id)) this.revision++;
  }

  #isWithin(item: WorkItem): boolean {
    if (!this.loaded) return false;
    const last = this.#rows.items.at(-1);
    return this.#next === null || last === undefined || this.#rows.compare(item, last) <= 0;
  }

  async #read(after: string | null, fresh: boolean, limit = PAGE): Promise<void> {
    this.loading = true;
    this.error = null;
    this.#meanwhile.clear();
    try {
      const page = await api.get<Page<WorkItem>>('/work', { query: { ...asked(this.filter), after, limit } });
      if (fresh) {
        this.#rows.clear();
        this.#places.clear();
      }
      if (byRouter(this.filter)) for (const { interaction } of page.items) if (!this.#places.has(interaction.id)) this.#places.set(interaction.id, this.#places.size);
      this.#next = page.next;
      this.loaded = true;
      for (const item of this.received(page.items, page.cursor)) this.#rows.put(item);
      for (const item of this.#meanwhile.values()) this.follow(item);
      this.revision++;
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }
}
