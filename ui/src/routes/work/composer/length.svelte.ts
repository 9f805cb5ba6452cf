import { countText } from '../../../lib/text/count';
import type { Allowed } from './allowed.svelte';
import { Parts } from './parts.svelte';

/** How long the answer is, with what stands below it, by the network's own rules; and whether it goes out in parts. */
export class Length {
  readonly parts = new Parts();

  constructor(readonly allowed: Allowed) {}

  readonly #signature = $derived.by(() => this.allowed.before().view.signature);
  /** Whether the signature stands below. */
  readonly signs = $derived.by(() => this.allowed.mode === 'answer' && !!this.#signature?.text && (this.allowed.before().draft.signature ?? this.#signature.on));
  /** What goes out. */
  readonly whole = $derived.by(() => {
    const { text } = this.allowed.before().draft;
    return this.signs && text.trim() !== '' ? `${text.trim()}\n\n${this.#signature!.text}` : text;
  });
  readonly limit = $derived.by(() => (this.allowed.whispers ? (this.allowed.caps.private_text ?? this.allowed.caps.text) : this.allowed.caps.text));
  readonly used = $derived.by(() => (this.allowed.mode === 'answer' ? countText(this.whole, this.limit) : 0));
  readonly maximum = $derived.by(() => this.limit.maximum);
  readonly #long = $derived.by(() => this.allowed.mode === 'answer' && this.maximum !== null && this.used > this.maximum);
  readonly mostParts = $derived.by(() => (this.allowed.whispers ? 1 : (this.allowed.caps.max_parts ?? 1)));
  /** In how many parts it goes; null: it cannot be cut so; undefined: it need not be cut, or that is not known yet. */
  readonly cut = $derived.by(() => (this.#long && this.mostParts > 1 ? this.parts.of(this.whole) : undefined));
  /** Nobody knows yet in how many parts it goes. */
  readonly counting = $derived.by(() => this.#long && this.mostParts > 1 && this.cut === undefined);
  /** It is longer than the network takes. */
  readonly over = $derived.by(() => this.#long && !this.counting && (this.cut === undefined || this.cut === null || this.cut > this.mostParts));
}
