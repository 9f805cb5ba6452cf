import { t, texts } from '../../lib/i18n/texts.svelte';
import type { AuditEntry } from './types';

/** Return what somebody did, as a sentence without its subject: "changed rule …". An unknown action is named as it is. */
export function deedWords(entry: AuditEntry, nameOf: (kind: string, id: string) => string): string {
  const key = `audit-${entry.action.replaceAll('.', '-').replaceAll('_', '-')}`;
  const subject = nameOf(entry.subject_kind, entry.subject_id);
  return texts.has(key) ? t(key, { subject }) : t('audit-other', { action: entry.action, subject });
}

/** Return what else was written down, one fact a line. */
export function factWords(entry: AuditEntry): string[] {
  return Object.entries(entry.body)
    .filter(([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => t('audit-fact', { name: factName(name), value: Array.isArray(value) ? value.join(', ') : value === true ? t('rule-value-yes') : value === false ? t('rule-value-no') : String(value) }));
}

function factName(name: string): string {
  const key = `audit-fact-${name.replaceAll('_', '-')}`;
  return texts.has(key) ? t(key) : name;
}
