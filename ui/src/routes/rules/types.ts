import type { WorkItem } from '../../lib/api/types';

export interface Condition { field: string; op: string; values: string[] }
export interface Action { verb: string; value: string; level: number }

export interface Rule {
  id: string; name: string; position: number; trigger: string; after_s: number | null; match_all: boolean;
  conditions: Condition[]; actions: Action[]; stop: boolean; enabled: boolean; version: number;
}

/** What a rule can be made of, as the server tells it. */
export interface RuleWords {
  triggers: string[]; fields: Record<string, string[]>; choices: Record<string, string[]>; verbs: string[]; on_work_now: string[]; approvals: string[];
}

export interface Finding { field: string; op: string; holds: boolean; met: string[]; unknown?: boolean }
export interface Done { verb: string; value?: string; outcome: 'done' | 'skipped' | 'failed'; why?: string }

export interface Application {
  id: string; rule_id: string; rule_name: string; conversation_id: string; interaction_id: string; at: string;
  findings: Finding[]; done: Done[]; error: string;
}

export interface RulePreview {
  days: number;
  past: { looked_at: number; met: number; all_looked_at: boolean; unknown: number; unread: number; as_today: string[]; samples: WorkItem[] };
  now: { looked_at: number; met: number; actions: Record<string, number>; samples: WorkItem[] } | null;
}

export interface RuleTest { applies: boolean; findings: Finding[]; actions: Action[] }
