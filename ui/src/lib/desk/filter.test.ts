import { expect, test } from 'vitest';
import type { WorkItem } from '../api/types';
import { address, fromSaved, meets, narrowingOf, NOTHING, saved, type ListFilter } from './filter';

const item = {
  interaction: { id: 'i', channel_id: 'c', state: 'active', agent_id: 'me', skills: [{ skill: 'billing', level: 1 }], language: 'de', due_at: '2026-11-28T10:00:00Z' },
  conversation: { customer_id: 'k', tags: ['vip'] }, network: 'mastodon',
} as unknown as WorkItem;
const list = (more: Partial<ListFilter>): ListFilter => ({ view: 'open', queue: '', channel: '', ...more });
const does = (more: Partial<ListFilter>, now = '2026-11-28T09:30:00Z'): boolean => meets(item, list(more), 'me', Date.parse(now), () => 'mail');

test('what an item is, is found; what it is not, is not', () => {
  const is: Partial<ListFilter> = { network: 'mastodon', skill: 'billing', tag: 'vip', work_class: 'mail', state: 'active', language: 'de', customer: 'k', agent: 'me', due: 'soon' };
  expect(does(is)).toBe(true);
  for (const name of Object.keys(is)) expect(does({ ...is, [name]: name === 'agent' ? 'none' : name === 'due' ? 'over' : 'else' }), name).toBe(false);
  expect(does({ due: 'over' }, '2026-11-28T10:00:01Z')).toBe(true);
});

test('a filter survives the address and the server', () => {
  const filter = list({ ...NOTHING, queue: 'q', tag: 'vip', sort: 'newest' });
  expect(fromSaved(saved(filter))).toEqual(filter);
  const query = new URLSearchParams(address(filter).split('?')[1]);
  expect({ ...narrowingOf(query), queue: query.get('queue') }).toMatchObject({ tag: 'vip', sort: 'newest', queue: 'q' });
});
