import type { Opening } from '../api/types';

export const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** Return a day's name; `short` as "Mo" or "Mon". */
export function dayWord(day: number, locale: string, length: 'short' | 'long' = 'long'): string {
  // The first of January 2024 was a Monday.
  return new Intl.DateTimeFormat(locale, { weekday: length, timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day));
}

/** Return openings of a week in few words: days alike in a row stand together. */
export function weekWords(openings: readonly Opening[], locale: string): string {
  const hours = DAYS.map((day) => openings.filter((o) => o.day === day).map((o) => `${o.opens}–${o.closes}`).sort().join(', '));
  const parts: string[] = [];
  for (let first = 0; first < 7; ) {
    let last = first;
    while (last + 1 < 7 && hours[last + 1] === hours[first]) last += 1;
    if (hours[first]) {
      const days = dayWord(first, locale, 'short') + (last > first ? `–${dayWord(last, locale, 'short')}` : '');
      parts.push(`${days} ${hours[first]}`);
    }
    first = last + 1;
  }
  return parts.join('; ');
}
