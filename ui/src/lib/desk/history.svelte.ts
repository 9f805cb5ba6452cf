import { api } from '../api/client';
import type { Message, Page } from '../api/types';
import { byTranscript } from '../state/order';
import { Sorted } from '../state/sorted';

/** All that a customer and the house said to each other, on every channel, read page by page from the newest on. */
export class History {
  revision = $state(0);
  loading = $state(false);
  error = $state.raw<unknown>(null);
  #next: string | null = null;
  #began = false;
  readonly #messages = new Sorted<Message>((m) => m.id, byTranscript);

  constructor(readonly customerId: string) {}

  get messages(): readonly Message[] {
    void this.revision;
    return this.#messages.items;
  }

  get hasOlder(): boolean {
    void this.revision;
    return this.#next !== null;
  }

  /** Read the newest page again: something was said. */
  async refresh(): Promise<void> {
    await this.#read(undefined);
  }

  async older(): Promise<void> {
    if (this.#next !== null) await this.#read(this.#next);
  }

  async #read(before: string | undefined): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.error = null;
    try {
      const page = await api.get<Page<Message>>(`/customers/${this.customerId}/messages`, { query: { before, limit: 50 } });
      if (before !== undefined || !this.#began) this.#next = page.next;
      this.#began = true;
      for (const message of page.items) this.#messages.put(message);
      this.revision++;
    } catch (error) {
      this.error = error;
    } finally {
      this.loading = false;
    }
  }
}
