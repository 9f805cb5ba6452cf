import { expect, it } from 'vitest';
import { DAYS, weekWords } from './week';

const open = (days: readonly string[], opens: string, closes: string) => days.map((day) => ({ day, opens, closes }));

it('days alike stand together, closed days are left out', () => {
  const week = [...open(DAYS.slice(0, 4), '09:00', '17:00'), ...open(['friday'], '09:00', '13:00'), ...open(['friday'], '14:00', '15:00')];
  expect(weekWords(week, 'en-GB')).toBe('Mon–Thu 09:00–17:00; Fri 09:00–13:00, 14:00–15:00');
  expect(weekWords([], 'en-GB')).toBe('');
});
