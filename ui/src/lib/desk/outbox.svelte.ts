import { api } from '../api/client';
import { Problem, Unreachable } from '../api/problem';
import type { Attachment, Message, TemplateChoice, Visibility } from '../api/types';
import { uuid7 } from '../text/uuid7';
import { readStored, storedKeys, writeStored } from './storage';
import { problemText } from './say';

export interface AnswerBody {
  message_id: string; text: string; visibility: Visibility; subject?: string; attachment_ids?: string[];
  in_reply_to?: string; conversation_id?: string; details?: { content_warning?: string; to?: string[]; cc?: string[]; bcc?: string[] }; template?: TemplateChoice;
  grace?: boolean; send_at?: string; stops?: boolean; approval?: boolean; signature?: boolean; forward_to?: string; private_reply_to?: string; drafted?: boolean;
}

/** How an answer goes out, besides at once to the customer. */
export interface Ways {
  sendAt?: string | null; stops?: boolean; approval?: boolean; signature?: boolean; forwardTo?: string | null; whisperTo?: string | null; drafted?: boolean;
}

/** Something said here that the server has not confirmed. The id is its idempotency key, so sending it again is safe. */
export interface Pending {
  id: string; conversationId: string; interactionId: string | null; note: boolean; text: string; subject: string;
  visibility: Visibility; attachments: Attachment[]; details: NonNullable<AnswerBody['details']>; saidAt: string;
  inReplyTo: string | null;
  /** The approved text that is sent; `text` shows it filled in. */
  template?: TemplateChoice | null;
  ways?: Ways;
  /** Whom a note names. */
  mentions?: string[];
  /** sending: on its way. waiting: no connection, goes out by itself. refused: a person must look. */
  state: 'sending' | 'waiting' | 'refused';
  error: string;
}

const PREFIX = 'unisono.outbox.';
const LOCK = 'unisono.outbox';

/**
 * Answers and notes between the key press and the server's word; they survive a reload, a lost connection, and the tab in
 * which they were written: each is kept by itself, so that no tab writes over what another keeps.
 */
export class Outbox {
  items = $state.raw<Pending[]>([]);
  readonly #prefix: string;

  constructor(
    userId: string,
    readonly sent: (message: Message) => void,
  ) {
    this.#prefix = `${PREFIX}${userId}.`;
    // Until version 0.3 all lay under one key.
    for (const item of readStored<Pending[]>(PREFIX + userId) ?? []) writeStored(this.#key(item.id), item);
    writeStored(PREFIX + userId, undefined);
    // Ids grow with time.
    for (const key of storedKeys(this.#prefix).sort()) this.#hear(readStored<Pending>(key), 'waiting');
    // What another tab has to say shows here as well.
    addEventListener('storage', ({ key, newValue }) => {
      if (!key?.startsWith(this.#prefix)) return;
      if (newValue === null) this.items = this.items.filter((item) => this.#key(item.id) !== key);
      else this.#hear(readStored<Pending>(key));
    });
  }

  of(conversationId: string): Pending[] {
    return this.items.filter((item) => item.conversationId === conversationId);
  }

  /** Say it: shown at once, sent at once. */
  async say(pending: Omit<Pending, 'id' | 'saidAt' | 'state' | 'error'>): Promise<boolean> {
    const item: Pending = {
      ...pending, id: uuid7(), saidAt: new Date(api.now()).toISOString(), state: 'sending', error: '',
    };
    return this.#send(item);
  }

  /** Send what waited for the connection, in order; one tab after the other, each what the one before it left. */
  async replay(): Promise<void> {
    await navigator.locks.request(LOCK, async () => {
      for (const { id } of this.items) {
        const item = readStored<Pending>(this.#key(id)) ?? this.items.find((one) => one.id === id);
        if (item?.state === 'waiting' && !(await this.retry(id))) break;
      }
    });
  }

  async retry(id: string): Promise<boolean> {
    const item = this.items.find((i) => i.id === id);
    return item ? this.#send({ ...item, state: 'sending', error: '' }) : false;
  }

  drop(id: string): void {
    writeStored(this.#key(id), undefined);
    this.items = this.items.filter((item) => item.id !== id);
  }

  dropConversation(conversationId: string): void {
    for (const item of this.of(conversationId)) this.drop(item.id);
  }

  /** The stream has shown it: the answer to our request may have been lost, the message was not. */
  confirm(id: string): void {
    if (this.items.some((item) => item.id === id)) this.drop(id);
  }

  async #send(item: Pending): Promise<boolean> {
    this.#keep(item);
    try {
      const { message } = item.note
        ? await api.post<{ message: Message }>(
            `/conversations/${item.conversationId}/notes`, { message_id: item.id, text: item.text, ...(item.mentions?.length ? { mentions: item.mentions } : {}) }, { key: item.id })
        : await api.post<{ message: Message }>(`/interactions/${item.interactionId}/answer`, body(item), { key: item.id });
      this.sent(message);
      this.drop(item.id);
      return true;
    } catch (error) {
      const again = error instanceof Unreachable || (error instanceof Problem && (error.status >= 502 || error.status === 401));
      this.#keep({ ...item, state: again ? 'waiting' : 'refused', error: problemText(error) });
      return false;
    }
  }

  #keep(item: Pending): void {
    writeStored(this.#key(item.id), item);
    this.#hear(item);
  }

  /** Hold an item that is kept; instead: the state of one that was on its way from a page that is no more. */
  #hear(item: Pending | undefined, instead: Pending['state'] = 'sending'): void {
    if (!item) return;
    const now = item.state === 'sending' ? { ...item, state: instead } : item;
    const known = this.items.some((old) => old.id === now.id);
    this.items = known ? this.items.map((old) => (old.id === now.id ? now : old)) : [...this.items, now];
  }

  #key(id: string): string {
    return this.#prefix + id;
  }
}

function body(item: Pending): AnswerBody {
  const answer: AnswerBody = { message_id: item.id, text: item.text, visibility: item.visibility };
  // Of merged conversations the one that is shown is answered.
  answer.conversation_id = item.conversationId;
  if (item.subject !== '') answer.subject = item.subject;
  if (item.attachments.length > 0) answer.attachment_ids = item.attachments.map((a) => a.id);
  if (item.inReplyTo !== null) answer.in_reply_to = item.inReplyTo;
  if (Object.keys(item.details).length > 0) answer.details = item.details;
  if (item.template) answer.template = item.template;
  const { sendAt, stops, approval, signature, forwardTo, whisperTo, drafted } = item.ways ?? {};
  if (sendAt) answer.send_at = sendAt;
  if (stops) answer.stops = true;
  if (approval) answer.approval = true;
  if (signature) answer.signature = true;
  if (drafted) answer.drafted = true;
  if (forwardTo) answer.forward_to = forwardTo;
  if (whisperTo) answer.private_reply_to = whisperTo;
  // What goes to one person out of a public thread opens a thread of its own, and is not taken back.
  else answer.grace = true;
  return answer;
}
