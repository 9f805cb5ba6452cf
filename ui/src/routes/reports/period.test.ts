import { expect, it } from 'vitest';
import { periodOf, today } from './period';

it('knows the times that people ask for', () => {
  expect(periodOf('today', '2026-03-01')).toEqual({ first: '2026-03-01', last: '2026-03-01' });
  expect(periodOf('yesterday', '2026-03-01')).toEqual({ first: '2026-02-28', last: '2026-02-28' });
  expect(periodOf('last-7', '2026-11-28')).toEqual({ first: '2026-11-22', last: '2026-11-28' });
  expect(periodOf('last-30', '2026-11-28')).toEqual({ first: '2026-10-30', last: '2026-11-28' });
  expect(periodOf('last-week', '2026-11-28')).toEqual({ first: '2026-11-16', last: '2026-11-22' });
  expect(periodOf('last-month', '2026-01-15')).toEqual({ first: '2025-12-01', last: '2025-12-31' });
  expect(periodOf('this-month', '2026-11-28')).toEqual({ first: '2026-11-01', last: '2026-11-28' });
});

it('counts days by the clock of the house', () => {
  expect(today(Date.parse('2026-11-28T23:30:00Z'), 'Europe/Berlin')).toBe('2026-11-29');
});
