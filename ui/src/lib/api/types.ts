/** The views of the API, one shape everywhere: snapshot, list and frame carry the same. Times are RFC 3339, UTC. */

import type { Call } from './calls';
import type { Case } from './cases';

/** A language of the desk: `de`, `en`, and what other folders of texts there are. */
export type Locale = string;
export type ThemeName = 'system' | 'light' | 'dark';
export type Visibility = 'public' | 'private';
export type Medium = 'post' | 'mail' | 'chat' | 'call' | 'message';
export type InteractionState = 'waiting' | 'offered' | 'active' | 'parked' | 'wrap_up' | 'closed';
export type AgentStateName = 'available' | 'busy' | 'away' | 'wrap_up' | 'offline';
export type DeliveryState =
  | 'held' | 'withdrawn' | 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'retrying' | 'unknown' | 'dead';
export type ChannelState =
  | 'ok' | 'paused' | 'reauth_needed' | 'forbidden' | 'throttled' | 'unreachable' | 'misconfigured';
export type WorkView = 'mine' | 'waiting' | 'open' | 'parked' | 'closed' | 'spam';
export type TextByLocale = Partial<Record<Locale, string>>;

export interface Grant { role: string; scope_kind: string; scope_id: string | null }

export interface User {
  id: string; login: string; name: string; email: string; locale: Locale; theme: ThemeName;
  roles: Grant[]; disabled: boolean; version?: number;
}

export interface AgentSkill { skill_id: string; level: number }

export interface Agent {
  user_id: string; name: string; state: AgentStateName; reason: string; since: string;
  capacity: number; used: number; skills: AgentSkill[]; queue_ids: string[]; version: number;
}

export interface QueueSkill { skill: string; level: number }

export interface Queue {
  id: string; key: string; name: TextByLocale; team_id: string | null; time_zone: string;
  first_response_s: number; offer_s: number; skills: QueueSkill[]; match_language: boolean;
  mode: 'push' | 'pull'; silence_s: number | null; wrap_up_s: number; prefer_s: number; member_ids: string[]; steps: QueueStep[]; reserve_agents: number; reserve_units: number;
  service_levels: QueueLevel[]; open_now: boolean; opens_at: string | null; closes_at: string | null; version: number; archived: boolean;
}

/** What is asked less, or of whom else, after so many seconds of waiting. `drop` holds keys of skills. */
export interface QueueStep { after_s: number; lower: number; drop: string[]; queue_ids: string[] }

/** How work of a class weighs in the queue; every number is explained on its page. */
export interface WorkClass {
  id: string; key: string; name: TextByLocale; cost: number; handling_s: number; patience_s: number | null;
  decay_s: number | null; growth: number; cap: number; fades: boolean; deferrable: boolean; parked_share: number;
  interrupts: string[]; parks_interrupted: boolean; version: number;
}

export interface HandsTrouble {
  kind: string; interaction_id: string | null; conversation_id: string | null; queue_id: string | null; agent_id: string | null;
  skills: string[];
}

/** Whose hands all open work is in; `adds_up`: each in exactly one pair. */
export interface HandsReport {
  open: number; states: { state: string; count: number; oldest_at: string | null; oldest_conversation_id: string | null }[];
  in_queue: number; with_agent: number; adds_up: boolean; broken_count: number; broken: HandsTrouble[];
  nobody_can_count: number; nobody_can: HandsTrouble[];
}

export interface Skill { id: string; key: string; name: TextByLocale }
export interface WrapUpCode { id: string; key: string; name: TextByLocale; archived: boolean }

export type TextUnit = 'chars' | 'weighted' | 'utf8' | 'utf16' | 'graphemes' | 'gsm7';

export interface TextLimit {
  unit: TextUnit; maximum: number | null; url_cost: number | null; mention_domain_free: boolean;
}

export interface MediaLimit {
  max_count: number; types: string[]; max_bytes: number; alt_text: boolean; max_alt_chars: number | null;
}

export interface Caps {
  reply: boolean; visibilities: Visibility[]; text: TextLimit; media: MediaLimit; subject: boolean; html: boolean;
  content_warning: boolean; copies: boolean; reply_window_s: number | null; private_text?: TextLimit | null;
  hide?: boolean; delete_comment?: boolean; like?: boolean; report?: boolean; private_reply?: boolean;
  templates?: boolean; max_parts?: number; forward?: boolean; context?: boolean; private_replies_max?: number | null;
}

/** A text that the network approved; `{{1}}` or `{{name}}` stand for its parameters. */
export interface Template {
  name: string; language: string; text: string; category: string; parameters: string[]; header: string; footer: string;
  usable: boolean; status: string;
}

