import type { ConversationView, Customer } from '../api/types';
import type { Desk } from '../desk/desk.svelte';

/** Whether there is a line at all, and this person may answer customers: then numbers can be called. */
export function dials(desk: Desk): boolean {
  if (!desk.may('work.answer')) return false;
  for (const channel of desk.state.channels.values()) if (channel.medium === 'call' && !channel.archived) return true;
  return false;
}

/** The number of whom a conversation is with: the one they call from, else another that is known of them; empty for none. */
export function numberOf(view: ConversationView, customer: Customer): string {
  return [view.conversation.identity, ...customer.identities].find((one) => one.network === 'phone' && one.handle.startsWith('+'))?.handle ?? '';
}
