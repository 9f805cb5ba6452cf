/** The views of reports and of the works-council mode, as the API gives them. */

export interface Look { id: string; by: string; name: string; kind: string; what: string; reason: string; at: string; last_at: string; times: number }

export interface Permit {
  id: string; kind: string; agent_id: string | null; agent_name: string | null; reason: string;
  state: 'asked' | 'holds' | 'ended' | 'over'; asked_by: string; asked_by_name: string; asked_at: string; until: string;
  agreed_by: string | null; agreed_by_name: string | null; agreed_at: string | null;
  ended_by: string | null; ended_at: string | null;
}

export interface ReportKind { key: string; columns: string[]; people: string[]; by: string; also: string[]; filters: string[]; zone: string }
export interface ReportColumn { key: string; unit: 'count' | 'share' | 'ms'; people: boolean; better: number }
export type Names = string | { de?: string; en?: string } | null;
export interface ReportRow { key: string | null; name: Names; values: Record<string, number | null>; before: Record<string, number | null> | null }

export interface Report {
  report: string; first: string; last: string; before_first: string | null; before_last: string | null; by: string; zone: string;
  columns: ReportColumn[]; rows: ReportRow[]; total: ReportRow; least: number; people_last: string; as_of: string | null; counting: boolean;
  filters: Record<string, string[]>;
}

export interface Drilled { interaction_id: string; conversation_id: string; channel_id: string; queue_id: string; arrived_at: string; at: string; display_name: string }

export interface ScheduleRun { due_at: string; first: string; last: string; state: string; problem: string; at: string }
export interface Schedule {
  id: string; name: string; report: string; by: string | null; compare: boolean; filters: Record<string, string[]>; form: string; locale: string;
  rhythm: string; minute: number; weekday: number; day: number; zone: string; recipients: string[]; channel_id: string | null;
  owner_name: string; paused: boolean; next_at: string; runs: ScheduleRun[];
}

export interface AgreementRow { place: string; what: Names; purpose: Names; seen_by: Names; report: Names; kept: Names }
export interface Agreement { rows: AgreementRow[]; roles: { role: string; actions: string[] }[]; permits: number; least: number }