export interface TemplateChoice { name: string; language: string; parameters: Record<string, string> }

export interface Channel {
  id: string; connector: string; network: string; medium: Medium; name: string; handle: string; queue_id: string;
  brand_id: string | null; config: Record<string, unknown>; secrets_set: string[]; skills: QueueSkill[];
  units: number; priority: number; work_class_id: string | null; state: ChannelState; state_what: string; state_since: string;
  last_ok_at: string | null; caps: Caps; version: number; archived: boolean;
  counters?: { received?: number; stored?: number; duplicate?: number; quarantined?: number };
}

export interface Identity {
  id: string; network: string; realm: string; remote_id: string; handle: string; display_name: string;
  profile_url: string; blocked: boolean;
}

export interface Customer { id: string; erased: boolean; value: number; merged_into: string | null; identities: Identity[]; version: number }

export type ReplyRule = 'yes' | 'no' | 'until' | 'template_only' | 'needs_summon' | 'deeplink';

export interface Conversation {
  id: string; channel_id: string; visibility: Visibility; root_remote_id: string; customer_id: string;
  identity: Identity; subject: string; links_to: string | null; url: string;
  reply: { rule: ReplyRule; until: string | null; reason: string };
  last_said_at: string | null; last_inbound_at: string | null; merge_id: string | null; version: number; tags?: string[];
}

export interface Attachment {
  id: string; name: string; media_type: string; size_bytes: number | null; alt_text: string; content_id: string | null;
  state: 'pending' | 'stored' | 'refused' | 'gone';
}

export interface Message {
  id: string; conversation_id: string; interaction_id: string | null; channel_id: string;
  direction: 'in' | 'out' | 'note'; visibility: Visibility;
  author: { kind: 'customer' | 'user' | 'company' | 'third'; id: string | null; name: string; handle: string };
  said_at: string; received_at: string; subject: string; text: string; html: string | null; language: string | null;
  url: string; automatic: boolean; delivery: DeliveryState | null; delivery_code: string; delivery_error: string;
  edited_at: string | null; deleted_at: string | null; revision: number; parent_id: string | null;
  hidden?: boolean; liked?: boolean;
  attachments: Attachment[]; details: MessageDetails; version: number; order: [string, string, string];
  aside?: Aside | null; held?: Held | null;
}

/** A third party with whom it is said beside the customer, who sees nothing of it. */
export interface Aside { identity_id: string; name: string; handle: string }

/** Why no network has an answer yet. `stops`: it is not sent if the customer writes before. */
export interface Held {
  state: 'grace' | 'scheduled' | 'approval' | 'rejected' | 'stopped'; send_at: string | null; stops: boolean; decided_by: string | null;
}

/** Somebody is named in a note. */
export interface Mention {
  id: string; message_id: string; conversation_id: string; user_id: string; by_id: string; at: string; read_at: string | null;
  version: number;
}

export interface MentionItem { mention: Mention; message: Message; conversation: Conversation; network: string; medium: Medium }
export interface Awaiting { message: Message; conversation: Conversation; network: string; medium: Medium }

/** A text that is used again and again; `texts` by language. */
export interface CannedAnswer {
  id: string; scope_kind: 'house' | 'queue' | 'own'; scope_id: string | null; folder: string; key: string; name: string;
  texts: Record<string, string>; changed_at: string; version: number;
}

/** A canned answer filled in; the values of `missing` are not known. */
export interface FilledAnswer { text: string; language: string; missing: string[] }

export interface Signature { text: string; on: boolean }

/** Something that happened to the work. */
export interface WorkEvent {
  id: string; at: string; type: string; actor_id: string | null; agent_id: string | null; queue_id: string | null;
  interaction_id: string; facts: Record<string, unknown>;
}

/** A post above a public conversation. */
export interface Above {
  remote_id: string; author: string; handle: string; text: string; said_at: string | null; url: string; own: boolean;
}

export interface PublicContext { items: Above[]; complete: boolean; why: string }

export interface MessageDetails {
  content_warning?: string; cc?: string[]; bcc?: string[]; to?: string[]; remote_images?: number;
  /** What a mail quotes of the mails before it. */
  history?: string;
  /** How many characters at the end are our signature. */
  signature_chars?: number;
  /** It began as a draft of the writing aid. */
  drafted?: boolean;
  [name: string]: unknown;
}

export interface Reason { code: string; [name: string]: unknown }

export interface Hours { opens: string; closes: string }
export interface Opening { day: string; opens: string; closes: string }
/** A date with its own hours; without any it is closed. */
export interface Holiday { date: string; hours: Hours[] }
export interface Closure { begins_at: string; ends_at: string }

