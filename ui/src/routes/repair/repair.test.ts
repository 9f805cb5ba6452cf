import { expect, it } from 'vitest';
import { summed } from './repair.svelte';

it('adds counts up by channel and by what went wrong, most first', () => {
  const counts = [
    { channel_id: 'a', code: 'too_long', count: 1, oldest_at: '' }, { channel_id: 'b', code: 'gone', count: 4, oldest_at: '' },
    { channel_id: 'a', code: 'gone', count: 2, oldest_at: '' },
  ];
  expect(summed(counts, 'channel_id')).toEqual([{ key: 'b', count: 4 }, { key: 'a', count: 3 }]);
  expect(summed(counts, 'code')).toEqual([{ key: 'gone', count: 6 }, { key: 'too_long', count: 1 }]);
});
