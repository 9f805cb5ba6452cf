/**
 * A stand-in for the server while the desk is made: the API agreement over data in memory. Never shipped.
 * node dev/mock/server.ts [--port 8787] [--static DIR] [--rows N] [--quiet]
 */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { parseArgs } from 'node:util';
import { crc32, deflateSync } from 'node:zlib';
import * as d from './data.ts';
import type { Json } from './data.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '8787' }, static: { type: 'string' }, rows: { type: 'string' }, quiet: { type: 'boolean' }, offer: { type: 'string', default: '8' } } });
if (values.rows) d.fill(Number(values.rows));

const CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
const ACTIONS = ['work.read', 'work.answer', 'work.transfer', 'work.supervise', 'customer.erase', 'channel.read', 'channel.manage', 'queue.read', 'queue.manage', 'agent.read', 'agent.manage', 'user.read', 'user.manage', 'quarantine.manage', 'token.own'];
const PNG = picture(480, 260);

/** A small picture made here: hills in two colours. */
function picture(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(data.length);
    body.copy(whole, 4);
    whole.writeUInt32BE(crc32(body), body.length + 4);
    return whole;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
    const hill = height * (0.55 + 0.2 * Math.sin(x / 60) + 0.06 * Math.sin(x / 17));
    rows.set(y > hill ? [38, 104, 92] : [214 - y / 3, 226 - y / 6, 230], y * (width * 3 + 1) + 1 + x * 3);
  }
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

let xid = 1000;
let loggedIn = true;
let down = false;
const streams = new Set<{ response: ServerResponse; topics: string[] }>();
const log: Json[] = [];
const offers = new Map<string, Json>();
const uploads = new Map<string, Json>();

const cursor = (): string => `1-${xid}-0193a000-0000-7000-8000-000000000000`;

function emit(type: string, views: Json): void {
  xid += 1;
  const frame = { type, v: 1, cursor: cursor(), ...views };
  log.push(frame);
  for (const { response } of streams) response.write(`id: ${frame.cursor}\nevent: change\ndata: ${JSON.stringify(frame)}\n\n`);
  tellCounts();
}