export interface Calendar {
  id: string; key: string; name: TextByLocale; zone: string; openings: Opening[]; holidays: Holiday[]; closures: Closure[];
  version: number; archived: boolean;
}

export type ClockKind = 'first_response' | 'next_response' | 'resolution';

export interface Target {
  kind: ClockKind; target_s: number; calendar_id: string | null; warn_at_share: number[]; warn_before_s: number[]; pauses: boolean;
}

export interface ServiceLevel {
  id: string; key: string; name: TextByLocale; targets: Target[]; window_warn_s: number[]; reopen_within_s: number;
  version: number; archived: boolean;
}

/** A service level for a queue: of one class of work, or of all that have none of their own. */
export interface QueueLevel { service_level_id: string; work_class_id: string | null }

export interface ClockView {
  kind: ClockKind; state: 'running' | 'paused' | 'stopped'; counts_now: boolean; started_at: string; target_s: number;
  remaining_s: number; due_at: string | null; breached: boolean;
}

export interface Clocks { interaction_id: string; at: string; clocks: ClockView[] }

/** Who would get a waiting enquiry now; of all agents so many serve its queue, of these so many have the skills, and so on. */
export interface Preview {
  agent_id: string | null; reason: Reason | null; serving: number; skilled: number; available: number; with_room: number;
  step: number; next_step_at: string | null;
}

export interface Interaction {
  id: string; version: number; conversation_id: string; channel_id: string; queue_id: string;
  state: InteractionState; agent_id: string | null; case_id: string | null; case_number: number | null; previous_id: string | null;
  skills: QueueSkill[]; language: string | null; units: number; priority: number; waiting_since: string;
  due_at: string | null; due_kind: ClockKind | 'window' | null; due_state: '' | 'warned' | 'breached'; first_response_at: string | null; parked_until: string | null; wrap_up_until: string | null; reason: Reason | null;
  created_at: string; updated_at: string; closed_at: string | null; wrap_up_code_id: string | null; spam?: boolean;
}

export interface LastMessage {
  message_id: string; direction: 'in' | 'out' | 'note'; text: string; said_at: string; automatic: boolean;
  deleted: boolean;
}

export interface WorkItem {
  interaction: Interaction; conversation: Conversation; last: LastMessage | null; network: string; medium: Medium;
}

export interface Offer {
  id: string; interaction_id: string; agent_id: string;
  state: 'open' | 'accepted' | 'declined' | 'expired' | 'withdrawn';
  created_at: string; expires_at: string; reason: Reason | null; given_by: string | null;
}

export interface OfferItem { offer: Offer; item: WorkItem }

/** A colleague is asked beside a conversation; `agent_id` is null while it is anybody who has `skill`. */
export interface Consult {
  id: string; interaction_id: string; conversation_id: string; asked_by: string; agent_id: string | null; skill: string | null;
  state: 'requested' | 'open' | 'declined' | 'ended'; units: number; question_id: string; asked_at: string;
  opened_at: string | null; ended_at: string | null; ended_by: string | null; version: number;
}

export interface ConsultItem { consult: Consult; item: WorkItem }

export interface Page<T> { items: T[]; next: string | null; cursor?: string }

export interface Session { authenticated: boolean; setup_needed: boolean; csrf_token: string; organisation?: string }

/** What a one-time link is for; `login` and `name` are those of the person whose password it sets. */
export interface Link { purpose: 'setup' | 'password'; organisation: string; login: string | null; name: string | null }

export interface Me {
  user: User; actions: string[]; agent: Agent | null; organisation: { name: string }; demo: boolean; version: string; aid: boolean;
}

export type StateCounts = Partial<Record<InteractionState, number>>;

export interface Counts extends StateCounts {
  by_queue?: Record<string, StateCounts>; by_channel?: Record<string, StateCounts>; mine?: StateCounts;
}

export interface HistoryEntry {
  conversation: Conversation; last: LastMessage | null; network: string; medium: Medium;
}

export interface ConversationView {
  conversation: Conversation; customer: Customer; channel: Channel; caps: Caps; interactions: Interaction[];
  open: Interaction | null; history: HistoryEntry[]; network: string; medium: Medium; cursor: string;
  signature?: Signature; undo_s?: number;
  /** Shown and worked on as one with this; linked: what points to one of them. */
  merged: HistoryEntry[]; linked: HistoryEntry[]; bonds: Bond[];
}

export interface SearchHit {
  message: Message; conversation: Conversation; network: string; medium: Medium; snippet: { text: string; hit: boolean }[];
}

