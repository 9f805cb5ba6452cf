export interface Webhook {
  id: string; name: string; url: string; events: string[]; with_text: boolean; enabled: boolean; waiting: number; dead: number;
  last_delivered_at: string | null; failing_since: string | null; disabled_at: string | null; disabled_why: string; version: number; secret?: string;
}

export interface Delivery {
  id: string; type: string; state: string; attempts: number; next_at: string; status: number | null; error: string;
  took_ms: number | null; created_at: string; done_at: string | null; payload: Record<string, unknown>;
}

export interface AuditEntry {
  id: string; at: string; actor_id: string | null; action: string; subject_kind: string; subject_id: string; body: Record<string, unknown>;
}

export interface ActionFact { name: string; reach: 'classes' | 'anywhere' | 'house' }

export interface SessionOf { id: string; created_at: string; last_seen_at: string; expires_at: string; user_agent: string; current: boolean }

export interface GrantsPreview {
  actions: string[]; house: boolean; own: boolean; places: { channel_id: string; queue_id: string }[]; conversations: number; open: number;
}
