import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { api } from '../api/client';
import { Problem } from '../api/problem';
import type {
  Agent, AgentStateName, Channel, Consult, ConsultItem, Conversation, ConversationView, Counts, Frame, Interaction, Me, Message, Offer,
  OfferItem, Page, Queue, Skill, WorkItem, WrapUpCode,
} from '../api/types';
import { t } from '../i18n/texts.svelte';
import { SharedStream, type Ephemeral, type Line, type LiveFrame } from '../live/stream';
import { LiveTopics } from '../live/topics.svelte';
import { applyFrame, applyViews, emptyState, type DeskState } from '../state/reducer';
import { clock } from './clock.svelte';
import { Drafts } from './drafts';
import { Notices } from './notices.svelte';
import { Outbox } from './outbox.svelte';
import { sayFailure } from './say';
import { toasts } from './toasts.svelte';
import { Thread } from './thread.svelte';
import { address, type ListFilter } from './filter';
import { views } from './views.svelte';
import { customerName } from './words';
import { WorkList } from './work-list.svelte';

interface Typing { conversation_id: string; name?: string; on?: boolean; until: number }
interface Viewers { conversation_id: string; viewers: { user_id: string; name: string }[] }

const HELD_LISTS = 8;
const HELD_THREADS = 20;

/** Everything that one signed-in person's desk holds: state from the server, and the verbs that change it. */
export class Desk {
  me = $state.raw<Me>(undefined as unknown as Me);
  line = $state<Line>('connecting');
  counts = $state.raw<Counts>({});
  skills = $state.raw<Skill[]>([]);
  codes = $state.raw<WrapUpCode[]>([]);
  readonly state: DeskState = {
    ...emptyState(),
    work: new SvelteMap(), offers: new SvelteMap(), agents: new SvelteMap(), channels: new SvelteMap(),
    queues: new SvelteMap(), customers: new SvelteMap(), consults: new SvelteMap(), cases: new SvelteMap(), mentions: new SvelteMap(),
    calls: new SvelteMap(),
  };
  readonly drafts: Drafts;
  readonly notices = new Notices();
  readonly outbox: Outbox;
  readonly stream: SharedStream;
  readonly live = new LiveTopics(() => this.#setTopics());
  readonly #lists = new Map<string, WorkList>();
  readonly #left = new SvelteSet<string>();
  readonly #threads = new Map<string, Thread>();
  readonly #typing = new SvelteMap<string, Typing>();
  readonly #viewers = new SvelteMap<string, Viewers['viewers']>();
  #shown: string[] = [];
  onFrame: (frame: Frame) => void = () => {};

  constructor(me: Me) {
    this.me = me;
    this.drafts = new Drafts(me.user.id);
    this.outbox = new Outbox(me.user.id, (message) => this.take({ messages: [message] }));
    this.stream = new SharedStream({
      frame: (frame) => this.#frame(frame),
      ephemeral: (kind, data) => this.#ephemeral(kind, data),
      reset: () => void this.readAgain(),
      line: (line) => {
        const back = this.line === 'lost' && line === 'open';
        this.line = line;
        if (back) void this.readCounts();
        if (line === 'open') void this.outbox.replay();
      },
      carries: (topics, after) => {
        for (const id of this.#shown) if (topics.includes(`conversation:${id}`)) this.#threads.get(id)?.carried(after);
      },
    });
    if (me.agent) this.state.agents.set(me.agent.user_id, me.agent);
  }

  async start(): Promise<void> {
    this.stream.start(['work']);
    await Promise.all([this.readDirectory(), this.readOffers(), this.readConsults(), this.readCounts(), this.notices.read()]);
    if (this.may('answer.approve')) this.live.follow('approvals');
  }

  stop(): void {
    this.stream.stop();
  }

  get agent(): Agent | null {
    return this.state.agents.get(this.me.user.id) ?? this.me.agent;
  }

  may(action: string): boolean {
    return this.me.actions.includes(action);
  }

  // ---- reading ----------------------------------------------------------------------------------------------------

  /** Names of queues, channels, agents, skills and codes. A part that this person may not read stays empty. */
  async readDirectory(): Promise<void> {
    const read = async <T>(path: string, take: (items: T[], cursor?: string) => void): Promise<void> => {
      try {
        const page = await api.get<Page<T> | T[]>(path, { query: { limit: 200 } });
        if (Array.isArray(page)) take(page);
        else take(page.items, page.cursor);
      } catch {
        // Names are a comfort here; the page that lists these things reports why they cannot be read.
      }
    };
    await Promise.all([
      read<Queue>('/queues', (queues, cursor) => applyViews(this.state, { queues }, cursor)),
      read<Channel>('/channels', (channels, cursor) => applyViews(this.state, { channels }, cursor)),
      read<Agent>('/agents', (agents, cursor) => applyViews(this.state, { agents }, cursor)),
      read<Skill>('/skills', (skills) => (this.skills = skills)),
      read<WrapUpCode>('/wrap-up-codes', (codes) => (this.codes = codes)),
    ]);
  }

  async readOffers(): Promise<void> {
    try {
      const page = await api.get<Page<OfferItem>>('/offers');
      this.take({ offers: page.items.map((o) => o.offer), work: page.items.map((o) => o.item) }, page.cursor);
    } catch {
      // Nobody who is no agent has offers.
    }
  }

  async readConsults(): Promise<void> {
    try {
      const page = await api.get<Page<ConsultItem>>('/consults');
      this.take({ consults: page.items.map((c) => c.consult), work: page.items.map((c) => c.item) }, page.cursor);
    } catch {
      // Nobody who may not read the work is asked about it.
    }
  }

  async readCounts(): Promise<void> {
    try {
      this.counts = await api.get<Counts>('/counts');
    } catch {
      // The figures beside the views are a comfort; they come again with the next change.
    }
  }

  /** After a gap: read all that is shown again. Drafts and what waits to be sent are untouched. */
  async readAgain(): Promise<void> {
    const shown = new Set(this.#shown);
    for (const id of [...this.#threads.keys()]) if (!shown.has(id)) this.#threads.delete(id);
    const lists = [...this.#lists.values()];
    const last = lists.at(-1);
    // What ended meanwhile is in no list of what goes on.
    this.state.consults.clear();
    this.#lists.clear();
    if (last) this.#lists.set(listKey(last.filter), last);
    await Promise.all([
      last?.load(), ...[...this.#threads.values()].map((thread) => thread.load()), this.readOffers(), this.readConsults(), this.readCounts(),
      this.readDirectory(),
    ]);
  }

  list(filter: ListFilter): WorkList {
    const key = listKey(filter);
    let list = this.#lists.get(key);
    if (list) {
      this.#lists.delete(key);
    } else {
      list = new WorkList(filter, this.me.user.id, (work, cursor) => {
        applyViews(this.state, { work }, cursor);
        return work.flatMap((item) => this.state.work.get(item.interaction.id) ?? []);
      }, (channel) => this.state.channels.get(channel)?.work_class_id ?? null);
      void list.load();
    }
    // The order of the map is the order of use.
    this.#lists.set(key, list);
    for (const old of [...this.#lists.keys()].slice(0, -HELD_LISTS)) this.#lists.delete(old);
    return list;
  }

  thread(id: string): Thread {
    let thread = this.#threads.get(id);
    if (!thread) {
      thread = new Thread(id, (view) => this.#takeConversation(view), (messages, cursor) => {
        applyViews(this.state, { messages }, cursor);
        // What was removed meanwhile is not in the state, what changed meanwhile is newer there.
        return messages.flatMap((m) => this.state.messages.get(m.id) ?? []);
      });
      this.#threads.set(id, thread);
      void thread.load();
      for (const old of [...this.#threads.keys()].slice(0, -HELD_THREADS)) {
        if (!this.#shown.includes(old)) this.#threads.delete(old);
      }
    }
    return thread;
  }

  /** Say which conversations are on the screen, so that the stream carries them. */
  show(ids: string[]): void {
    for (const old of this.#shown) if (!ids.includes(old)) this.live.forget(`writing:${old}`);
    this.#shown = ids;
    this.#setTopics();
  }

  #setTopics(): void {
    // An address that somebody mistyped is no topic; the server would refuse the whole stream.
    const known = this.#shown.filter((id) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id));
    this.stream.setTopics(['work', ...known.flatMap((id) => [`conversation:${id}`, `live:writing:${id}`]), ...this.live.topics]);
  }

  get myOffers(): { offer: Offer; item: WorkItem }[] {
    const found: { offer: Offer; item: WorkItem }[] = [];
    for (const offer of this.state.offers.values()) {
      if (offer.state !== 'open' || offer.agent_id !== this.me.user.id || Date.parse(offer.expires_at) <= clock.now) continue;
      const item = this.state.work.get(offer.interaction_id);
      if (item) found.push({ offer, item });
    }
    return found.sort((a, b) => (a.offer.expires_at < b.offer.expires_at ? -1 : 1));
  }

  /** What is asked about a unit of work and has not ended. */
  consultsOn(interactionId: string): Consult[] {
    return [...this.state.consults.values()].filter((c) => c.interaction_id === interactionId && (c.state === 'requested' || c.state === 'open'));
  }

  /** What colleagues ask of this person: by name, or for a skill that they have; and what they help with. */
  get consultsForMe(): Consult[] {
    const me = this.agent;
    if (!me) return [];
    const mine = new Set(this.skills.filter((s) => me.skills.some((one) => one.skill_id === s.id)).map((s) => s.key));
    return [...this.state.consults.values()]
      .filter((c) => c.asked_by !== me.user_id && !this.#left.has(c.id) && (c.agent_id === me.user_id ? c.state === 'requested' || c.state === 'open'
        : c.agent_id === null && c.state === 'requested' && c.skill !== null && mine.has(c.skill) && me.state !== 'offline'))
      .sort((a, b) => (a.asked_at < b.asked_at ? -1 : 1));
  }

  typing(conversationId: string): string | null {
    const typing = this.#typing.get(conversationId);
    return typing && typing.on !== false && typing.until > clock.now ? (typing.name ?? '') : null;
  }

  viewers(conversationId: string): string[] {
    return (this.#viewers.get(conversationId) ?? []).filter((v) => v.user_id !== this.me.user.id).map((v) => v.name);
  }

  /** The names of colleagues who write in a conversation just now. */
  writers(conversationId: string, what: 'answer' | 'note'): string[] {
    const found = [...this.live.of<{ user_id: string; what: string }>(`writing:${conversationId}`).values()];
    const names = new Map((this.#viewers.get(conversationId) ?? []).map((v) => [v.user_id, v.name]));
    return found.filter((w) => w.what === what && w.user_id !== this.me.user.id).map((w) => names.get(w.user_id) || this.agentName(w.user_id));
  }

  agentName(id: string | null): string {
    return (id && this.state.agents.get(id)?.name) || t('someone');
  }

  // ---- verbs ------------------------------------------------------------------------------------------------------

  async setAgentState(state: AgentStateName, reason = ''): Promise<void> {
    await this.#try(t('failed-agent-state'), async () => {
      const agent = await api.put<Agent>('/me/agent-state', { state, reason });
      this.take({ agents: [agent] });
    });
  }

  async accept(offer: Offer): Promise<boolean> {
    return (await this.#try(t('failed-accept'), async () => {
      const { interaction } = await api.post<{ interaction: Interaction | null }>(`/offers/${offer.id}/accept`);
      this.take({ offers: [{ ...offer, state: 'accepted' }] });
      if (interaction) this.takeInteraction(interaction);
      return true;
    }, (error) => this.#offerEnded(offer, error))) ?? false;
  }

  async decline(offer: Offer, reason = '', words = ''): Promise<void> {
    await this.#try(t('failed-decline'), async () => {
      await api.post(`/offers/${offer.id}/decline`, { reason, words });
      this.take({ offers: [{ ...offer, state: 'declined' }] });
    }, (error) => this.#offerEnded(offer, error));
  }

  async act(interaction: Interaction, verb: string, body?: object): Promise<boolean> {
    return (await this.#try(t('failed-verb'), async () => {
      const answer = await api.post<{ interaction?: Interaction | null } | undefined>(`/interactions/${interaction.id}/${verb}`, body);
      if (answer?.interaction) this.takeInteraction(answer.interaction);
      else await this.#reread(interaction.id);
      return true;
    }, () => void this.#reread(interaction.id))) ?? false;
  }

  async consult(consult: Consult, verb: 'accept' | 'decline' | 'end'): Promise<boolean> {
    return (await this.#try(t('failed-verb'), async () => {
      const answer = await api.post<{ consult: Consult }>(`/consults/${consult.id}/${verb}`);
      this.take({ consults: [answer.consult] });
      return true;
    }, () => void this.readConsults())) ?? false;
  }

  /** Nobody can say no for everybody who has a skill, so that is only put aside here. */
  async leaveConsult(consult: Consult): Promise<void> {
    if (consult.agent_id === null) this.#left.add(consult.id);
    else await this.consult(consult, 'decline');
  }

  async reopen(conversation: Conversation): Promise<boolean> {
    return (await this.#try(t('failed-verb'), async () => {
      const { interaction } = await api.post<{ interaction: Interaction | null }>(`/conversations/${conversation.id}/reopen`);
      if (interaction) await this.#reread(interaction.id);
      return true;
    })) ?? false;
  }

  async retryMessage(message: Message, confirmNotSent: boolean): Promise<void> {
    await this.#try(t('failed-verb'), async () => {
      const answer = await api.post<{ message?: Message } | undefined>(`/messages/${message.id}/retry`,
        confirmNotSent ? { confirm_not_sent: true } : {});
      if (answer?.message) this.take({ messages: [answer.message] });
    });
  }

  async discardMessage(message: Message): Promise<void> {
    await this.#try(t('failed-verb'), async () => {
      const answer = await api.post<{ message?: Message } | undefined>(`/messages/${message.id}/discard`, {});
      if (answer?.message) this.take({ messages: [answer.message] });
    });
  }

  // ---- taking in --------------------------------------------------------------------------------------------------

  /** Views that came as the answer to a request. */
  take(views: Parameters<typeof applyViews>[1], cursor?: string): void {
    applyViews(this.state, views, cursor);
    this.#spread(views);
  }

  takeInteraction(interaction: Interaction): void {
    const item = this.state.work.get(interaction.id);
    if (item) this.take({ work: [{ ...item, interaction }] });
    else void this.#reread(interaction.id);
  }

  /** Read one row again, after a verb whose answer does not hold it. */
  rereadWork(interactionId: string): Promise<void> {
    return this.#reread(interactionId);
  }

  async #reread(interactionId: string): Promise<void> {
    try {
      this.take({ work: [await api.get<WorkItem>(`/interactions/${interactionId}`)] });
    } catch {
      // Gone or out of sight: the stream says so.
    }
  }

