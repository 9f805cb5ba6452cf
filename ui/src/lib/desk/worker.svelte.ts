import { go } from './router.svelte';

/** The service worker: whether a new version of the desk waits, and how it takes over. */
class Worker {
  /** A new version is there; this page still runs the old one. */
  waiting = $state.raw<ServiceWorker | null>(null);
  #asked = false;

  /** Begin; nothing happens where the browser has no such thing, or the page does not come by https. */
  async begin(): Promise<void> {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    const held = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // The first worker of a browser takes over a page that is as new as itself.
      if (this.#asked) location.reload();
    });
    navigator.serviceWorker.addEventListener('message', (event: MessageEvent<{ kind?: string; path?: string }>) => {
      if (event.data.kind === 'open' && event.data.path) go(event.data.path);
    });
    try {
      const registration = await navigator.serviceWorker.register('/worker.js', { updateViaCache: 'none' });
      const look = (): void => {
        if (registration.waiting && held) this.waiting = registration.waiting;
      };
      look();
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', look);
      });
      // Somebody who never reloads gets to know of it as well.
      setInterval(() => void registration.update().catch(() => {}), 30 * 60_000);
      addEventListener('online', () => void registration.update().catch(() => {}));
    } catch {
      // The desk works without it.
    }
  }

  /** Let the new version take over: the page is loaded anew, drafts are kept. */
  takeOver(): void {
    this.#asked = true;
    this.waiting?.postMessage('take-over');
  }
}

export const worker = new Worker();
