import { api } from '../api/client';
import type { ConversationView, Interaction, Message, Page, WorkEvent, WorkItem } from '../api/types';
import { compareCursors } from '../state/cursor';
import { byTranscript } from '../state/order';
import { Sorted } from '../state/sorted';

/** One conversation as it is shown: its head, the pages of its transcript read so far, and what changes in them. */
export class Thread {
  view = $state.raw<ConversationView | null>(null);
  revision = $state(0);
  loading = $state(false);
  loadingOlder = $state(false);
  error = $state.raw<unknown>(null);
  /** What happened to the work, oldest first. */
  events = $state.raw<WorkEvent[]>([]);
  #eventsAt: ReturnType<typeof setTimeout> | undefined;
  #before: string | null = null;
  #readAt: string | undefined;
  readonly #messages = new Sorted<Message>((m) => m.id, byTranscript);

  constructor(
    readonly id: string,
    readonly received: (view: ConversationView) => void,
    readonly receivedMessages: (messages: Message[], cursor?: string) => Message[],
  ) {}

  get messages(): readonly Message[] {
    void this.revision;
    return this.#messages.items;
  }

  /** The open interaction, or the last one that there was. */
  get interaction(): Interaction | null {
    const all = [...(this.view?.interactions ?? [])].sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
    return all.find((i) => i.state !== 'closed') ?? all[0] ?? null;
  }

  /** The conversations whose messages show here: this one, and those that it is merged with. */
  get ids(): string[] {
    return [this.id, ...(this.view?.merged ?? []).map((entry) => entry.conversation.id)];
  }

  get hasOlder(): boolean {
    void this.revision;
    return this.#before !== null;
  }

  async load(): Promise<void> {
    this.loading = true;
    this.error = null;
    try {
      const [view, page] = await Promise.all([
        api.get<ConversationView>(`/conversations/${this.id}`),
        api.get<Page<Message>>(`/conversations/${this.id}/messages`, { query: { limit: 50 } }),
      ]);
      this.view = view;
      this.#readAt = view.cursor;
      this.#messages.clear();
      this.#before = page.next;
      this.#take(page);
      this.received(view);
      this.#readEventsSoon(0);
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }

  async readOlder(): Promise<void> {
    if (this.#before === null || this.loadingOlder) return;
    this.loadingOlder = true;
    try {
      const page = await api.get<Page<Message>>(`/conversations/${this.id}/messages`, {
        query: { before: this.#before, limit: 50 },
      });
      this.#before = page.next;
      this.#take(page);
    } catch (error) {
      this.error = error;
    } finally {
      this.loadingOlder = false;
    }
  }

  /** The stream carries this conversation from `after` on. Read again if something may lie between. */
  carried(after: string | undefined): void {
    if (this.#readAt !== undefined && after !== undefined && compareCursors(this.#readAt, after) < 0) {
      this.#readAt = after;
      void this.load();
    }
  }

  /** Take in a message of the stream. Older ones than the oldest page read are left for that page. */
  follow(message: Message): void {
    const oldest = this.#messages.items[0];
    if (this.#before !== null && oldest && byTranscript(message, oldest) < 0) return;
    this.#messages.put(message);
    this.revision++;
  }

  /** Take in what the stream says of the conversation and its units of work. */
  followWork({ interaction, conversation }: WorkItem): void {
    const view = this.view;
    if (!view) return;
    // What it is merged with has changed: who belongs to it is read anew.
    if (conversation.id === this.id && conversation.merge_id !== view.conversation.merge_id) {
      void this.load();
      return;
    }
    const held = view.interactions.find((i) => i.id === interaction.id);
    if (held && held.version > interaction.version) return;
    this.view = {
      ...view,
      conversation: conversation.id !== this.id || view.conversation.version > conversation.version ? view.conversation : conversation,
      interactions: [...view.interactions.filter((i) => i.id !== interaction.id), interaction],
    };
    if (held?.version !== interaction.version) this.#readEventsSoon(1_000);
  }

  /** What a person has just put on or taken off shows at once; the stream says the same a moment later. */
  setTags(tags: string[]): void {
    if (this.view) this.view = { ...this.view, conversation: { ...this.view.conversation, tags } };
  }

  drop(id: string): void {
    if (this.#messages.remove(id)) this.revision++;
  }

  // Several changes in a moment are one question.
  #readEventsSoon(after: number): void {
    clearTimeout(this.#eventsAt);
    this.#eventsAt = setTimeout(() => {
      void api.get<Page<WorkEvent>>(`/conversations/${this.id}/events`).then((page) => (this.events = page.items), () => undefined);
    }, after);
  }

  #take(page: Page<Message>): void {
    for (const message of this.receivedMessages(page.items, page.cursor)) this.#messages.put(message);
    this.revision++;
  }
}
