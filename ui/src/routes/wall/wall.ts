import { span } from '../../lib/text/time';

export interface People { available: number; busy: number; away: number; wrap_up: number; offline: number }

/** The figures of a queue, channel, skill or medium; see `WallRow` of the API. */
export interface WallRow {
  key: string; waiting: number; longest_since: string | null; active: number; parked: number; wrap_up: number; arrived: number;
  moved_in: number; handled: number; abandoned: number; answered: number; in_time: number; late: number; level: number | null;
  people: People | null;
}

export interface Threshold {
  queue_id: string | null; waiting_warn: number | null; waiting_alarm: number | null; longest_warn_s: number | null;
  longest_alarm_s: number | null; level_warn: number | null; level_alarm: number | null;
}

export interface Wall {
  at: string; total: WallRow; queues: WallRow[]; channels: WallRow[]; skills: WallRow[]; media: WallRow[]; thresholds: Threshold[];
}

export type Mood = 'calm' | 'warn' | 'alarm';
export interface Moods { waiting: Mood; longest: Mood; level: Mood; worst: Mood }

const ORDER: Mood[] = ['calm', 'warn', 'alarm'];
const GROUPS = ['queues', 'channels', 'skills', 'media'] as const;
export type Group = (typeof GROUPS)[number];

export function emptyRow(key: string): WallRow {
  return {
    key, waiting: 0, longest_since: null, active: 0, parked: 0, wrap_up: 0, arrived: 0, moved_in: 0, handled: 0, abandoned: 0,
    answered: 0, in_time: 0, late: 0, level: null, people: null,
  };
}

/** Put a wallboard together from the values of its live topic; null before its first ones have come. */
export function wallFrom(values: ReadonlyMap<string, unknown>, at: string): Wall | null {
  const total = values.get('total') as WallRow | undefined;
  if (!total) return null;
  const wall: Wall = { at, total, queues: [], channels: [], skills: [], media: [], thresholds: (values.get('thresholds') as Threshold[] | undefined) ?? [] };
  for (const [name, value] of values) {
    const group = GROUPS.find((one) => name.startsWith(`${one}/`));
    if (group) wall[group].push(value as WallRow);
  }
  return wall;
}

/** Return the thresholds that hold for a queue: its own, else the house's. */
export function thresholdOf(thresholds: readonly Threshold[], queueId: string | null): Threshold | undefined {
  return thresholds.find((one) => one.queue_id === queueId) ?? thresholds.find((one) => one.queue_id === null);
}

/** Return since how many seconds the one that waits longest waits; null while none does. */
export function longest(row: WallRow, now: number): number | null {
  return row.longest_since === null ? null : Math.max(0, (now - Date.parse(row.longest_since)) / 1000);
}

/** Judge a row by its thresholds. A figure that is not there is calm. */
export function moods(row: WallRow, threshold: Threshold | undefined, now: number): Moods {
  const high = (value: number | null, warn: number | null | undefined, alarm: number | null | undefined): Mood => {
    if (value === null) return 'calm';
    return alarm != null && value >= alarm ? 'alarm' : warn != null && value >= warn ? 'warn' : 'calm';
  };
  const low = (value: number | null, warn: number | null | undefined, alarm: number | null | undefined): Mood =>
    high(value === null ? null : -value, warn == null ? null : -warn, alarm == null ? null : -alarm);
  const waiting = high(row.waiting, threshold?.waiting_warn, threshold?.waiting_alarm);
  const oldest = high(longest(row, now), threshold?.longest_warn_s, threshold?.longest_alarm_s);
  const level = low(row.level, threshold?.level_warn, threshold?.level_alarm);
  const worst = [waiting, oldest, level].reduce((a, b) => (ORDER.indexOf(b) > ORDER.indexOf(a) ? b : a));
  return { waiting, longest: oldest, level, worst };
}

/** Return the mood of the whole: the worst of its queues. Thresholds are set for queues; of all of them together they say nothing. */
export function worstOf(rows: readonly WallRow[], thresholds: readonly Threshold[], now: number): Moods {
  const all = rows.map((row) => moods(row, thresholdOf(thresholds, row.key), now));
  const worst = (part: keyof Moods): Mood => ORDER[Math.max(0, ...all.map((one) => ORDER.indexOf(one[part])))]!;
  return { waiting: worst('waiting'), longest: worst('longest'), level: worst('level'), worst: worst('worst') };
}

/** Put rows in their order: what is worst first, then what waits most, then by name. */
export function ordered(rows: readonly WallRow[], thresholds: readonly Threshold[], now: number, name: (row: WallRow) => string): WallRow[] {
  const weight = (row: WallRow): number => ORDER.indexOf(moods(row, thresholdOf(thresholds, row.key), now).worst);
  return [...rows].sort((a, b) => weight(b) - weight(a) || b.waiting - a.waiting || name(a).localeCompare(name(b)));
}

/** Cut rows into pages that fit a screen. */
export function pages<T>(rows: readonly T[], size: number): T[][] {
  const found: T[][] = [];
  for (let i = 0; i < rows.length; i += Math.max(1, size)) found.push(rows.slice(i, i + Math.max(1, size)));
  return found;
}

/** Return a span for a figure: minutes and seconds below an hour, "1 h 05" below a day, else its largest unit. */
export function shortSpan(seconds: number | null, locale: string): string {
  if (seconds === null) return '–';
  const s = Math.floor(seconds);
  if (s < 3_600) return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  if (s < 86_400) return `${Math.floor(s / 3_600)} h ${String(Math.floor((s % 3_600) / 60)).padStart(2, '0')}`;
  return span(s, locale);
}

/** Return a share as whole percent; a promise that was broken once never shows as all kept. */
export function percent(share: number | null, locale: string): string {
  if (share === null) return '–';
  const shown = share < 1 ? Math.min(share, 0.99) : 1;
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(shown);
}
