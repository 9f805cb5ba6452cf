import type { ClockKind, ServiceLevel, Target } from '../../lib/api/types';

export const KINDS: readonly ClockKind[] = ['first_response', 'next_response', 'resolution'];

/** One clock of a service level while it is edited; warnings as people write them: "50, 80" percent, "30, 10" minutes before. */
export interface TargetDraft {
  kind: ClockKind; on: boolean; target_s: number | null; calendar_id: string; pauses: boolean; shares: string; before: string;
}

export function draftsOf(level: ServiceLevel | null): TargetDraft[] {
  return KINDS.map((kind) => {
    const target = level?.targets.find((one) => one.kind === kind);
    return {
      kind, on: target !== undefined || (level === null && kind === 'first_response'), target_s: target?.target_s ?? 3600,
      calendar_id: target?.calendar_id ?? '', pauses: target?.pauses ?? kind === 'resolution',
      shares: numbersText((target?.warn_at_share ?? []).map((share) => Math.round(share * 1000) / 10)),
      before: numbersText((target?.warn_before_s ?? []).map((seconds) => Math.round(seconds / 6) / 10)),
    };
  });
}

/** Return numbers of a text such as "50, 80" or "12,5; 80"; null when something in it is no number. */
export function numbersOf(text: string): number[] | null {
  const parts = text.split(text.includes(';') ? ';' : /,\s+|\s+/).map((part) => part.trim()).filter((part) => part !== '');
  const found = parts.flatMap((part) => (/^\d+(?:[.,]\d+)?$/.test(part) ? [Number(part.replace(',', '.'))] : [NaN]));
  return found.some(Number.isNaN) ? null : found;
}

export function numbersText(numbers: readonly number[]): string {
  return [...numbers].sort((a, b) => a - b).join('; ');
}

export type TargetWrong = 'span' | 'shares' | 'before';

/** Return what is wrong with which clock: `first_response shares` and so on. */
export function targetsWrong(drafts: readonly TargetDraft[]): Record<string, TargetWrong> {
  const found: Record<string, TargetWrong> = {};
  for (const draft of drafts.filter((one) => one.on)) {
    const shares = numbersOf(draft.shares);
    const before = numbersOf(draft.before);
    if (draft.target_s === null || draft.target_s < 1 || draft.target_s > 365 * 86_400) found[`${draft.kind} span`] = 'span';
    if (shares === null || shares.some((share) => share <= 0 || share >= 100)) found[`${draft.kind} shares`] = 'shares';
    if (before === null || before.some((minutes) => minutes <= 0 || minutes * 60 >= (draft.target_s ?? Infinity))) found[`${draft.kind} before`] = 'before';
  }
  return found;
}

export function targetsOf(drafts: readonly TargetDraft[]): Target[] {
  return drafts.filter((one) => one.on).map((one) => ({
    kind: one.kind, target_s: one.target_s ?? 0, calendar_id: one.calendar_id || null, pauses: one.pauses,
    warn_at_share: (numbersOf(one.shares) ?? []).map((percent) => percent / 100), warn_before_s: (numbersOf(one.before) ?? []).map((minutes) => Math.round(minutes * 60)),
  }));
}
