import { describe, expect, it } from 'vitest';
import { dayName, span, twoUnits, urgency } from './time';

const now = Date.parse('2026-11-23T12:00:00Z');
const at = (minutes: number): string => new Date(now + minutes * 60_000).toISOString();

describe('urgency', () => {
  it('is over from the deadline on', () => expect(urgency(at(0), at(-60), now)).toBe('over'));
  it('is soon in the last quarter', () => expect(urgency(at(14), at(-46), now)).toBe('soon'));
  it('is soon in the last ten minutes of a short term', () => expect(urgency(at(9), at(-1), now)).toBe('soon'));
  it('is never soon earlier than an hour before', () => expect(urgency(at(90), at(-3000), now)).toBe('calm'));
  it('is calm before that', () => expect(urgency(at(40), at(-20), now)).toBe('calm'));
  it('does not exist without a deadline', () => expect(urgency(null, at(0), now)).toBe('none'));
});

describe('span', () => {
  it('takes the largest unit that fits, rounded down', () => {
    expect(span(59, 'de')).toBe('0 Min.');
    expect(span(3_599, 'en')).toBe('59 min');
    expect(span(7_300, 'de')).toBe('2 Std.');
    expect(span(86_400 * 5, 'de', 'long')).toBe('5 Tage');
  });
});

describe('twoUnits', () => {
  it('says the two largest units', () => {
    expect(twoUnits(200, 'en')).toBe('3 min 20 sec');
    expect(twoUnits(200, 'de')).toBe('3 Min. 20 Sek.');
    expect(twoUnits(3_900, 'en')).toBe('1 hr 5 min');
    expect(twoUnits(2 * 86_400 + 4 * 3_600 + 59, 'en')).toBe('2 days 4 hr');
  });
  it('rounds up into the next unit', () => {
    expect(twoUnits(59.7, 'en')).toBe('1 min');
    expect(twoUnits(3_599.6, 'en')).toBe('1 hr');
    expect(twoUnits(119.6, 'en')).toBe('2 min');
  });
  it('keeps a digit of what is short', () => {
    expect(twoUnits(0, 'en')).toBe('0 sec');
    expect(twoUnits(4.63, 'en')).toBe('4.6 sec');
    expect(twoUnits(42.4, 'en')).toBe('42 sec');
  });
});

describe('dayName', () => {
  it('speaks of today and yesterday', () => {
    expect(dayName(at(-1), now, 'de')).toBe('Heute');
    expect(dayName(at(-1_440), now, 'en')).toBe('Yesterday');
    expect(dayName('2025-03-01T12:00:00Z', now, 'en')).toContain('2025');
  });
});