/** `searched_to`: time was up, only what is newer was looked through. `unknown`: filters that name nothing. */
export interface SearchPage { items: SearchHit[]; next: string | null; searched_to: string | null; unknown: string[] }

export type TagColour = 'slate' | 'red' | 'orange' | 'yellow' | 'green' | 'teal' | 'blue' | 'violet' | 'pink';

export interface Tag {
  id: string; name: string; colour: TagColour; description: string; archived: boolean; used: number; version: number;
}

/** What a list shows, as the server keeps it; empty and null ask for nothing. */
export interface SavedFilter {
  view: WorkView; sort: string; queue_id: string | null; channel_id: string | null; network: string; skill: string; tag_id: string | null;
  work_class_id: string | null; state: string; language: string; customer_id: string | null; agent: string; due: string;
}

export interface SavedView {
  id: string; owner_id: string; owner: string; name: string; scope_kind: 'self' | 'team' | 'queue' | 'organisation';
  scope_id: string | null; filter: SavedFilter; position: number; is_default: boolean; version: number;
}

export interface BulkItem { position: number; interaction_id: string; outcome: 'todo' | 'done' | 'skipped' | 'undone' | 'kept'; code: string }

/** How far work on many is; go on until `left` is 0. */
export interface Bulk {
  id: string; verb: string; total: number; left: number; done: number; skipped: number; undone: number; kept: number;
  problems: BulkItem[]; undo_until: string; undone_at: string | null;
}

export interface Blocked {
  identity_id: string; customer_id: string; network: string; realm: string; handle: string; display_name: string; blocked_by: string;
  reason: string; blocked_at: string; until: string | null; items: number; last_item_at: string | null; conversation_id: string | null;
}
export interface Bond { id: string; kind: 'merge' | 'link'; a: string; b: string; made_by: string; made_at: string }

export interface JsonSchemaProperty {
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object'; title?: TextByLocale | string;
  description?: TextByLocale | string; enum?: (string | number)[]; enum_titles?: Record<string, TextByLocale>;
  default?: unknown; format?: string; secret?: boolean; minimum?: number; maximum?: number; minLength?: number;
  maxLength?: number; pattern?: string; examples?: unknown[]; advanced?: boolean; items?: { pattern?: string; maxLength?: number };
}

export interface ConfigSchema {
  type?: 'object'; properties?: Record<string, JsonSchemaProperty>; required?: string[];
}

export interface ConnectorInfo {
  id: string; title: TextByLocale; summary: TextByLocale; medium: Medium; network?: string; auth: string;
  outbound: string; config: ConfigSchema; verified_against: string[]; grade: string; units: number; oauth?: boolean;
}

export interface Health {
  state: ChannelState; what: string; field: string | null; remote_id: string | null; handle: string;
}

export interface Budget {
  bucket: string; scope: string; per: string; per_s: number | null; amount: number | null; left: number | null; used: number;
  spent_until: string | null; spent_for: 'reply' | 'compliance' | 'read' | 'listen' | null;
}

export interface ChannelHealth {
  lag_s: number | null;
  gaps: { id: string; stream: string; found_at: string; since: string | null; filled: number | null; resolved_at: string | null }[];
  counters: Record<string, number>; outbox: { queued: number; retrying: number; dead: number };
  last_ok_at: string | null; state_until: string | null; last_item_at: string | null; trouble: string; trouble_at: string | null;
  budgets: Budget[]; currency: string;
  connector: {
    version: string; api_version: string; sunset: string; sunset_in_days: number | null; sunset_soon: boolean; grade: string;
    verified_against: string[]; oauth: boolean;
  } | null;
}

export interface Quarantined {
  id: string; channel_id: string; received_at: string; error: string; size: number; preview: string;
}

export interface DeadLetter {
  id: string; message: Message; conversation: Conversation; code: string; error: string; attempts: number;
}
export interface Role { name: string; actions: string[]; built_in: boolean }

export interface ApiToken {
  id: string; name: string; created_at: string; expires_at: string | null; last_used_at: string | null;
  token?: string;
}

export interface Frame {
  type: string; v: number; cursor: string; work?: WorkItem[]; messages?: Message[]; offers?: Offer[];
  agents?: Agent[]; channels?: Channel[]; queues?: Queue[]; customers?: Customer[]; consults?: Consult[]; cases?: Case[];
  mentions?: Mention[]; calls?: Call[];
  gone?: { work?: string[]; messages?: string[]; customers?: string[] };
}

export interface DemoPage {
  faces: { name: string; url: string; key?: string }[]; mailbox_url: string; webchat_url: string; call_url: string; direct_call_url: string;
  logins: { login: string; password: string; name: string }[]; speed?: number;
}