  #frame(frame: Frame): void {
    const mine = (frame.work ?? []).filter(({ interaction }) => this.state.work.get(interaction.id)?.interaction.agent_id === this.me.user.id);
    this.onFrame(frame);
    applyFrame(this.state, frame);
    for (const item of mine) this.#tellLost(item);
    this.#spread(frame);
    for (const id of frame.gone?.work ?? []) for (const list of this.#lists.values()) list.drop(id);
    for (const id of frame.gone?.messages ?? []) for (const thread of this.#threads.values()) thread.drop(id);
    for (const id of frame.gone?.customers ?? []) this.#forgetCustomer(id);
    for (const customer of frame.customers ?? []) if (customer.erased) this.#forgetCustomer(customer.id);
    if (frame.work?.length || frame.gone?.work?.length) views.changed();
    if (frame.mentions?.length) void this.notices.read();
  }

  /** What went back because nothing was done for it is told to whom it was with; what else goes, they did themselves. */
  #tellLost({ interaction, conversation }: WorkItem): void {
    if (interaction.state !== 'waiting' || interaction.reason?.by !== 'silence') return;
    toasts.show('info', t('silence-gone', { customer: customerName(conversation.identity) }));
  }

  #spread(views: Parameters<typeof applyViews>[1]): void {
    for (const { interaction } of views.work ?? []) {
      const item = this.state.work.get(interaction.id);
      if (!item) continue;
      for (const list of this.#lists.values()) list.follow(item);
      for (const thread of this.#showing(item.conversation.id)) thread.followWork(item);
    }
    for (const { id, conversation_id } of views.messages ?? []) {
      const message = this.state.messages.get(id);
      if (!message) continue;
      for (const thread of this.#showing(conversation_id)) thread.follow(message);
      this.outbox.confirm(id);
      if (message.direction === 'in') this.#typing.delete(conversation_id);
    }
  }

  /** The threads that show a conversation: its own, and those that it is merged with. */
  #showing(conversationId: string): Thread[] {
    return [...this.#threads.values()].filter((thread) => thread.ids.includes(conversationId));
  }

  #takeConversation(view: ConversationView): void {
    applyViews(this.state, { customers: [view.customer], channels: [view.channel] }, view.cursor);
    for (const { id } of view.interactions) {
      const item = this.state.work.get(id);
      if (item) this.#threads.get(view.conversation.id)?.followWork(item);
    }
  }

  // What was written to an erased person and not sent is about that person too.
  #forgetCustomer(customerId: string): void {
    for (const thread of this.#threads.values()) {
      if (thread.view?.conversation.customer_id !== customerId) continue;
      this.drafts.forget(thread.id);
      this.outbox.dropConversation(thread.id);
      void thread.load();
    }
  }

