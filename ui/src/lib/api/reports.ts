/** The views of reports and of the works-council mode, as the API gives them. */

export interface Look { id: string; by: string; name: string; kind: string; what: string; reason: string; at: string; last_at: string; times: number }

export interface Permit {
  id: string; kind: string; agent_id: string | null; agent_name: string | null; reason: string;
  state: 'asked' | 'holds' | 'ended' | 'over'; asked_by: string; asked_by_name: string; asked_at: string; until: string;
  agreed_by: string | null; agreed_by_name: string | null; agreed_at: string | null;
  ended_by: string | null; ended_at: string | null;
}
