import type { Message, Offer, WorkItem, WorkView } from '../api/types';
import type { Command } from './commands';
import { address, NOTHING, type ListFilter, type Narrowing } from './filter';
import type { Thread } from './thread.svelte';

export type DialogName = 'transfer' | 'consult' | 'decline' | 'park' | 'erase' | 'commands' | 'shortcuts' | 'away' | 'why' | 'assign' | 'priority' | 'value' | 'tags' | 'block' | 'view-save' | 'case-open' | 'case-add' | 'bonds' | 'split' | 'presence' | 'dial';

/** A wish that nobody took up in time is forgotten: the focus must not jump later. */
interface Wish { mode: 'answer' | 'note'; conversationId: string; until: number }

/** What the composer of a conversation is to take in. */
export type Handed =
  | { kind: 'back'; message: Message }
  | { kind: 'forward'; message: Message; reply: boolean }
  | { kind: 'whisper'; message: Message };

/** What the page itself remembers: which part is open, and what the commands act on. */
class Ui {
  dialog = $state<DialogName | null>(null);
  /** The offer that is about to be declined; the next one must not be declined for its reason. */
  declining = $state.raw<Offer | null>(null);
  view = $state<WorkView>('waiting');
  queue = $state('');
  channel = $state('');
  /** What the list is narrowed by besides. */
  narrow = $state.raw<Narrowing>(NOTHING);
  /** The conversation on the screen. */
  thread = $state.raw<Thread | null>(null);
  /** Who wants to write what, and where; the composer of that conversation takes it up as soon as it can. */
  wish = $state.raw<Wish | null>(null);
  /** An answer that was taken back, or a message to pass on; the composer of its conversation takes it up. */
  handed = $state.raw<Handed | null>(null);
  /** The held answer whose time is chosen; null: that of the answer being written. */
  timing = $state.raw<{ message: Message | null; choose: (at: string, stops: boolean) => void } | null>(null);
  /** Whether the customer's conversations on all channels are shown as one. */
  wholeHistory = $state(false);
  /** Opens the list of canned answers; set by the composer while it can. */
  insertCanned: (() => void) | null = null;
  /** Steps through the list; set by the list while it is on the screen. */
  step: ((by: number) => WorkItem | null) | null = null;
  focusList: (() => void) | null = null;
  /** Picks the row that is chosen, or all up to it, or all; set by the list while it is on the screen. */
  pick: ((how: 'one' | 'range' | 'all') => void) | null = null;
  /** What the page on the screen can do besides; in the command menu while it shows. */
  here: (() => Command[]) | null = null;
  /** What can be done with the phone; set while there is one. */
  phone: (() => Command[]) | null = null;
  /** The number that is about to be called, and the work whose customer it is, if it is of any. */
  dialling = $state.raw<{ number: string; interactionId?: string | undefined }>({ number: '' });
  /** The units of work that ring at the phone: they show there. */
  ringing = $state.raw<string[]>([]);
  /** On a narrow screen one part is shown at a time. */
  narrowPanel = $state(false);

  askWhy(offer: Offer): void {
    this.declining = offer;
    this.dialog = 'decline';
  }

  askDial(number: string, interactionId?: string): void {
    this.dialling = { number, interactionId };
    this.dialog = 'dial';
  }

  askCompose(mode: 'answer' | 'note', conversationId = this.thread?.id): void {
    if (conversationId) this.wish = { mode, conversationId, until: Date.now() + 3_000 };
  }

  /** Somebody is about to write: keys that come before the composer has the focus are text, not commands. */
  get aboutToWrite(): boolean {
    return this.wish !== null && this.wish.until > Date.now();
  }
}

export const ui = new Ui();

export function workAddress(conversationId?: string): string {
  return address(listFilter(), conversationId);
}

/** Return what the list on the screen shows. */
export function listFilter(): ListFilter {
  return { ...ui.narrow, view: ui.view, queue: ui.queue, channel: ui.channel };
}