  #ephemeral(kind: Ephemeral, data: unknown): void {
    if (kind === 'counts') this.counts = data as Counts;
    else if (kind === 'live') {
      this.live.hear(data as LiveFrame);
      if ((data as LiveFrame).topic === 'approvals') void this.notices.read();
    }
    else if (kind === 'typing') {
      const typing = data as Omit<Typing, 'until'>;
      this.#typing.set(typing.conversation_id, { ...typing, until: api.now() + 6_000 });
    } else {
      const { conversation_id, viewers } = data as Viewers;
      this.#viewers.set(conversation_id, viewers);
    }
  }

  /** `otherwise` returns true when it has dealt with the failure, so that nobody need be told. */
  async #try<T>(what: string, run: () => Promise<T>, otherwise?: (error: unknown) => boolean | void): Promise<T | null> {
    try {
      return await run();
    } catch (error) {
      if (otherwise?.(error) !== true) sayFailure(what, error);
      return null;
    }
  }

  // An offer that ran out while the key was pressed is no failure; it only has to go away.
  #offerEnded(offer: Offer, error: unknown): boolean {
    if (!(error instanceof Problem) || ![404, 409, 410].includes(error.status)) return false;
    this.take({ offers: [{ ...offer, state: 'withdrawn' }] });
    toasts.show('info', t('offer-ended'));
    void this.readOffers();
    return true;
  }
}

function listKey(filter: ListFilter): string {
  return address(filter);
}
