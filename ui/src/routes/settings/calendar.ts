import type { Calendar, Closure, Holiday, Hours, Opening } from '../../lib/api/types';
import { DAYS } from '../../lib/text/week';
import { instantOf, wallClock } from '../../lib/text/zoned';

/** A calendar while it is edited: seven days with their hours, days of their own hours, closures by the zone's wall clock. */
export interface CalendarDraft { week: Hours[][]; holidays: Holiday[]; closures: { begins: string; ends: string }[] }

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** Return a time of day as it is written, from what people type: "9", "930", "9.30", "09:30"; else what was typed. */
export function timeOf(typed: string): string {
  const parts = /^(\d{1,2})(?:[:.h ]?(\d{2}))?$/.exec(typed.trim());
  return parts ? `${parts[1]!.padStart(2, '0')}:${parts[2] ?? '00'}` : typed.trim();
}

export function draftOf(calendar: Pick<Calendar, 'openings' | 'holidays' | 'closures' | 'zone'>): CalendarDraft {
  return {
    week: DAYS.map((day) => calendar.openings.filter((o) => o.day === day).map(({ opens, closes }) => ({ opens, closes }))),
    holidays: calendar.holidays.map((h) => ({ date: h.date, hours: h.hours.map((hours) => ({ ...hours })) })),
    closures: calendar.closures.map((c) => ({ begins: wallClock(c.begins_at, calendar.zone), ends: wallClock(c.ends_at, calendar.zone) })),
  };
}

export function openingsOf(week: readonly Hours[][]): Opening[] {
  return week.flatMap((hours, day) => hours.map(({ opens, closes }) => ({ day: DAYS[day]!, opens, closes })));
}

export function closuresOf(draft: CalendarDraft, zone: string): Closure[] {
  return draft.closures.map((c) => ({ begins_at: instantOf(c.begins, zone), ends_at: instantOf(c.ends, zone) }));
}

export type CalendarWrong = 'hours' | 'date' | 'twice' | 'closure';

/** Return what is wrong with a draft before it is sent; what the times mean together is for the server to judge. */
export function draftWrong(draft: CalendarDraft): { openings?: CalendarWrong; holidays?: CalendarWrong; closures?: CalendarWrong } {
  const whole = (hours: Hours): boolean => TIME.test(hours.opens) && (TIME.test(hours.closes) || hours.closes === '24:00');
  const dates = draft.holidays.map((h) => h.date);
  const found: ReturnType<typeof draftWrong> = {};
  if (!draft.week.flat().every(whole)) found.openings = 'hours';
  if (dates.includes('')) found.holidays = 'date';
  else if (new Set(dates).size < dates.length) found.holidays = 'twice';
  else if (!draft.holidays.flatMap((h) => h.hours).every(whole)) found.holidays = 'hours';
  if (!draft.closures.every((c) => c.begins !== '' && c.ends !== '' && c.begins < c.ends)) found.closures = 'closure';
  return found;
}
