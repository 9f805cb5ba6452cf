import { expect, it } from 'vitest';
import { uuid7 } from './uuid7';

it('carries version, variant and time, and sorts by time', () => {
  const early = uuid7(Date.parse('2026-11-23T12:00:00Z'));
  const late = uuid7(Date.parse('2026-11-23T12:00:01Z'));
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(early.replace('-', '').slice(0, 12), 16)).toBe(Date.parse('2026-11-23T12:00:00Z'));
  expect(early < late).toBe(true);
});
