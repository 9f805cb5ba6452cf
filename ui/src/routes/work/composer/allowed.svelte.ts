import type { ConversationView, Interaction, Message } from '../../../lib/api/types';
import { clock } from '../../../lib/desk/clock.svelte';
import type { Draft, Mode } from '../../../lib/desk/drafts';
import type { Thread } from '../../../lib/desk/thread.svelte';
import { networkName } from '../../../lib/desk/words';
import { t } from '../../../lib/i18n/texts.svelte';

/** What the composer stands before: read anew whenever something is asked of it. */
export interface Before { thread: Thread; view: ConversationView; interaction: Interaction | null; mine: boolean; draft: Draft }

/** What may be written here now, and to whom: the network's rules, whose work it is, and what the writer has chosen of it. */
export class Allowed {
  constructor(readonly before: () => Before) {}

  readonly caps = $derived.by(() => this.before().view.caps);
  readonly conversation = $derived.by(() => this.before().view.conversation);
  readonly isPublic = $derived.by(() => this.conversation.visibility === 'public');
  readonly network = $derived.by(() => networkName(this.before().view.channel.network, this.conversation.identity.realm));
  /** What the customer said last in this very thread, and not to a third party. */
  readonly lastIn = $derived.by((): Message | undefined => {
    const { thread } = this.before();
    return [...thread.messages].reverse().find((m) => m.direction === 'in' && !m.deleted_at && !m.aside && m.conversation_id === thread.id);
  });
  /** Whether the time in which the network takes a free answer is over. */
  readonly #late = $derived.by(() => {
    const { rule, until } = this.conversation.reply;
    return rule === 'until' && until !== null && Date.parse(until) <= clock.now;
  });

  /** Why no answer can be written now; empty when one can. */
  readonly refusal = $derived.by(() => {
    const { rule, reason } = this.conversation.reply;
    const network = this.network;
    if (!this.caps.reply || rule === 'no') return (reason === 'call' ? t('reply-call') : reason) || t('reply-no', { network });
    if (this.#late) return t('reply-over', { network });
    if (rule === 'template_only') return reason || t('reply-template-only', { network });
    if (rule === 'needs_summon') return reason || t('reply-needs-summon', { network });
    if (rule === 'deeplink') return reason || t('reply-deeplink', { network });
    return '';
  });
  readonly holds = $derived.by(() => this.before().mine && this.before().interaction?.state === 'active');
  readonly canAnswer = $derived.by(() => this.holds && this.refusal === '');
  /** The window is over, but the network still takes texts that it approved. */
  readonly byTemplate = $derived.by(() => {
    const over = this.conversation.reply.rule === 'template_only' || this.#late;
    return this.holds && over && this.caps.reply && this.caps.templates === true;
  });
  readonly canForward = $derived.by(() => this.holds && this.caps.forward === true && !this.isPublic);
  readonly canWhisper = $derived.by(() => this.canAnswer && this.isPublic && this.caps.private_reply === true && this.lastIn !== undefined);

  /** What is being written: what was chosen, where that may be. */
  readonly mode = $derived.by((): Mode => {
    const { draft } = this.before();
    if (draft.mode === 'forward') return this.canForward && draft.forward ? 'forward' : 'answer';
    return draft.mode === 'answer' && !this.canAnswer && !this.byTemplate && draft.note !== '' ? 'note' : draft.mode;
  });
  /** Answered in private though it was said in public. */
  readonly whispers = $derived.by(() => this.mode === 'answer' && this.canWhisper && this.before().draft.whisperTo !== null);
  /** Everybody will read it. */
  readonly open = $derived.by(() => this.isPublic && !this.whispers);
  readonly writing = $derived.by(() => this.mode === 'note' || this.mode === 'forward' || this.canAnswer);
  /** Seconds in which a free answer is still taken; null: no such limit, or it is over. */
  readonly windowLeft = $derived.by(() => {
    const { rule, until } = this.conversation.reply;
    if (rule !== 'until' || until === null) return null;
    const left = (Date.parse(until) - clock.now) / 1000;
    return left > 0 ? left : null;
  });
}
