import { api } from '../../lib/api/client';

const REPEAT_MS = 5_000;
const PAUSE_MS = 10_000;

/** Tells colleagues that one writes, as long as keys are pressed. What cannot be told is nobody's trouble. */
export class Writing {
  #what: 'answer' | 'note' | 'nothing' = 'nothing';
  #toldAt = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly conversationId: string) {}

  key(what: 'answer' | 'note'): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.stop(), PAUSE_MS);
    if (what === this.#what && Date.now() - this.#toldAt < REPEAT_MS) return;
    this.#tell(what);
  }

  stop(): void {
    clearTimeout(this.#pause);
    if (this.#what !== 'nothing') this.#tell('nothing');
  }

  #tell(what: 'answer' | 'note' | 'nothing'): void {
    this.#what = what;
    this.#toldAt = Date.now();
    void api.post(`/conversations/${this.conversationId}/writing`, { what }).catch(() => undefined);
  }
}
