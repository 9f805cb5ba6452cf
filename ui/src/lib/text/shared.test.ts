import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TextUnit } from '../api/types';
import { countText } from './count';

interface Example { text: string; unit: TextUnit; length: number; url_cost?: number; domain_free?: boolean }

// The server refuses what is too long; desk and server are held to one table.
const examples = JSON.parse(readFileSync('../tests/fixtures/lengths.json', 'utf8')) as Example[];

describe('desk and server count alike', () => {
  it.each(examples.map((e) => [e.unit, e.text, e] as const))('%s: %s', (_unit, _text, e) => {
    const limit = { unit: e.unit, maximum: null, url_cost: e.url_cost ?? null, mention_domain_free: e.domain_free ?? false };
    expect(countText(e.text, limit)).toBe(e.length);
  });
});
