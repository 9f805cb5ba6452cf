import { api } from '../api/client';

/** What waits for one besides work: where one is named, and answers of colleagues to approve. */
export class Notices {
  mentions = $state(0);
  approvals = $state(0);
  #asking = false;
  #again = false;

  get count(): number {
    return this.mentions + this.approvals;
  }

  /** Ask the server; several wishes while it answers are one more. */
  async read(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      const found = await api.get<{ mentions: number; approvals: number }>('/me/unread');
      this.mentions = found.mentions;
      this.approvals = found.approvals;
    } catch {
      // The figure is a comfort; it comes again with the next change.
    } finally {
      this.#asking = false;
    }
    if (this.#again) {
      this.#again = false;
      await this.read();
    }
  }
}
