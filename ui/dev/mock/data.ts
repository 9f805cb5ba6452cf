import { SEEDS, type Seed } from './seeds.ts';

export type Json = Record<string, any>; // eslint-disable-line
const START = Date.now();
let n = 0;
export const iso = (ms: number): string => new Date(ms).toISOString().replace(/(\.\d{3})Z$/, '$1000Z');
const at = (minutesAgo: number): string => iso(START - minutesAgo * 60_000);
export const id = (kind: string): string => `0193a000-${kind.padStart(4, '0').slice(0, 4)}-7000-8000-${String(++n).padStart(12, '0')}`;

const caps = (more: Json = {}): Json => ({
  reply: true, visibilities: ['public', 'private'], text: { unit: 'chars', maximum: null, url_cost: null, mention_domain_free: false },
  media: { max_count: 4, types: ['image/*', 'video/mp4'], max_bytes: 8_000_000, alt_text: true, max_alt_chars: 1500 },
  subject: false, html: false, content_warning: false, copies: false, reply_window_s: null, ...more,
});

export const CAPS: Record<string, Json> = {
  mastodon: caps({ text: { unit: 'graphemes', maximum: 500, url_cost: 23, mention_domain_free: true }, content_warning: true }),
  email: caps({ subject: true, html: true, copies: true, media: { max_count: 10, types: [], max_bytes: 20_000_000, alt_text: false, max_alt_chars: null } }),
  webchat: caps({ text: { unit: 'chars', maximum: 4000, url_cost: null, mention_domain_free: false }, reply_window_s: 86400 }),
  sandbox: caps({ text: { unit: 'weighted', maximum: 280, url_cost: 23, mention_domain_free: false } }),
  telegram: caps({ text: { unit: 'utf16', maximum: 4096, url_cost: null, mention_domain_free: false } }),
};

const name = (de: string, en: string): Json => ({ de, en });

export const skills = [
  { id: id('5k'), key: 'de', name: name('Deutsch', 'German') }, { id: id('5k'), key: 'pl', name: name('Polnisch', 'Polish') },
  { id: id('5k'), key: 'en', name: name('Englisch', 'English') }, { id: id('5k'), key: 'tech', name: name('Technik', 'Engineering') },
];
export const codes = [
  ['billing', 'Abrechnung', 'Billing'], ['outage', 'Störung', 'Outage'], ['contract', 'Vertrag', 'Contract'], ['praise', 'Lob', 'Praise'],
  ['moving', 'Umzug', 'Moving'], ['account', 'Kundenkonto', 'Account'], ['other', 'Sonstiges', 'Other'],
].map(([key, de, en]) => ({ id: id('c0de'), key, name: name(de!, en!), archived: false }));

export const me: Json = {
  id: 'u-anna', login: 'anna', name: 'Anna Petersen', email: 'anna@kiebitz.example', locale: 'de', theme: 'system',
  roles: [{ role: 'administrator', scope_kind: 'organisation', scope_id: null }, { role: 'agent', scope_kind: 'organisation', scope_id: null }], disabled: false, version: 1,
};
const agent = (user_id: string, agentName: string, state: string, reason = ''): Json => ({
  user_id, name: agentName, state, reason, since: at(90), capacity: 60, used: state === 'available' ? 24 : 0,
  skills: [{ skill_id: skills[0]!.id, level: 3 }], queue_ids: [], version: 1,
});
export const agents = [
  agent(me.id, me.name, 'available'), agent('a-jana', 'Jana Clausen', 'available'), agent('a-ole', 'Ole Thomsen', 'busy'),
  agent('a-kim', 'Kim Nguyen', 'away', 'Mittag'), agent('a-sara', 'Sara Öztürk', 'offline'),
];
export const queues = [
  ['service', 'Kundenservice', 'Customer service'], ['billing', 'Abrechnung', 'Billing'], ['outage', 'Störungen', 'Outages'],
].map(([key, de, en]): Json => ({
  id: `q-${key}`, key, name: name(de!, en!), team_id: null, time_zone: 'Europe/Berlin', first_response_s: key === 'outage' ? 900 : 3600, offer_s: 30, mode: key === 'outage' ? 'pull' : 'push', silence_s: null, wrap_up_s: 0, prefer_s: 300,
  skills: [], match_language: key === 'service', member_ids: agents.map((a) => a.user_id), version: 1, archived: false,
}));

