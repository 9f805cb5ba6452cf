import type { Frame } from '../api/types';
import type { Desk } from './desk.svelte';
import { ring } from './sound';

// What was written before is no news.
const BEGAN = Date.now();

/**
 * Sound for what a frame brings to this person: a customer writes in what they have in hand, somebody names them, a deadline passes.
 * It is asked before the desk takes the frame over, so that news can be told from what is known.
 * What was written comes only to desks that show the conversation; that something was written comes with the work, to all.
 */
export function hear(desk: Desk, frame: Frame): void {
  const me = desk.me.user.id;
  const own = (frame.work ?? []).filter((one) => one.interaction.agent_id === me);
  const mine = own.length > 0;
  const news = own.some(({ interaction, last }) => {
    const known = desk.state.work.get(interaction.id)?.last;
    return last?.direction === 'in' && Date.parse(last.said_at) > (known ? Date.parse(known.said_at) : BEGAN);
  });
  if (news) ring('message');
  if (frame.type === 'interaction.breached' && mine) ring('deadline');
  const named = (frame as { mentions?: { user_id?: string }[] }).mentions ?? [];
  if (frame.type === 'note.mentioned' && named.some((one) => one.user_id === undefined || one.user_id === me)) ring('mention');
}
