/** What the API shows of triage. */

export type HeadName = 'answer' | 'relevance' | 'sentiment' | 'topic' | 'spam' | 'abuse';
export const HEADS: readonly HeadName[] = ['answer', 'relevance', 'sentiment', 'topic', 'spam', 'abuse'];

/** What may be said about a question; of topics the wrap-up codes. */
export const ANSWERS: Record<Exclude<HeadName, 'topic'>, readonly string[]> = {
  answer: ['yes', 'no'], relevance: ['yes', 'no'], sentiment: ['negative', 'neutral', 'positive'], spam: ['yes', 'no'], abuse: ['yes', 'no'],
};

export interface Verdict { head: HeadName; label: string; probability: number; trained: boolean; by: 'list' | 'head' | 'model' | 'person'; because: string[]; second: SecondVerdict | null }

/** What a model from a folder says of the same. */
export interface SecondVerdict { label: string; probability: number; model: string; proven: boolean }

export interface SecondHead { model: string; head: HeadName; language: string; state: 'trial' | 'proven'; texts: number; f1: number; own_f1: number }

export interface Triage {
  item_id: string; language: string | null; verdicts: Verdict[]; urgency: number; terms: { code: string; value: number; because: string }[];
  demoted: boolean; sampled: boolean;
}

export interface LabelTask { item_id: string; network: string; language: string | null; text: string; said_at: string; sure: number | null }

export interface LabelTasks { items: LabelTask[]; labelled: number; wanted: number }

export interface HeadVersion {
  id: string; number: number; state: 'live' | 'kept' | 'refused'; own: number; f1: number; accuracy: number; texts: number;
  before_f1: number | null; guessing_f1: number; fitted_at: string; usable: boolean;
}

export interface HeadStanding {
  head: HeadName; language: string; labels: Record<string, number>; labelled: number; wanted: number; trained: boolean;
  gate: { threshold: number; counted: number; lost: number; demoted: number } | null; versions: HeadVersion[];
}

export interface TriageStanding {
  heads: HeadStanding[]; runs: { asked_at: string; began_at: string | null; ended_at: string | null; outcome: string }[];
  loss_budget: number; can_learn: boolean; review: number; second: SecondHead[];
}
