/** What the API shows of listening. */

import type { Triage } from './triage';

export type MonitorState = 'on' | 'paused' | 'archived';
export type MentionState = 'new' | 'asked' | 'work' | 'ignored' | 'not_ours';

export interface Monitor {
  id: string; name: string; query: string; channel_id: string | null; state: MonitorState; to_work: boolean; found: number;
  created_at: string; version: number;
}

export interface Source {
  id: string; connector: string; channel_id: string | null; name: string; config: Record<string, string>; state: 'on' | 'paused';
  posts: number; found: number; newest_at: string | null; heard_at: string | null; lag_s: number | null; gaps: number;
  gap_at: string | null; health: string; version: number;
}

export interface Piece { text: string; hit: boolean }

export interface Mention {
  id: string; network: string; author: string; text: Piece[]; url: string; language: string | null; root_id: string | null;
  reach: number | null; said_at: string; heard_at: string; expires_at: string | null;
  reasons: { monitor_id: string; words: string[] }[]; state: MentionState; decided_by: string | null;
  conversation_id: string | null; enquiry: boolean; thread: number; version: number; triage: Triage | null;
}

export interface Preview { looked_at: number; fit: number; items: { network: string; text: Piece[]; words: string[] }[] }

/** What can be heard (config: what a source of its own may name; null: it needs a channel), and where can be answered. */
export interface Networks { hearable: { connector: string; name: string; config: string[] | null; asks: boolean }[]; answerable: string[] }

export interface Alert {
  id: string; monitor_id: string; monitor: string; began_at: string; ended_at: string | null; window_s: number; posts: number;
  most: number; usual: number; storm_id: string | null; told: AlertTold[];
}

/** What became of what somebody was told: nothing yet, on its way, taken, nobody knows, given up; off: of a webhook. */
export type ToldState = '' | 'waiting' | 'sent' | 'unknown' | 'failed' | 'off';
export type AlertKind = 'mail' | 'chat' | 'webhook';

export interface AlertTold { target_id: string; kind: AlertKind; address: string; what: 'spiked' | 'calmed'; state: ToldState; problem: string; at: string | null }

export interface AlertTarget {
  id: string; monitor_id: string; monitor: string; kind: AlertKind; channel_id: string | null; channel: string; webhook_id: string | null;
  webhook: string; address: string; locale: string; state: ToldState; problem: string; at: string | null;
}

/** The accounts and webhooks through which alerts can go. */
export type AlertWays = Record<AlertKind, { id: string; name: string; network: string }[]>;

export type StormState = 'open' | 'approval' | 'sending' | 'ended';

export interface Storm {
  id: string; monitor_id: string; monitor: string; case_number: number; title: string; since: string; state: StormState; text: string;
  code_id: string | null; written_by: string | null; approved_by: string | null; owner_id: string | null; folded: number;
  waiting: number; answered: number; arrived: number; along: number; refused: number; failed: number; strangers: number;
  networks: Record<string, number>; ended_at: string | null; version: number;
}

/** Days are dates; of each: posts, reach. Words: in how many posts. Tones: day, negative, neutral, positive. */
export interface ListeningFigures {
  since: string; zone: string;
  monitors: {
    monitor_id: string; name: string; posts: number; reach: number; share: number; days: [string, number, number][];
    networks: Record<string, number>; languages: Record<string, number>; words: [string, number][];
    tones: [string, number, number, number][];
  }[];
}
