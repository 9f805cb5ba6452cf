import type { Command } from './commands';
import { ui } from './ui.svelte';

/** Offer the commands of the page on the screen in the command menu, for as long as the page is there. Call while a page is made. */
export function commandsHere(made: () => Command[]): void {
  $effect(() => {
    ui.here = made;
    return () => {
      if (ui.here === made) ui.here = null;
    };
  });
}
