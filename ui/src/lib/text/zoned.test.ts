import { describe, expect, it } from 'vitest';
import { instantOf, wallClock } from './zoned';

describe('a wall clock and its instant', () => {
  it.each([
    ['2026-12-24T13:00', 'Europe/Berlin', '2026-12-24T12:00:00.000Z'],
    ['2026-07-01T00:00', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
    ['2026-07-01T09:30', 'America/New_York', '2026-07-01T13:30:00.000Z'],
    ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
  ])('%s in %s', (wall, zone, instant) => {
    expect(instantOf(wall, zone)).toBe(instant);
    expect(wallClock(instant, zone)).toBe(wall);
  });

  it('a time that the clocks leave out is a later one', () => {
    expect(instantOf('2026-03-29T02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
  });
});
