import { expect, it } from 'vitest';
import { closuresOf, draftOf, draftWrong, openingsOf, timeOf } from './calendar';

const calendar = {
  zone: 'Europe/Berlin', openings: [{ day: 'monday', opens: '00:00', closes: '24:00' }, { day: 'sunday', opens: '22:00', closes: '06:00' }],
  holidays: [{ date: '2026-12-24', hours: [{ opens: '09:00', closes: '12:00' }] }],
  closures: [{ begins_at: '2026-07-01T10:00:00.000Z', ends_at: '2026-07-01T12:00:00.000Z' }],
};

it.each([['9', '09:00'], ['930', '09:30'], ['9.30', '09:30'], ['09:30', '09:30'], ['24', '24:00'], ['later', 'later']])('%s is %s', (typed, time) => {
  expect(timeOf(typed)).toBe(time);
});

it('what was read is what is sent', () => {
  const draft = draftOf(calendar);
  expect(openingsOf(draft.week)).toEqual(calendar.openings);
  expect(draft.holidays).toEqual(calendar.holidays);
  expect(draft.closures).toEqual([{ begins: '2026-07-01T12:00', ends: '2026-07-01T14:00' }]);
  expect(closuresOf(draft, calendar.zone)).toEqual(calendar.closures);
  expect(draftWrong(draft)).toEqual({});
});

it('half a time, a day twice and an end before its beginning are told', () => {
  const draft = draftOf(calendar);
  draft.week[2] = [{ opens: '09:00', closes: '' }];
  draft.holidays.push({ date: '2026-12-24', hours: [] });
  draft.closures[0]!.ends = '2026-07-01T11:00';
  expect(draftWrong(draft)).toEqual({ openings: 'hours', holidays: 'twice', closures: 'closure' });
});