const channel = (key: string, network: string, medium: string, channelName: string, handle: string, more: Json = {}): Json => ({
  id: `c-${key}`, connector: network, network, medium, name: channelName, handle, queue_id: 'q-service', brand_id: null, config: {}, secrets_set: ['access_token'],
  skills: [], units: 12, priority: 0, state: 'ok', state_what: '', state_since: at(4000), last_ok_at: at(0.2), caps: CAPS[network] ?? caps(), version: 1, archived: false,
  counters: { received: 1482, stored: 1479, duplicate: 311, quarantined: 3 }, ...more,
});
export const channels = [
  channel('mastodon', 'mastodon', 'post', 'Mastodon @kiebitz', '@kiebitz@social.example'),
  channel('email', 'email', 'mail', 'Postfach hilfe@', 'hilfe@kiebitz.example', { config: { address: 'hilfe@kiebitz.example', imap_host: 'imap.kiebitz.example', imap_port: 993, idle: true } }),
  channel('webchat', 'webchat', 'chat', 'Chat auf der Website', 'kiebitz.example'),
  channel('sandbox', 'sandbox', 'post', 'Marktplatz', '@kiebitz', { state: 'throttled', state_what: 'Das Netz bittet um eine Pause bis 13:05 Uhr. Es geht nichts verloren.', state_since: at(3) }),
  channel('telegram', 'telegram', 'message', 'Telegram-Bot', '@kiebitz_bot', { state: 'reauth_needed', state_what: 'Das Token wurde zurückgezogen. Tragen Sie ein neues ein; empfangen wurde bis 11:20 Uhr alles.', state_since: at(55), last_ok_at: at(56) }),
];

export const conversations = new Map<string, Json>();
export const customers = new Map<string, Json>();
export const messages = new Map<string, Json[]>();
export const work = new Map<string, Json>();
export const byPerson = new Map<string, string>();

export function last(conversationId: string): Json | null {
  const m = (messages.get(conversationId) ?? []).filter((x) => x.direction !== 'note').at(-1);
  return m ? { message_id: m.id, direction: m.direction, text: m.text.slice(0, 200), said_at: m.said_at, automatic: m.automatic, deleted: !!m.deleted_at } : null;
}

export function message(conversation: Json, from: string, text: string, saidAt: string, more: Json = {}): Json {
  const key = id('e55a');
  return {
    id: key, conversation_id: conversation.id, interaction_id: null, channel_id: conversation.channel_id, direction: from, visibility: conversation.visibility,
    author: from === 'in' ? { kind: 'customer', id: conversation.identity.id, name: conversation.identity.display_name, handle: conversation.identity.handle } : { kind: 'user', id: me.id, name: me.name, handle: '' },
    said_at: saidAt, received_at: saidAt, subject: conversation.subject, text, html: null, language: null, url: '', automatic: false, delivery: from === 'out' ? 'sent' : null,
    delivery_code: '', delivery_error: '', edited_at: null, deleted_at: null, revision: 0, parent_id: null, attachments: [], details: {}, version: 1, order: [saidAt, key, key], ...more,
  };
}

export function item(interaction: Json): Json {
  const conversation = conversations.get(interaction.conversation_id)!;
  const c = channels.find((x) => x.id === interaction.channel_id)!;
  return { interaction, conversation, last: last(conversation.id), network: c.network, medium: c.medium };
}

