/** Units that people write spans of time in, largest first, with their seconds. */
export const SPAN_UNITS = [['days', 86_400], ['hours', 3_600], ['minutes', 60], ['seconds', 1]] as const;

/** Return the seconds of the largest unit in which this span is a whole number; minutes for none. */
export function unitOf(seconds: number | null): number {
  if (seconds === null || seconds === 0) return 60;
  return SPAN_UNITS.find(([, size]) => seconds % size === 0)?.[1] ?? 1;
}

/** Return a span exactly, in its own unit and at most two of them: "90 s" as "1 Min. 30 Sek.". */
export function exactSpan(seconds: number, locale: string): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [unit, size] of SPAN_UNITS) {
    const n = Math.floor(rest / size);
    if (n > 0 || (size === 1 && parts.length === 0)) {
      parts.push(new Intl.NumberFormat(locale, { style: 'unit', unit: unit.slice(0, -1), unitDisplay: 'short' }).format(n));
      rest -= n * size;
    }
    if (parts.length === 2 || (rest === 0 && parts.length > 0)) break;
  }
  return parts.join(' ');
}
