import { describe, expect, it } from 'vitest';
import { addresses, bare, isAddress } from './letter';

describe('the heads of a letter', () => {
  it('says a subject once, however often it was answered and passed on', () => {
    expect(bare('AW: Re: WG: Fwd:  Zähler')).toBe('Zähler');
    expect(bare('Reklamation: Re: Zähler')).toBe('Reklamation: Re: Zähler');
  });

  it('finds the addresses that people type', () => {
    expect(addresses(' a@x.de; b@y.de,\nc@z.de  ')).toEqual(['a@x.de', 'b@y.de', 'c@z.de']);
    expect(addresses('')).toEqual([]);
    expect(['a@x.de', 'a@x', '@x.de', 'a b@x.de'].map(isAddress)).toEqual([true, false, false, false]);
  });
});
