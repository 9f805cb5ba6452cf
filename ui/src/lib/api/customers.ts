/** Customers as the API shows them: one person behind several handles, and what the house knows of them. */
import type { Customer, HistoryEntry, Identity, TextByLocale } from './types';

export interface Evidence { kind: string; detail: string }
export interface Suggestion { customer: Customer; score: number; verdict: 'weak' | 'likely' | 'certain'; evidence: Evidence[] }

export interface Merge {
  id: string; a: string; b: string; ours: Identity[]; theirs: Identity[]; score: number; evidence: string[]; reason: string;
  merged_by: string; merged_at: string;
}

export interface Claim { identity_id: string; kind: string; value: string; proved: boolean; source: string }
export interface CustomerLinks { merges: Merge[]; claims: Claim[]; suggestions: Suggestion[] }
export interface CustomerNote { id: string; user_id: string; text: string; at: string }

export type FieldKind = 'text' | 'number' | 'date' | 'choice' | 'link';

export interface CustomField {
  id: string; key: string; name: TextByLocale; kind: FieldKind; choices: { key: string; name: TextByLocale }[]; position: number;
  version: number; archived: boolean;
}

export interface CustomerFacts {
  first_at: string | null; last_at: string | null; messages: number; languages: string[]; hours: number[]; zone: string;
}

export interface CustomerKnown {
  customer: Customer; notes: CustomerNote[]; fields: Record<string, string>; facts: CustomerFacts; cursor: string;
}

export interface CustomerRow { customer: Customer; last: HistoryEntry | null; fields: Record<string, string> }
