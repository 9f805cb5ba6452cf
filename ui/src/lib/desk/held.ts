import { api } from '../api/client';
import type { Message } from '../api/types';
import { t } from '../i18n/texts.svelte';
import type { Desk } from './desk.svelte';
import { sayFailure } from './say';
import type { Thread } from './thread.svelte';
import { ui } from './ui.svelte';

/** The answer of one's own in a thread that can still be taken back in its moment; of several the newest. */
export function graceIn(desk: Desk, thread: Thread | null): Message | null {
  return [...(thread?.messages ?? [])].reverse().find((m) => m.held?.state === 'grace' && m.author.id === desk.me.user.id) ?? null;
}

/** Take an answer back into the composer, from where it came. Nothing is lost when that is too late: it is sent. */
export async function takeBack(desk: Desk, message: Message, refill = true): Promise<void> {
  if (await change(desk, () => api.post(`/messages/${message.id}/withdraw`)) && refill) ui.handed = { kind: 'back', message };
}

export async function sendNow(desk: Desk, message: Message): Promise<void> {
  await change(desk, () => api.post(`/messages/${message.id}/send-now`));
}

export async function reschedule(desk: Desk, message: Message, sendAt: string, stops: boolean): Promise<void> {
  await change(desk, () => api.put(`/messages/${message.id}/send-at`, { send_at: sendAt, stops }));
}

export async function decide(desk: Desk, message: Message, approve: boolean, comment: string): Promise<boolean> {
  return change(desk, () => api.post(`/messages/${message.id}/decision`, { approve, comment }));
}

async function change(desk: Desk, ask: () => Promise<{ message: Message }>): Promise<boolean> {
  try {
    const { message } = await ask();
    desk.take({ messages: [message] });
    return true;
  } catch (error) {
    sayFailure(t('failed-verb'), error);
    return false;
  }
}
