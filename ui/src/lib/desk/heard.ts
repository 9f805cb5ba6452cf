import type { Frame } from '../api/types';
import type { Desk } from './desk.svelte';
import { ring } from './sound';

/** Sound for what a frame brings to this person: a customer writes in what they have in hand, somebody names them, a deadline passes. */
export function hear(desk: Desk, frame: Frame): void {
  const me = desk.me.user.id;
  const mine = frame.work?.some((one) => one.interaction.agent_id === me) ?? false;
  if (frame.type === 'message.received' && mine && frame.messages?.some((one) => one.direction === 'in')) ring('message');
  if (frame.type === 'interaction.breached' && mine) ring('deadline');
  const named = (frame as { mentions?: { user_id?: string }[] }).mentions ?? [];
  if (frame.type === 'note.mentioned' && named.some((one) => one.user_id === undefined || one.user_id === me)) ring('mention');
}
