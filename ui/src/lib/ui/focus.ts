import { onDestroy } from 'svelte';

/**
 * Called by what opens over the page: when it goes, the focus is again where it was, unless it has been led elsewhere.
 *
 * Without this the next key would begin at the top of the page, and nobody without a mouse would see where they are.
 */
export function focusReturns(): void {
  const before = document.activeElement;
  onDestroy(() => setTimeout(() => {
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (lost && before instanceof HTMLElement && before.isConnected) before.focus();
  }));
}
