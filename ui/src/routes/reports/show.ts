import type { Report, ReportColumn, ReportRow } from '../../lib/api/reports';
import { languageName } from '../../lib/desk/words';
import { t, texts } from '../../lib/i18n/texts.svelte';
import { exactSpan } from '../../lib/text/spans';

/** Return a figure as people read it; a dash where there is none, or none may be shown. */
export function figure(value: number | null | undefined, unit: ReportColumn['unit']): string {
  if (value === null || value === undefined) return '–';
  if (unit === 'count') return texts.number(value, 0);
  if (unit === 'share') return new Intl.NumberFormat(texts.locale, { style: 'percent', maximumFractionDigits: 1 }).format(value);
  return exactSpan(value < 60_000 ? value / 1000 : Math.round(value / 60_000) * 60, texts.locale);
}

/** Return by how much a figure changed, as a share; null when there is nothing to hold it against. */
export function change(row: ReportRow, column: ReportColumn): number | null {
  const [now, before] = [row.values[column.key], row.before?.[column.key]];
  return now == null || before == null || before === 0 ? null : now / before - 1;
}

export function changeWords(share: number): string {
  return new Intl.NumberFormat(texts.locale, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' }).format(share);
}

const days = new Map<string, Intl.DateTimeFormat>();

function dayName(day: string, style: 'day' | 'month'): string {
  const key = `${texts.locale} ${style}`;
  let format = days.get(key);
  if (!format) days.set(key, (format = new Intl.DateTimeFormat(texts.locale, style === 'day' ? { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' } : { month: 'long', year: 'numeric', timeZone: 'UTC' })));
  return format.format(Date.parse(`${day.length === 7 ? `${day}-01` : day}T00:00:00Z`));
}

/** Return what a row is of. */
export function rowName(report: Report, row: ReportRow): string {
  if (row.key === null) return t('report-small-groups');
  if (report.by === 'day' || report.by === 'week') return dayName(row.key, 'day');
  if (report.by === 'month') return dayName(row.key, 'month');
  if (report.by === 'medium') return t(`medium-${row.key}`);
  if (report.by === 'language') return languageName(row.key) || t('report-none');
  return texts.pick(row.name, row.key) || t('report-none');
}
