import { SvelteMap } from 'svelte/reactivity';
import type { LiveFrame } from './stream';

const NOTHING: ReadonlyMap<string, never> = new Map<string, never>();

/**
 * Live topics: what is true just now and is kept nowhere, by key; of each key only the last value counts.
 *
 * `follow` while something shows a topic, `of` to read it: the result is reactive. The whole comes first and after every
 * break, then what changed. See docs/explanation/live-topics.md.
 */
export class LiveTopics {
  readonly #values = new SvelteMap<string, ReadonlyMap<string, unknown>>();
  readonly #followed = new Map<string, number>();

  constructor(readonly changed: () => void) {}

  /** The topics of the stream that are followed now. */
  get topics(): string[] {
    return [...this.#followed.keys()].map((topic) => `live:${topic}`);
  }

  /** Follow a topic (`wallboard`, `writing:<id>`); returns how to leave it. Whoever follows last takes the values along. */
  follow(topic: string): () => void {
    this.#followed.set(topic, (this.#followed.get(topic) ?? 0) + 1);
    this.changed();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const others = (this.#followed.get(topic) ?? 1) - 1;
      if (others > 0) this.#followed.set(topic, others);
      else {
        this.#followed.delete(topic);
        this.#values.delete(topic);
      }
      this.changed();
    };
  }

  /** What is held of a topic that no longer shows. */
  forget(topic: string): void {
    this.#values.delete(topic);
  }

  of<T>(topic: string): ReadonlyMap<string, T> {
    return (this.#values.get(topic) ?? NOTHING) as ReadonlyMap<string, T>;
  }

  hear({ topic, whole, values }: LiveFrame): void {
    const held = new Map(whole ? [] : this.#values.get(topic));
    for (const [key, value] of Object.entries(values)) {
      if (value === null) held.delete(key);
      else held.set(key, value);
    }
    this.#values.set(topic, held);
  }
}
