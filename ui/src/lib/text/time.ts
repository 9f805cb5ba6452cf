/** Words for spans and moments. All take `now` in milliseconds, so that one clock drives the page. */

export type Urgency = 'none' | 'calm' | 'soon' | 'over';

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60]];
const formats = new Map<string, Intl.NumberFormat>();
const relatives = new Map<string, Intl.RelativeTimeFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();

function number(locale: string, unit: string, display: 'short' | 'long'): Intl.NumberFormat {
  const key = `${locale} ${unit} ${display}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: display, maximumFractionDigits: 0 });
    formats.set(key, format);
  }
  return format;
}

function dates(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  let format = dateFormats.get(key);
  if (!format) dateFormats.set(key, (format = new Intl.DateTimeFormat(locale, options)));
  return format;
}

/** Return a span in its largest fitting unit, rounded down: "42 Min.", "3 Std.", "5 Tage". Below a minute: "0 Min." */
export function span(seconds: number, locale: string, display: 'short' | 'long' = 'short'): string {
  const s = Math.max(0, seconds);
  const [unit, size] = UNITS.find(([, size]) => s >= size) ?? UNITS[2]!;
  return number(locale, unit, display).format(Math.floor(s / size));
}

/** Return a span in its two largest units, rounded: "3 min 20 s", "1 h 5 min", "2 days 4 h"; below ten seconds with one digit. */
export function twoUnits(seconds: number, locale: string): string {
  const s = Math.max(0, seconds);
  if (s < 9.95) return new Intl.NumberFormat(locale, { style: 'unit', unit: 'second', unitDisplay: 'short', maximumFractionDigits: 1 }).format(s);
  const steps: readonly [string, number][] = [['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];
  let place = steps.findIndex(([, size]) => s >= size);
  // Rounded to the lesser unit first: 59.7 s are a minute, and 3,599.6 s an hour.
  const lesser = steps[Math.min(place + 1, 3)]![1];
  const whole = Math.round(s / lesser) * lesser;
  place = steps.findIndex(([, size]) => whole >= size);
  const [unit, size] = steps[place]!;
  const rest = steps[place + 1];
  const words = [number(locale, unit, 'short').format(Math.floor(whole / size))];
  if (rest && whole % size >= rest[1]) words.push(number(locale, rest[0], 'short').format(Math.floor((whole % size) / rest[1])));
  return words.join(' ');
}

/** Return seconds as a span with seconds, for counts of less than two minutes. */
export function seconds(n: number, locale: string): string {
  return number(locale, 'second', 'short').format(Math.max(0, Math.ceil(n)));
}

/** Return how pressing a deadline is: over, soon (less than a quarter of the time or ten minutes left), or calm. */
export function urgency(dueAt: string | null, since: string, now: number): Urgency {
  if (dueAt === null) return 'none';
  const due = Date.parse(dueAt);
  if (due <= now) return 'over';
  const whole = Math.max(due - Date.parse(since), 1);
  return due - now < Math.max(Math.min(whole / 4, 3_600_000), 600_000) ? 'soon' : 'calm';
}

export function clockTime(at: string, locale: string): string {
  return dates(locale, 'clock', { hour: '2-digit', minute: '2-digit' }).format(Date.parse(at));
}

export function fullTime(at: string, locale: string): string {
  return dates(locale, 'full', { dateStyle: 'full', timeStyle: 'short' }).format(Date.parse(at));
}

export function shortDate(at: string, locale: string): string {
  return dates(locale, 'date', { day: 'numeric', month: 'short', year: 'numeric' }).format(Date.parse(at));
}

/** Return the local calendar day, as key for grouping. */
export function dayKey(at: string | number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** Return "today", "yesterday" in the language's words, else the weekday and date. */
export function dayName(at: string, now: number, locale: string): string {
  const days = Math.round((midnight(Date.parse(at)) - midnight(now)) / 86_400_000);
  if (days === 0 || days === -1) {
    let relative = relatives.get(locale);
    if (!relative) relatives.set(locale, (relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })));
    const words = relative.format(days, 'day');
    return words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const options: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
  return dates(locale, sameYear ? 'day' : 'dayYear', sameYear ? options : { ...options, year: 'numeric' }).format(
    Date.parse(at),
  );
}

/** Return the clock time today, else the date: as short as the reader needs. */
export function shortMoment(at: string, now: number, locale: string): string {
  if (dayKey(at) === dayKey(now)) return clockTime(at, locale);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? dates(locale, 'dayMonth', { day: 'numeric', month: 'short' }).format(Date.parse(at))
    : shortDate(at, locale);
}

function midnight(ms: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}
