import { api } from '../api/client';

/** The page's one clock, on the server's time. Waiting times need no seconds; a running offer does. */
class Clock {
  now = $state(Date.now());
  #fine = 0;

  constructor() {
    setInterval(() => {
      if (this.#fine === 0) this.now = api.now();
    }, 10_000);
    setInterval(() => {
      if (this.#fine > 0) this.now = api.now();
    }, 500);
  }

  /** Tick twice a second until the returned function is called. */
  fine(): () => void {
    this.#fine += 1;
    this.now = api.now();
    return () => (this.#fine -= 1);
  }
}

export const clock = new Clock();