export function add(seed: Seed): Json {
  const key = seed.channel === 'mastodon-dm' ? 'mastodon' : seed.channel;
  const visibility = ['email', 'webchat', 'telegram', 'mastodon-dm'].includes(seed.channel) ? 'private' : 'public';
  let customerId = seed.person ? byPerson.get(seed.person) : undefined;
  const identity: Json = { id: id('1d'), network: key, realm: '', remote_id: seed.handle, handle: seed.handle, display_name: seed.name, profile_url: visibility === 'public' ? 'https://social.example/@x' : '', blocked: false };
  if (!customerId) {
    customerId = id('c057');
    customers.set(customerId, { id: customerId, erased: false, identities: [], version: 1 });
    if (seed.person) byPerson.set(seed.person, customerId);
  }
  const customer = customers.get(customerId)!;
  if (!customer.identities.some((i: Json) => i.network === key && i.handle === seed.handle)) customer.identities.push(identity);
  const conversation: Json = {
    id: id('c0'), channel_id: `c-${key}`, visibility, root_remote_id: id('r0'), customer_id: customerId, identity, subject: seed.subject ?? '', links_to: null,
    url: visibility === 'public' ? 'https://social.example/@x/1' : '', reply: { rule: key === 'webchat' ? 'until' : 'yes', until: key === 'webchat' ? at(-50) : null, reason: '' },
    last_said_at: at(seed.messages.at(-1)!.ago), last_inbound_at: at(seed.messages.at(-1)!.ago), version: 1,
  };
  conversations.set(conversation.id, conversation);
  messages.set(conversation.id, seed.messages.map((m) => message(conversation, m.from, m.text, at(m.ago), {
    html: m.html ?? null, language: m.from === 'in' ? seed.language : null, edited_at: m.edited ? at(m.ago - 1) : null, deleted_at: m.deleted ? at(m.ago - 2) : null,
    automatic: !!m.automatic, delivery: m.delivery ?? (m.from === 'out' ? 'sent' : null), delivery_error: m.error ?? '',
    details: { ...(m.warning ? { content_warning: m.warning } : {}), ...(m.html ? { remote_images: 1 } : {}) },
    attachments: [
      ...(m.image ? [{ id: 'image-1', name: 'karte.png', media_type: 'image/png', size_bytes: 48211, alt_text: 'Störungskarte, alle Orte grün', content_id: null, state: 'stored' }] : []),
      ...(m.file ? [{ id: 'file-1', name: 'Abrechnung-2025.pdf', media_type: 'application/pdf', size_bytes: 318_220, alt_text: '', content_id: null, state: 'stored' }] : []),
    ],
  })));
  const state = seed.state ?? 'waiting';
  const interaction: Json = {
    id: id('17'), version: 1, conversation_id: conversation.id, channel_id: `c-${key}`, queue_id: `q-${seed.queue}`, state, agent_id: seed.mine ? me.id : ['active'].includes(state) ? 'a-ole' : null,
    case_id: null, previous_id: null, skills: [], language: seed.language, units: 12, priority: 0, waiting_since: at(seed.agoMin), due_at: seed.dueMin === null ? null : at(-seed.dueMin),
    first_response_at: null, parked_until: state === 'parked' ? at(-600) : null, wrap_up_until: null, reason: seed.reason ?? { code: 'longest_waiting' }, created_at: at(seed.agoMin), updated_at: at(seed.agoMin),
    closed_at: state === 'closed' ? at(seed.agoMin - 60) : null, wrap_up_code_id: state === 'closed' ? codes[0]!.id : null,
  };
  work.set(interaction.id, interaction);
  return interaction;
}

for (const seed of SEEDS) add(seed);

/** Fill the list with many rows, to see how the desk behaves with them. */
export function fill(rows: number): void {
  for (let i = 0; i < rows; i++) {
    const seed = SEEDS[i % SEEDS.length]!;
    add({ ...seed, name: `${seed.name} ${i}`, person: undefined, state: undefined, mine: false, agoMin: 60 + i, dueMin: 60 + i, messages: seed.messages.slice(0, 1) });
  }
}

