import type { WorkItem, WorkView } from '../api/types';
import type { Thread } from './thread.svelte';

export type DialogName = 'transfer' | 'park' | 'erase' | 'commands' | 'shortcuts' | 'away';

/** What the page itself remembers: which part is open, and what the commands act on. */
class Ui {
  dialog = $state<DialogName | null>(null);
  view = $state<WorkView>('waiting');
  queue = $state('');
  channel = $state('');
  /** The conversation on the screen. */
  thread = $state.raw<Thread | null>(null);
  /** Rises when the composer shall take the focus, in the mode given with it. */
  compose = $state.raw<{ mode: 'answer' | 'note'; n: number }>({ mode: 'answer', n: 0 });
  /** Steps through the list; set by the list while it is on the screen. */
  step: ((by: number) => WorkItem | null) | null = null;
  focusList: (() => void) | null = null;
  /** On a narrow screen one part is shown at a time. */
  narrowPanel = $state(false);

  askCompose(mode: 'answer' | 'note'): void {
    this.compose = { mode, n: this.compose.n + 1 };
  }
}

export const ui = new Ui();

export function workAddress(conversationId?: string): string {
  const query = new URLSearchParams();
  if (ui.queue) query.set('queue', ui.queue);
  if (ui.channel) query.set('channel', ui.channel);
  const text = query.toString();
  return `/work/${ui.view}${conversationId ? `/${conversationId}` : ''}${text ? `?${text}` : ''}`;
}
