import { api } from '../../lib/api/client';
import { clock } from '../../lib/desk/clock.svelte';
import type { Desk } from '../../lib/desk/desk.svelte';
import { wallFrom, type Wall } from './wall';

const AGAIN_MS = 60_000;

/** The wallboard of whoever is signed in: read once, then kept up to date by its live topic. */
export class Board {
  error = $state.raw<unknown>(null);
  #first = $state.raw<Wall | null>(null);
  #topic = $state('');
  #leave: (() => void) | null = null;

  constructor(readonly desk: Desk) {}

  get wall(): Wall | null {
    const live = this.#topic ? wallFrom(this.desk.live.of(this.#topic), new Date(clock.now).toISOString()) : null;
    return live ?? this.#first;
  }

  /** Follow until the returned function is called. Now and then it is asked whether this person may see more or less by now. */
  follow(): () => void {
    void this.load();
    const timer = setInterval(() => void this.load(), AGAIN_MS);
    const fine = clock.fine();
    return () => {
      clearInterval(timer);
      fine();
      this.#leave?.();
      this.#leave = null;
      this.#topic = '';
    };
  }

  load = async (): Promise<void> => {
    try {
      const found = await api.get<{ topic: string; wall: Wall }>('/wallboard');
      this.error = null;
      this.#first = found.wall;
      if (found.topic === this.#topic) return;
      this.#leave?.();
      this.#topic = found.topic;
      this.#leave = this.desk.live.follow(found.topic);
    } catch (error) {
      this.error = error;
    }
  };
}
