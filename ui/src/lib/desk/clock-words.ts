import type { ClockView } from '../api/types';
import { t, texts } from '../i18n/texts.svelte';
import { exactSpan } from '../text/spans';
import { fullTime, span, type Urgency } from '../text/time';

export interface ClockWords { urgency: Urgency; words: string; full: string }

/** Return what a promised time is at: how long is left, since when it is over, or that it stands still. Colour only repeats it. */
export function clockWords(one: ClockView, now: number): ClockWords {
  const kind = t(`clock-${one.kind.replace('_', '-')}`);
  if (one.state === 'stopped') {
    const words = t(one.breached ? 'clock-late' : 'clock-kept', { kind });
    return { urgency: one.breached ? 'over' : 'none', words, full: words };
  }
  if (one.state === 'paused' || one.due_at === null) {
    const over = one.remaining_s < 0;
    const words = t(over ? 'clock-paused-over' : 'clock-paused', { kind, span: exactSpan(Math.abs(one.remaining_s), texts.locale) });
    return { urgency: over ? 'over' : 'none', words, full: t('clock-paused-full', { words }) };
  }
  const left = (Date.parse(one.due_at) - now) / 1000;
  const full = t('clock-full', { kind, at: fullTime(one.due_at, texts.locale), target: exactSpan(one.target_s, texts.locale), counts: one.counts_now ? 'yes' : 'no' });
  if (left <= 0) return { urgency: 'over', words: t('clock-over', { kind, span: span(-left, texts.locale) }), full };
  if (!one.counts_now) return { urgency: 'calm', words: t('clock-closed', { kind, span: exactSpan(Math.max(0, one.remaining_s), texts.locale) }), full };
  return { urgency: left < Math.max(one.target_s / 4, 600) ? 'soon' : 'calm', words: t('clock-left', { kind, span: span(left, texts.locale) }), full };
}
