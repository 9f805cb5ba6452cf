import { expect, test } from 'vitest';
import { piecesOf, without, writtenAt, written } from './search-filters';

const names = new Set(['tag', 'queue']);

test('filters are found among words, with and without quotes', () => {
  const query = 'paket tag:vip queue:"Zweite Ebene" http://x.de';
  const pieces = piecesOf(query, names);
  expect(pieces.map((p) => [p.name, p.value])).toEqual([['tag', 'vip'], ['queue', 'Zweite Ebene']]);
  expect(without(query, pieces[1]!)).toBe('paket tag:vip http://x.de');
});

test('what is written at the cursor is known, also within quotes', () => {
  expect(writtenAt('paket tag:vi', 12)).toEqual({ start: 6, name: 'tag', value: 'vi' });
  expect(writtenAt('paket ta', 8)).toEqual({ start: 6, name: null, value: 'ta' });
  expect(writtenAt('queue:"Zweite E', 15)).toEqual({ start: 0, name: 'queue', value: 'Zweite E' });
  expect(written('queue', 'Zweite Ebene')).toBe('queue:"Zweite Ebene"');
});
