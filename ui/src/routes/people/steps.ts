import type { QueueStep } from '../../lib/api/types';

/** A step of relaxation while it is edited; `key` is stable while rows come and go. */
export interface StepDraft { key: string; after_s: number | null; lower: number; drop: string[]; queue_ids: string[] }

let made = 0;

export function draftOf(step: QueueStep): StepDraft {
  return { key: `s${++made}`, after_s: step.after_s, lower: step.lower, drop: [...step.drop], queue_ids: [...step.queue_ids] };
}

/** Return a further step, later than those there are. */
export function emptyStep(before: readonly StepDraft[]): StepDraft {
  const last = Math.max(0, ...before.map((step) => step.after_s ?? 0));
  return { key: `s${++made}`, after_s: last === 0 ? 60 : last * 2, lower: 0, drop: [], queue_ids: [] };
}

export type StepWrong = 'when' | 'order' | 'nothing';

/** Return what is wrong with which step: no time, not later than the one before, or nothing that it relaxes. */
export function stepsWrong(steps: readonly StepDraft[]): Record<string, StepWrong> {
  const found: Record<string, StepWrong> = {};
  steps.forEach((step, i) => {
    const before = steps[i - 1]?.after_s ?? 0;
    if (step.after_s === null || step.after_s < 1 || step.after_s > 30 * 86_400) found[step.key] = 'when';
    else if (step.after_s <= before) found[step.key] = 'order';
    else if (step.lower === 0 && step.drop.length === 0 && step.queue_ids.length === 0) found[step.key] = 'nothing';
  });
  return found;
}

export function stepsOf(drafts: readonly StepDraft[]): QueueStep[] {
  return drafts.map((step) => ({ after_s: step.after_s ?? 0, lower: step.lower, drop: [...step.drop], queue_ids: [...step.queue_ids] }));
}
