import type { Attachment, TemplateChoice } from '../api/types';
import { readStored, storedKeys, writeStored } from './storage';

export interface Draft {
  text: string; note: string; mode: Mode; subject: string | null; to: string; cc: string; bcc: string;
  copiesOpen: boolean; warning: string | null; attachments: Attachment[]; template: TemplateChoice | null; savedAt: number;
  /** Whether the signature stands below; null: as the channel has it. */
  signature: boolean | null;
  /** The customer's public message that is answered in private. */
  whisperTo: string | null;
  /** Who was named in the note; only those count whose name still stands in it. */
  named: { id: string; name: string }[];
  /** What is passed on to a third party; apart from the answer, so that neither can be sent as the other. */
  forward: Forward | null;
  /** The answer began as a draft of the writing aid. */
  drafted: boolean;
}

export type Mode = 'answer' | 'note' | 'forward';

export interface Forward {
  to: string; text: string; subject: string; attachments: Attachment[];
  /** What of theirs is answered; null when something is passed on to them for the first time. */
  replyTo: string | null;
}

const PREFIX = 'unisono.draft.';
const KEEP_MS = 14 * 86_400_000;

export function emptyDraft(): Draft {
  return {
    text: '', note: '', mode: 'answer', subject: null, to: '', cc: '', bcc: '', copiesOpen: false, warning: null,
    attachments: [], template: null, savedAt: 0, signature: null, whisperTo: null, named: [], forward: null, drafted: false,
  };
}

/** What is being written to each conversation, kept in this browser so that no reload or lost connection costs a word. */
export class Drafts {
  constructor(readonly userId: string) {
    const oldest = Date.now() - KEEP_MS;
    for (const key of storedKeys(PREFIX)) {
      if ((readStored<Draft>(key)?.savedAt ?? 0) < oldest) writeStored(key, undefined);
    }
  }

  read(conversationId: string): Draft {
    return { ...emptyDraft(), ...readStored<Partial<Draft>>(this.#key(conversationId)) };
  }

  keep(conversationId: string, draft: Draft): void {
    const blank = draft.text === '' && draft.note === '' && draft.attachments.length === 0 && draft.warning === null && draft.template === null
      && draft.forward === null;
    writeStored(this.#key(conversationId), blank ? undefined : { ...draft, savedAt: Date.now() });
  }

  /** What was said to somebody who has been erased goes too. */
  forget(conversationId: string): void {
    writeStored(this.#key(conversationId), undefined);
  }

  #key(conversationId: string): string {
    return `${PREFIX}${this.userId}.${conversationId}`;
  }
}