function ephemeral(name: string, data: Json): void {
  for (const { response } of streams) response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

function counts(): Json {
  const all: Json = { by_queue: {}, by_channel: {}, mine: {} };
  for (const i of d.work.values()) {
    all[i.state] = (all[i.state] ?? 0) + 1;
    if (i.agent_id === d.me.id) all.mine[i.state] = (all.mine[i.state] ?? 0) + 1;
  }
  return all;
}
let told: ReturnType<typeof setTimeout> | undefined;
function tellCounts(): void {
  clearTimeout(told);
  told = setTimeout(() => ephemeral('counts', counts()), 50);
}

function change(interaction: Json, type: string, more: Json, views: Json = {}): Json {
  Object.assign(interaction, more, { version: interaction.version + 1, updated_at: d.iso(Date.now()) });
  emit(type, { work: [d.item(interaction)], ...views });
  return { interaction };
}

function say(conversation: Json, from: string, text: string, more: Json = {}): Json {
  const m = d.message(conversation, from, text, d.iso(Date.now()), more);
  if (more.id) m.order[2] = more.id;
  d.messages.get(conversation.id)!.push(m);
  conversation.version += 1;
  conversation.last_said_at = m.said_at;
  const open = [...d.work.values()].find((i) => i.conversation_id === conversation.id && i.state !== 'closed');
  emit('message.added', { messages: [m], work: open ? [d.item(open)] : [] });
  return m;
}

function deliver(m: Json): void {
  ['sending', 'sent', 'delivered'].forEach((state, i) =>
    setTimeout(() => {
      m.delivery = state;
      m.version += 1;
      emit('message.delivery', { messages: [m] });
    }, 400 * (i + 1)));
}

function offerNext(): void {
  const mine = d.agents[0]!;
  if (mine.state !== 'available' || [...offers.values()].some((o) => o.state === 'open')) return;
  const next = [...d.work.values()].filter((i) => i.state === 'waiting').sort((a, b) => ((a.due_at ?? '9') < (b.due_at ?? '9') ? -1 : 1))[0];
  if (!next) return;
  const offer: Json = { id: d.id('0ffe'), interaction_id: next.id, agent_id: d.me.id, state: 'open', created_at: d.iso(Date.now()), expires_at: d.iso(Date.now() + 30_000), reason: next.reason, given_by: null };
  offers.set(offer.id, offer);
  change(next, 'interaction.offered', { state: 'offered', agent_id: d.me.id }, { offers: [offer] });
  setTimeout(() => {
    if (offer.state !== 'open') return;
    offer.state = 'expired';
    change(next, 'offer.expired', { state: 'waiting', agent_id: null, reason: { code: 'returned', by: 'expired' } }, { offers: [offer] });
  }, 30_000);
}
if (values.offer !== '0') setInterval(offerNext, Number(values.offer) * 1000);

class Fail extends Error {
  status: number;
  code: string;
  field: string | undefined;
  constructor(status: number, code: string, detail: string, field?: string) {
    super(detail);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

const interactionOf = (id: string): Json => d.work.get(id) ?? (() => { throw new Fail(404, 'not_found', 'Dieses Anliegen gibt es nicht.'); })();
const conversationOf = (id: string): Json => d.conversations.get(id) ?? (() => { throw new Fail(404, 'not_found', 'Diese Unterhaltung gibt es nicht.'); })();
const meView = (): Json => ({ user: d.me, actions: ACTIONS, agent: d.agents[0], organisation: { name: 'Kiebitz Energie' }, demo: true, version: '0.1.0' });
const list = (items: Json[]): Json => ({ items, next: null, cursor: cursor() });

type Handler = (params: string[], body: Json, query: URLSearchParams) => unknown;
const routes: [string, RegExp, Handler][] = [];
const on = (method: string, path: string, handle: Handler): void => {
  routes.push([method, new RegExp(`^/api/v1${path.replace(/\{[^}]+\}/g, '([^/]+)')}$`), handle]);
};

on('GET', '/session', () => ({ authenticated: loggedIn, setup_needed: false, csrf_token: 'mock' }));
on('POST', '/session', (_, b) => {
  if (b.password === 'falsch') throw new Fail(401, 'unauthenticated', 'Name oder Passwort stimmt nicht.');
  loggedIn = true;
  return meView();
});
on('DELETE', '/session', () => void (loggedIn = false));
on('GET', '/setup/{t}', ([t]) => {
  if (t === 'alt') throw new Fail(410, 'gone', 'Der Link wurde schon benutzt.');
  return t === 'passwort' ? { purpose: 'password', organisation: 'Kiebitz Energie', login: 'jana', name: 'Jana Clausen' } : { purpose: 'setup', organisation: 'Kiebitz Energie', login: null, name: null };
});
on('POST', '/setup/{t}', () => { loggedIn = true; return meView(); });
on('GET', '/me', meView);
on('PATCH', '/me', (_, b) => {
  if (b.password?.old === 'falsch') throw new Fail(422, 'invalid', 'Das alte Passwort stimmt nicht.', 'password');
  Object.assign(d.me, b);
  return meView();
});
on('PUT', '/me/agent-state', (_, b) => {
  Object.assign(d.agents[0]!, b, { version: d.agents[0]!.version + 1, since: d.iso(Date.now()) });
  emit('agent.state', { agents: [d.agents[0]] });
  return d.agents[0];
});
on('GET', '/me/tokens', () => list(d.tokens));
on('POST', '/me/tokens', (_, b) => {
  const token = { id: d.id('70'), name: b.name, created_at: d.iso(Date.now()), expires_at: b.expires_at ?? null, last_used_at: null };
  d.tokens.push(token);
  return { ...token, token: 'uni_4f7c2a91d0e84b6fa3' };
});
on('DELETE', '/me/tokens/{id}', ([id]) => void d.tokens.splice(d.tokens.findIndex((t) => t.id === id), 1));

const VIEWS: Record<string, (i: Json) => boolean> = {
  mine: (i) => i.agent_id === d.me.id && i.state !== 'closed', waiting: (i) => i.state === 'waiting',
  open: (i) => i.state !== 'closed', parked: (i) => i.state === 'parked', closed: (i) => i.state === 'closed',
};
on('GET', '/work', (_, __, q) => {
  const view = q.get('view') ?? 'open';
  const all = [...d.work.values()].filter((i) => VIEWS[view]!(i) && (!q.get('queue_id') || i.queue_id === q.get('queue_id')) && (!q.get('channel_id') || i.channel_id === q.get('channel_id')));
  const key = (i: Json): string => `${i.due_at ?? '9999-12-31T23:59:59.999999Z'} ${i.id}`;
  all.sort((a, b) => (view === 'closed' ? ((a.closed_at ?? '') < (b.closed_at ?? '') ? 1 : -1) : key(a) < key(b) ? -1 : 1));
  const start = Number(q.get('after') ?? 0);
  const limit = Number(q.get('limit') ?? 50);
  return { items: all.slice(start, start + limit).map(d.item), next: start + limit < all.length ? String(start + limit) : null, cursor: cursor() };
});
on('GET', '/counts', counts);
on('GET', '/offers', () => list([...offers.values()].filter((o) => o.state === 'open').map((offer) => ({ offer, item: d.item(d.work.get(offer.interaction_id)!) }))));
on('POST', '/offers/{id}/accept', ([id]) => {
  const offer = offers.get(id!);
  if (!offer || offer.state !== 'open') throw new Fail(409, 'conflict', 'Das Angebot gilt nicht mehr.');
  offer.state = 'accepted';
  return change(interactionOf(offer.interaction_id), 'offer.accepted', { state: 'active', agent_id: d.me.id }, { offers: [offer] });
});
on('POST', '/offers/{id}/decline', ([id]) => {
  const offer = offers.get(id!)!;
  offer.state = 'declined';
  change(interactionOf(offer.interaction_id), 'offer.declined', { state: 'waiting', agent_id: null, reason: { code: 'returned', by: 'declined' } }, { offers: [offer] });
  return undefined;
});
on('GET', '/interactions/{id}', ([id]) => d.item(interactionOf(id!)));
on('POST', '/interactions/{id}/take', ([id]) => {
  const i = interactionOf(id!);
  if (i.state !== 'waiting') throw new Fail(409, 'conflict', 'Jemand anderes hat dieses Anliegen schon.');
  return change(i, 'interaction.taken', { state: 'active', agent_id: d.me.id, reason: { code: 'taken_by_hand' } });
});
on('POST', '/interactions/{id}/answer', ([id], b) => {
  const i = interactionOf(id!);
  if (b.text.includes('FEHLER')) throw new Fail(422, 'invalid', 'Das Netz nimmt diesen Text nicht an.', 'text');
  const c = conversationOf(i.conversation_id);
  const m = say(c, 'out', b.text, { id: b.message_id, delivery: 'queued', interaction_id: i.id, attachments: (b.attachment_ids ?? []).map((x: string) => uploads.get(x)), details: b.details ?? {} });
  change(i, 'interaction.answered', { first_response_at: i.first_response_at ?? d.iso(Date.now()) });
  deliver(m);
  return { message: m };
});
on('POST', '/interactions/{id}/transfer', ([id], b) => change(interactionOf(id!), 'interaction.transferred', { state: 'waiting', agent_id: null, queue_id: b.queue_id ?? interactionOf(id!).queue_id, reason: { code: 'transferred', agent_id: d.me.id } }));
on('POST', '/interactions/{id}/park', ([id], b) => change(interactionOf(id!), 'interaction.parked', { state: 'parked', parked_until: b.until ?? null }));
on('POST', '/interactions/{id}/unpark', ([id]) => change(interactionOf(id!), 'interaction.unparked', { state: 'active', agent_id: d.me.id, parked_until: null }));
on('POST', '/interactions/{id}/finish', ([id]) => change(interactionOf(id!), 'interaction.finished', { state: 'wrap_up' }));
on('POST', '/interactions/{id}/wrap-up', ([id], b) => change(interactionOf(id!), 'interaction.closed', { state: 'closed', closed_at: d.iso(Date.now()), wrap_up_code_id: b.code_id }));
on('POST', '/conversations/{id}/reopen', ([id]) => {
  const old = [...d.work.values()].filter((i) => i.conversation_id === id).at(-1)!;
  const i = { ...old, id: d.id('17'), version: 1, state: 'active', agent_id: d.me.id, previous_id: old.id, closed_at: null, wrap_up_code_id: null, due_at: null, reason: { code: 'reopened' }, created_at: d.iso(Date.now()), waiting_since: d.iso(Date.now()) };
  d.work.set(i.id, i);
  return change(i, 'interaction.reopened', {});
});
on('POST', '/conversations/{id}/notes', ([id], b) => ({ message: say(conversationOf(id!), 'note', b.text, { id: b.message_id, delivery: null }) }));
for (const verb of ['retry', 'discard']) {
  on('POST', `/messages/{id}/${verb}`, ([id]) => {
    const m = [...d.messages.values()].flat().find((x) => x.id === id)!;
    m.version += 1;
    if (verb === 'discard') m.deleted_at = d.iso(Date.now());
    else { m.delivery = 'queued'; deliver(m); }
    emit('message.changed', { messages: [m] });
    return { message: m };
  });
}
on('GET', '/conversations/{id}', ([id]) => {
  const c = conversationOf(id!);
  const channel = d.channels.find((x) => x.id === c.channel_id)!;
  const interactions = [...d.work.values()].filter((i) => i.conversation_id === id);
  const history = [...d.conversations.values()].filter((x) => x.customer_id === c.customer_id && x.id !== id).map((conversation) => {
    const ch = d.channels.find((x) => x.id === conversation.channel_id)!;
    return { conversation, last: d.last(conversation.id), network: ch.network, medium: ch.medium };
  }).sort((a, b) => (a.conversation.last_said_at < b.conversation.last_said_at ? 1 : -1));
  return { conversation: c, customer: d.customers.get(c.customer_id), channel, caps: channel.caps, interactions, open: interactions.find((i) => i.state !== 'closed') ?? null, history, cursor: cursor() };
});
on('GET', '/conversations/{id}/messages', ([id], __, q) => {
  const all = d.messages.get(id!) ?? [];
  const end = q.get('before') ? Number(q.get('before')) : all.length;
  const start = Math.max(0, end - Number(q.get('limit') ?? 50));
  return { items: all.slice(start, end), next: start > 0 ? String(start) : null, cursor: cursor() };
});
on('POST', '/customers/{id}/erase', ([id]) => {
  const customer = d.customers.get(id!)!;
  Object.assign(customer, { erased: true, identities: [], version: customer.version + 1 });
  const gone: string[] = [];
  for (const c of d.conversations.values()) if (c.customer_id === id) {
    gone.push(...d.messages.get(c.id)!.map((m) => m.id));
    d.messages.set(c.id, []);
    Object.assign(c.identity, { display_name: '', handle: '', profile_url: '' });
    c.version += 1;
  }
  emit('customer.erased', { customers: [customer], gone: { messages: gone } });
  return { erased: { messages: gone.length } };
});
on('GET', '/search', (_, __, q) => {
  const wanted = (q.get('q') ?? '').toLowerCase();
  const hits = [...d.messages.values()].flat().filter((m) => !m.deleted_at && `${m.text} ${m.subject} ${m.author.name}`.toLowerCase().includes(wanted)).slice(0, 40);
  return list(hits.map((message) => {
    const ch = d.channels.find((c) => c.id === message.channel_id)!;
    return { message, conversation: d.conversations.get(message.conversation_id), network: ch.network, medium: ch.medium };
  }));
});
on('GET', '/connectors', () => d.connectors);
on('GET', '/channels', () => list(d.channels));
const health = (b: Json): Json => {
  if (b.secrets?.access_token === 'falsch' || b.secrets?.password === 'falsch') return { state: 'reauth_needed', what: 'Das Netz weist diesen Zugang ab. Prüfen Sie das Token.', field: b.secrets.access_token ? 'access_token' : 'password', remote_id: null, handle: '' };
  return { state: 'ok', what: '', field: null, remote_id: '42', handle: '@kiebitz@social.example' };
};
on('POST', '/channels/check', (_, b) => health(b));
on('POST', '/channels', (_, b) => {
  const h = health(b);
  if (h.state !== 'ok' && !b.save_anyway) throw new Fail(422, 'invalid', h.what, h.field);
  const connector = d.connectors.find((c) => c.id === b.connector)!;
  const channel = { ...d.channels[0]!, id: d.id('c4'), connector: b.connector, network: b.connector, medium: connector.medium, name: b.name, handle: h.handle, config: b.config, secrets_set: Object.keys(b.secrets ?? {}), queue_id: b.queue_id, units: b.units, state: h.state, state_what: h.what, counters: { received: 0, stored: 0, duplicate: 0, quarantined: 0 } };
  d.channels.push(channel);
  emit('channel.added', { channels: [channel] });
  return channel;
});
const channelChange = (id: string, more: Json): Json => {
  const c = d.channels.find((x) => x.id === id)!;
  Object.assign(c, more, { version: c.version + 1 });
  emit('channel.changed', { channels: [c] });
  return c;
};
on('PATCH', '/channels/{id}', ([id], b) => channelChange(id!, b));
on('POST', '/channels/{id}/pause', ([id]) => channelChange(id!, { state: 'paused' }));
on('POST', '/channels/{id}/resume', ([id]) => channelChange(id!, { state: 'ok', state_what: '' }));
on('DELETE', '/channels/{id}', ([id]) => channelChange(id!, { archived: true }));
on('GET', '/channels/{id}/health', ([id]) => ({ lag_s: 2, gaps: id === 'c-telegram' ? [{ id: 'g-1', filled: null, resolved_at: null, stream: 'main', found_at: d.iso(Date.now() - 3e6), since: d.iso(Date.now() - 3.3e6) }] : [], counters: d.channels.find((c) => c.id === id)!.counters, outbox: { queued: 1, retrying: 0, dead: id === 'c-mastodon' ? 1 : 0 }, last_ok_at: d.iso(Date.now()), state_until: null, last_item_at: d.iso(Date.now() - 6e4), trouble: '', trouble_at: null, budgets: [], currency: '', connector: null }));
on('GET', '/queues', () => list(d.queues));
on('POST', '/queues', (_, b) => { const queue = { team_id: null, skills: [], member_ids: [], version: 1, archived: false, ...b, id: d.id('9') }; d.queues.push(queue); return queue; });
on('PATCH', '/queues/{id}', ([id], b) => Object.assign(d.queues.find((q) => q.id === id)!, b));
on('PUT', '/queues/{id}/members', ([id], b) => Object.assign(d.queues.find((q) => q.id === id)!, { member_ids: b.member_ids }));
on('GET', '/skills', () => list(d.skills));
on('POST', '/skills', (_, b) => { const skill = { ...b, id: d.id('5k') }; d.skills.push(skill as never); return skill; });
on('GET', '/wrap-up-codes', () => list(d.codes));
on('POST', '/wrap-up-codes', (_, b) => { const code = { archived: false, ...b, id: d.id('c0') }; d.codes.push(code as never); return code; });
on('PATCH', '/wrap-up-codes/{id}', ([id], b) => Object.assign(d.codes.find((c) => c.id === id)!, b));
on('GET', '/agents', () => list(d.agents));
on('PATCH', '/agents/{id}', ([id], b) => Object.assign(d.agents.find((a) => a.user_id === id)!, b));
on('GET', '/users', () => list(d.users));
on('POST', '/users', (_, b) => { const user = { locale: 'de', theme: 'system', disabled: false, roles: [], ...b, id: d.id('u') }; d.users.push(user); return user; });
on('PATCH', '/users/{id}', ([id], b) => Object.assign(d.users.find((u) => u.id === id)!, b));
on('PUT', '/users/{id}/grants', ([id], b) => Object.assign(d.users.find((u) => u.id === id)!, { roles: b.roles }));
on('POST', '/users/{id}/password-link', () => ({ url: 'http://127.0.0.1:8000/setup/Xk29aPq' }));
on('GET', '/roles', () => d.roles);
on('GET', '/quarantine', () => list(d.quarantine));
for (const verb of ['retry', 'discard']) on('POST', `/quarantine/{id}/${verb}`, ([id]) => { d.quarantine.splice(d.quarantine.findIndex((x) => x.id === id), 1); return {}; });
on('GET', '/dead-letters', () => list([...d.messages.values()].flat().filter((m) => ['dead', 'unknown'].includes(m.delivery) && !m.deleted_at).map((message) => ({ message, conversation: d.conversations.get(message.conversation_id), error: message.delivery_error }))));
on('GET', '/settings', () => ({ organisation: { name: 'Kiebitz Energie' } }));
on('GET', '/demo', () => ({ faces: [{ name: 'Marktplatz', url: '/sandbox/markt' }, { name: 'Freunde', url: '/sandbox/freunde' }], mailbox_url: '/sandbox/post', webchat_url: '/sandbox/chat', call_url: '', speed: 1, logins: [{ login: 'anna', password: 'kiebitz', name: 'Anna Petersen' }] }));
on('POST', '/demo/speed', () => ({}));
on('POST', '/demo/actions/{name}', ([action]) => {
  const some = [...d.work.values()].find((i) => i.state === 'waiting');
  if (action === 'author-deletes' && some) {
    const m = d.messages.get(some.conversation_id)!.at(-1)!;
    Object.assign(m, { text: '', deleted_at: d.iso(Date.now()), version: m.version + 1 });
    conversationOf(some.conversation_id).version += 1;
    emit('message.deleted', { messages: [m], work: [d.item(some)] });
  } else {
    for (let i = 0; i < (action === 'outage' ? 500 : 1); i++) {
      const interaction = d.add({ channel: 'sandbox', name: `Neue Person ${i + 1}`, handle: '@neu', language: 'de', queue: 'outage', agoMin: 0, dueMin: 15, messages: [{ from: 'in', ago: 0, text: 'Schon wieder kein Strom! Was ist da los?' }] });
      emit('interaction.created', { work: [d.item(interaction)], messages: d.messages.get(interaction.conversation_id) });
    }
  }
  return {};
});
on('POST', '/mock/typing', (_, b) => ephemeral('typing', b));
on('POST', '/mock/viewers', (_, b) => ephemeral('viewers', b));
on('POST', '/mock/say', (_, b) => void say(conversationOf(b.conversation_id), 'in', b.text));
on('POST', '/mock/log-out', () => void (loggedIn = false));

function send(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'set-cookie': 'csrftoken=mock; Path=/; SameSite=Lax' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function events(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const stream = { response, topics: (query.get('topics') ?? '').split(',') };
  const after = (request.headers['last-event-id'] as string | undefined) ?? query.get('after');
  response.write(`retry: 1000\nevent: hello\ndata: ${JSON.stringify({ cursor: cursor(), version: '0.1.0' })}\n\n`);
  if (after) {
    const from = Number(after.split('-')[1]);
    for (const frame of log.filter((f) => Number(f.cursor.split('-')[1]) > from)) response.write(`id: ${frame.cursor}\nevent: change\ndata: ${JSON.stringify(frame)}\n\n`);
  }
  streams.add(stream);
  const beat = setInterval(() => response.write(': beat\n\n'), 15_000);
  request.on('close', () => { clearInterval(beat); streams.delete(stream); });
}

const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.json': 'application/json' };
function file(path: string, response: ServerResponse): void {
  const root = values.static;
  if (!root) return send(response, 404, { code: 'not_found' });
  const wanted = join(root, normalize(path));
  const found = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(root, 'index.html');
  response.writeHead(200, { 'content-type': TYPES[extname(found)] ?? 'application/octet-stream', 'content-security-policy': CSP, 'x-content-type-options': 'nosniff' });
  // A build that runs meanwhile takes files away.
  createReadStream(found).on('error', () => response.destroy()).pipe(response);
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

const server = createServer((request, response) => {
  void (async () => {
    const url = new URL(request.url ?? '/', 'http://mock');
    if (url.pathname === '/api/v1/mock/down') {
      down = url.searchParams.get('on') === '1';
      if (down) for (const { response: r } of streams) r.destroy();
      return send(response, 200, { down });
    }
    if (down && url.pathname.startsWith('/api/')) return void request.destroy();
    if (url.pathname === '/api/v1/events') return events(request, response, url.searchParams);
    if (url.pathname.startsWith('/sandbox/')) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      return void response.end(`<!doctype html><html lang="de"><title>Sandkasten</title><body><main><h1>${url.pathname.slice(9)}</h1><p>Hier schreibt die Kundschaft.</p></main></body></html>`);
    }
    if (!url.pathname.startsWith('/api/')) return file(url.pathname, response);
    const body = await read(request);
    const attachment = /^\/api\/v1\/attachments(?:\/([^/]+))?$/.exec(url.pathname);
    if (attachment) {
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-type': attachment[1]!.startsWith('file') ? 'application/pdf' : 'image/png' });
        return void response.end(PNG);
      }
      if (request.method === 'POST') {
        const head = body.subarray(0, 2000).toString('latin1');
        const made = { id: d.id('a7'), name: Buffer.from(/filename="([^"]*)"/.exec(head)?.[1] ?? 'datei', 'latin1').toString(), media_type: /content-type: ([^\r\n]+)/i.exec(head.slice(head.indexOf('filename')))?.[1] ?? '', size_bytes: body.length, alt_text: '', content_id: null, state: 'stored' };
        uploads.set(made.id, made);
        return send(response, 201, made);
      }
      return send(response, 200, uploads.get(attachment[1]!) ?? {});
    }
    const parsed = body.length > 0 ? (JSON.parse(body.toString()) as Json) : {};
    const open = /\/(session|setup|mock)/.test(url.pathname);
    if (!loggedIn && !open) throw new Fail(401, 'unauthenticated', '');
    for (const [method, pattern, handle] of routes) {
      const match = request.method === method ? pattern.exec(url.pathname) : null;
      if (match) return send(response, 200, handle(match.slice(1), parsed, url.searchParams) ?? {});
    }
    throw new Fail(404, 'not_found', '');
  })().catch((error: unknown) => {
    const fail = error instanceof Fail ? error : new Fail(500, 'internal', String(error));
    if (!values.quiet && fail.status === 500) console.error(request.method, request.url, error);
    send(response, fail.status, { type: 'about:blank', title: fail.message, status: fail.status, detail: fail.message, code: fail.code, ...(fail.field ? { field: fail.field } : {}) }, 'application/problem+json');
  });
});
server.listen(Number(values.port), '127.0.0.1', () => {
  if (!values.quiet) console.log(`mock on http://127.0.0.1:${(server.address() as { port: number }).port}`);
});
