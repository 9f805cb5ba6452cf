import { describe, expect, it } from 'vitest';
import { exactSpan, unitOf } from './spans';

describe('a span is written in the unit that suits it', () => {
  it.each([[86_400, 86_400], [7_200, 3_600], [300, 60], [90, 1], [30, 1], [null, 60], [0, 60]])('%s s in units of %s s', (seconds, unit) => {
    expect(unitOf(seconds)).toBe(unit);
  });

  it.each([[90, '1 min 30 sec'], [300, '5 min'], [0, '0 sec'], [86_400, '1 day'], [90_061, '1 day 1 hr']])('%s s is %s', (seconds, words) => {
    expect(exactSpan(seconds, 'en-US')).toBe(words);
  });
});