const prop = (title: Json, more: Json = {}): Json => ({ type: 'string', title, ...more });
export const connectors = [
  { id: 'mastodon', title: name('Mastodon', 'Mastodon'), summary: name('Erwähnungen, Antworten und Direktnachrichten eines Kontos.', 'Mentions, replies and direct messages of one account.'), medium: 'post', auth: 'token', outbound: 'api', verified_against: ['mastodon-mock 0.3'], grade: 'silver', units: 12,
    config: { type: 'object', required: ['base_url', 'access_token'], properties: {
      base_url: prop(name('Adresse des Servers', 'Server address'), { format: 'url', description: name('Zum Beispiel https://mastodon.social', 'For example https://mastodon.social') }),
      access_token: prop(name('Zugangs-Token', 'Access token'), { secret: true, description: name('Auf dem Server unter Einstellungen › Entwicklung angelegt, mit Lese- und Schreibrecht.', 'Made on the server under settings › development, with read and write access.') }),
      visibility: prop(name('Sichtbarkeit unserer Antworten', 'Visibility of our answers'), { enum: ['public', 'unlisted'], default: 'unlisted' }),
      stream: { type: 'boolean', title: name('Sofort benachrichtigen lassen', 'Be told at once'), description: name('Sonst wird alle 30 Sekunden nachgesehen.', 'Otherwise we look every 30 seconds.'), default: true },
      poll_s: { type: 'integer', title: name('Nachsehen alle (Sekunden)', 'Look every (seconds)'), minimum: 5, maximum: 3600, default: 30 } } } },
  { id: 'email', title: name('E-Mail-Postfach', 'E-mail mailbox'), summary: name('Ein Postfach über IMAP und SMTP, auch Microsoft 365 und Google.', 'A mailbox by IMAP and SMTP, Microsoft 365 and Google too.'), medium: 'mail', auth: 'password', outbound: 'api', verified_against: ['Dovecot 2.3'], grade: 'gold', units: 12,
    config: { type: 'object', required: ['address', 'imap_host', 'password'], properties: {
      address: prop(name('Adresse', 'Address'), { format: 'email' }), imap_host: prop(name('IMAP-Server', 'IMAP server'), { format: 'host' }),
      imap_port: { type: 'integer', title: name('IMAP-Port', 'IMAP port'), default: 993, minimum: 1, maximum: 65535 }, password: prop(name('Passwort', 'Password'), { secret: true }),
      idle: { type: 'boolean', title: name('IDLE benutzen', 'Use IDLE'), default: true } } } },
  { id: 'webchat', title: name('Web-Chat', 'Web chat'), summary: name('Ein Chat auf Ihrer Website, ohne Cookies.', 'A chat on your web site, without cookies.'), medium: 'chat', auth: 'none', outbound: 'api', verified_against: [], grade: 'silver', units: 20, config: { type: 'object', properties: { greeting: prop(name('Begrüßung', 'Greeting'), { maxLength: 200 }) } } },
  { id: 'sandbox', title: name('Sandkasten-Netz', 'Sandbox network'), summary: name('Ein erfundenes Netz zum Ausprobieren.', 'An invented network to try things out.'), medium: 'post', auth: 'none', outbound: 'api', verified_against: [], grade: 'silver', units: 12, config: { type: 'object', properties: {} } },
];

export const quarantine: Json[] = [
  { id: 'in-1', channel_id: 'c-email', received_at: at(130), error: 'Der Zeichensatz „x-unknown“ ist nicht lesbar.', size: 18_233, preview: 'From: a@example.org\nSubject: =?x-unknown?B?…?=\nContent-Type: text/plain; charset=x-unknown\n\n<script>alert(1)</script> Guten Tag …' },
  { id: 'in-2', channel_id: 'c-mastodon', received_at: at(30), error: 'Unbekannte Art „poll_v3“ im Feld type.', size: 902, preview: '{"type": "poll_v3", "id": "1129"}' },
];
export const users: Json[] = [me, { id: 'a-jana', login: 'jana', name: 'Jana Clausen', email: 'jana@kiebitz.example', locale: 'de', theme: 'system', roles: [{ role: 'agent', scope_kind: 'queue', scope_id: 'q-service' }], disabled: false, version: 1 },
  { id: 'a-ole', login: 'ole', name: 'Ole Thomsen', email: '', locale: 'de', theme: 'system', roles: [{ role: 'agent', scope_kind: 'organisation', scope_id: null }], disabled: false, version: 1 },
  { id: 'a-kim', login: 'kim', name: 'Kim Nguyen', email: '', locale: 'en', theme: 'dark', roles: [], disabled: true, version: 1 }];
export const roles = [{ name: 'administrator', actions: ['*'], built_in: true }, { name: 'supervisor', actions: ['work.view'], built_in: true }, { name: 'agent', actions: ['work.answer'], built_in: true }];
export const tokens: Json[] = [{ id: 'tk-1', name: 'Auswertung', created_at: at(9000), expires_at: null, last_used_at: at(30) }];
