import { describe, expect, it } from 'vitest';
import type { TextLimit, TextUnit } from '../api/types';
import { countText } from './count';
import { countGsm7, septets } from './gsm7';

const limit = (unit: TextUnit, more: Partial<TextLimit> = {}): TextLimit => ({
  unit, maximum: null, url_cost: null, mention_domain_free: false, ...more,
});

const FAMILY = '👨‍👩‍👧‍👦';
const FLAG = '🇩🇪';
const KEYCAP = '3️⃣';
const DECOMPOSED = 'a\u0308';

describe('a text is counted in the unit of its network', () => {
  it.each<[string, TextUnit, number]>([
    ['Größe', 'chars', 5],
    ['Größe', 'utf8', 7],
    ['Größe', 'utf16', 5],
    ['Größe', 'graphemes', 5],
    ['Größe', 'weighted', 5],
    [FAMILY, 'chars', 7],
    [FAMILY, 'utf8', 25],
    [FAMILY, 'utf16', 11],
    [FAMILY, 'graphemes', 1],
    [FAMILY, 'weighted', 2],
    [FLAG, 'graphemes', 1],
    [FLAG, 'weighted', 2],
    [KEYCAP, 'weighted', 2],
    [DECOMPOSED, 'chars', 2],
    [DECOMPOSED, 'graphemes', 1],
    [DECOMPOSED, 'weighted', 1],
    ['日本語', 'weighted', 6],
    ['日本語', 'graphemes', 3],
    ['a\r\nb', 'graphemes', 3],
    ['„Hallo“ – gut', 'weighted', 13],
    ['', 'weighted', 0],
  ])('%s in %s is %i', (text, unit, n) => {
    expect(countText(text, limit(unit))).toBe(n);
  });
});

describe('links', () => {
  const x = limit('weighted', { url_cost: 23 });
  const mastodon = limit('graphemes', { url_cost: 23 });

  it('cost the same however long they are', () => {
    const long = `https://example.com/${'a'.repeat(300)}`;
    expect(countText(`Siehe ${long}`, x)).toBe(6 + 23);
    expect(countText('https://a.de', mastodon)).toBe(23);
  });
  it('end before the punctuation of the sentence', () => {
    expect(countText('https://example.com/hilfe.', mastodon)).toBe(24);
    expect(countText('(https://example.com/hilfe)', mastodon)).toBe(25);
    expect(countText('https://example.com/Wien_(Stadt)', mastodon)).toBe(23);
  });
  it('count without a scheme only where the network does so', () => {
    expect(countText('example.com', x)).toBe(23);
    expect(countText('example.com', mastodon)).toBe(11);
    expect(countText('hilfe@example.com', x)).toBe(17);
    expect(countText('Das war gut.Danke', x)).toBe(17);
  });
  it('cost their length where no price is set', () => {
    expect(countText('https://a.de', limit('chars'))).toBe(12);
  });
});

describe('mentions', () => {
  const free = limit('graphemes', { mention_domain_free: true });
  it('leave out the host', () => {
    expect(countText('@jo@social.example.org hallo', free)).toBe('@jo hallo'.length);
    expect(countText('@a.b@c.de @d@e.fr', free)).toBe('@a.b @d'.length);
  });
  it('do not swallow mail addresses', () => {
    expect(countText('hilfe@example.org', free)).toBe('hilfe@example.org'.length);
  });
});

describe('GSM 03.38', () => {
  it('counts escaped characters twice', () => {
    expect(septets('10 €')).toBe(5);
    expect(septets('Grüße')).toBe(5);
  });
  it('falls back to UCS-2 for the whole text', () => {
    expect(septets('Привет')).toBeNull();
    expect(countGsm7('П'.repeat(70))).toBe(160);
    expect(countGsm7('П'.repeat(71))).toBeGreaterThan(160);
  });
});
