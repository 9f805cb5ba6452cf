import { api } from '../../../lib/api/client';
import type { Attachment, Message } from '../../../lib/api/types';
import type { Draft } from '../../../lib/desk/drafts';
import { sayFailure } from '../../../lib/desk/say';
import type { Handed } from '../../../lib/desk/ui.svelte';
import { customerName } from '../../../lib/desk/words';
import { t, texts } from '../../../lib/i18n/texts.svelte';
import { fullTime } from '../../../lib/text/time';
import type { Uploads } from '../uploads.svelte';
import type { Allowed } from './allowed.svelte';
import { bare } from './letter';

/** What the composer holds; `passing`: the files of what is passed on, apart from what the customer gets. */
interface Held { draft: Draft; uploads: Uploads; passing: Uploads; allowed: Allowed }

/** Take in an answer that comes back, something to pass on, or a comment to be answered in private. */
export function takeUp(handed: Handed, held: Held): void {
  if (handed.kind === 'back') bringBack(handed.message, held);
  else if (handed.kind === 'forward') passOn(handed.message, handed.reply, held);
  else {
    held.draft.mode = 'answer';
    held.draft.whisperTo = handed.message.id;
  }
}

/** What stands in the field already stays, below. */
function bringBack(message: Message, { draft, uploads, passing, allowed }: Held): void {
  const signed = message.details.signature_chars ?? 0;
  const text = signed > 0 ? message.text.slice(0, -signed) : message.text;
  if (message.aside) {
    draft.mode = 'forward';
    draft.forward = { to: message.aside.handle, text, subject: message.subject, attachments: [], replyTo: null };
    passing.adopt(message.attachments);
    return;
  }
  draft.mode = 'answer';
  draft.text = draft.text.trim() === '' ? text : `${text}\n\n${draft.text}`;
  draft.drafted = draft.drafted || message.details.drafted === true;
  if (allowed.caps.subject) draft.subject = message.subject;
  draft.signature = signed > 0;
  for (const name of ['to', 'cc', 'bcc'] as const) draft[name] = (message.details[name] ?? []).join(', ');
  if (draft.to || draft.cc || draft.bcc) draft.copiesOpen = true;
  draft.warning = message.details.content_warning ?? null;
  uploads.adopt(message.attachments);
}

/** `reply`: to the third party, who wrote this; otherwise to somebody who has yet to be named, with its files. */
function passOn(message: Message, reply: boolean, { draft, passing, allowed: { conversation } }: Held): void {
  const subject = message.subject || conversation.subject;
  draft.mode = 'forward';
  draft.forward = {
    to: reply ? (message.aside?.handle ?? '') : '', replyTo: reply ? message.id : null, attachments: [],
    subject: t(reply ? 'subject-reply' : 'subject-forward', { subject: bare(subject) }),
    text: reply ? '' : `\n\n${quoted(message, customerName(conversation.identity), subject)}`,
  };
  passing.clear();
  if (!reply) for (const file of message.attachments) if (file.state === 'stored') void copy(file, passing);
}

async function copy(file: Attachment, passing: Uploads): Promise<void> {
  try {
    passing.adopt([await api.post<Attachment>(`/attachments/${file.id}/copy`)]);
  } catch (error) {
    sayFailure(t('failed-copy', { name: file.name }), error);
  }
}

function quoted(message: Message, customer: string, subject: string): string {
  const from = message.author.name || message.author.handle || customer;
  return `${t('forward-head', { from, time: fullTime(message.said_at, texts.locale), subject })}\n\n${message.text}`;
}
