import { api } from '../../../lib/api/client';
import { Unreachable } from '../../../lib/api/problem';

/** In how many parts a long text goes out: how it is cut, the server knows. null: it cannot be cut so; undefined: not known yet. */
export class Parts {
  #counted = $state.raw<{ text: string; parts: number | null } | null>(null);

  of(text: string): number | null | undefined {
    return this.#counted?.text === text ? this.#counted.parts : undefined;
  }

  /** Ask about a text, a moment after it was typed; returns how to stop. */
  ask(interactionId: string, text: string): () => void {
    const again = async (): Promise<void> => {
      try {
        const found = await api.post<{ parts: number | null }>(`/interactions/${interactionId}/parts`, { text });
        this.#counted = { text, parts: found.parts };
      } catch (error) {
        if (error instanceof Unreachable) timer = setTimeout(() => void again(), 5000);
        else this.#counted = { text, parts: null };
      }
    };
    let timer = setTimeout(() => void again(), 250);
    return () => clearTimeout(timer);
  }
}
