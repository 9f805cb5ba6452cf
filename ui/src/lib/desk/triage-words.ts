import type { HeadName, Triage, Verdict } from '../api/triage';
import { t, texts } from '../i18n/texts.svelte';
import { twoUnits } from '../text/time';
import type { Desk } from './desk.svelte';

/** Return what an answer to a question is called; a topic is a wrap-up code. */
export function labelName(head: HeadName, label: string, desk: Desk): string {
  if (head !== 'topic') return t(`triage-label-${head}-${label}`);
  const code = desk.codes.find((one) => one.id === label);
  return code ? texts.pick(code.name, code.key) : t('triage-topic-gone');
}

export const percent = (share: number, digits = 0): string =>
  new Intl.NumberFormat(texts.locale, { style: 'percent', maximumFractionDigits: digits }).format(share);

/** Say why, in words: who said so, or the words of the text that told. */
export function because(verdict: Verdict): string {
  if (verdict.by === 'person') return t('triage-by-person');
  if (verdict.because.length > 0) return t('triage-because', { words: verdict.because.join(', ') });
  if (verdict.by === 'model') return t('triage-by-model', { model: verdict.second?.model ?? '' });
  return verdict.by === 'list' ? t('triage-by-list') : t('triage-by-head');
}

/** Return the reasons to hurry in words, the strongest first. */
export function urgencyWords(triage: Triage): string[] {
  const told = (code: string, why: string): string => (code === 'promise' ? twoUnits(Number(why), texts.locale) : why);
  return triage.terms.map((term) => t(`triage-urgent-${term.code.replace('.', '-')}`, { because: told(term.code, term.because) }));
}
