/** Days as the API takes them, `2026-11-28`, and the times that people ask for. */

export interface Period { first: string; last: string }
export const PRESETS = ['today', 'yesterday', 'last-7', 'last-week', 'last-30', 'this-month', 'last-month', 'last-90', 'last-365'] as const;
export type Preset = (typeof PRESETS)[number];

const DAY = 86_400_000;

export function iso(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

export function addDays(day: string, days: number): string {
  return iso(Date.parse(`${day}T00:00:00Z`) + days * DAY);
}

/** Return the day that it is in a time zone. */
export function today(now: number, zone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
}

/** Return the days of a preset. Today counts, but for whole times that are over; figures about people stop at yesterday by themselves. */
export function periodOf(preset: Preset, today: string): Period {
  const yesterday = addDays(today, -1);
  if (preset === 'today') return { first: today, last: today };
  if (preset === 'yesterday') return { first: yesterday, last: yesterday };
  if (preset === 'last-week') {
    const weekday = (new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7;
    const monday = addDays(today, -weekday - 7);
    return { first: monday, last: addDays(monday, 6) };
  }
  if (preset === 'this-month') return { first: `${today.slice(0, 8)}01`, last: today };
  if (preset === 'last-month') {
    const last = addDays(`${today.slice(0, 8)}01`, -1);
    return { first: `${last.slice(0, 8)}01`, last };
  }
  return { first: addDays(today, 1 - Number(preset.slice(5))), last: today };
}
