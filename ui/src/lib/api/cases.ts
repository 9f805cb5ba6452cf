/** Cases as the API shows them. */
import type { WorkItem } from './types';

export type CaseState = 'open' | 'waiting' | 'solved';

export interface Case {
  id: string; number: number; title: string; state: CaseState; priority: number; owner_id: string | null;
  member_ids: string[]; due_at: string | null; created_by: string | null; created_at: string; changed_at: string;
  solved_at: string | null; version: number;
}

export interface CaseRow { case: Case; items: number; open: number }

export interface CaseNote { id: string; user_id: string; text: string; at: string }

export interface CaseDetails { case: Case; items: WorkItem[]; hidden: number; notes: CaseNote[]; cursor: string }
