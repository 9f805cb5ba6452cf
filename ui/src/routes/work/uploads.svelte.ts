import { api } from '../../lib/api/client';
import type { Attachment, MediaLimit } from '../../lib/api/types';
import { upload as sendFile, type Sending } from '../../lib/api/upload';
import { problemText } from '../../lib/desk/say';
import { bytes } from '../../lib/desk/words';
import { t } from '../../lib/i18n/texts.svelte';

export interface Upload {
  key: string; name: string; size: number | null; type: string; state: 'sending' | 'done' | 'failed'; error: string;
  attachment: Attachment | null; altText: string; preview: string | null;
  /** How much of it has been sent, from 0 to 1. */
  share: number;
}

let keys = 0;

/** The files of one answer: checked against what the network takes, sent to the server while the text is written. */
export class Uploads {
  items = $state<Upload[]>([]);
  readonly #sending = new Map<string, Sending>();

  constructor(
    readonly channelId: string,
    readonly limit: MediaLimit,
    kept: Attachment[],
  ) {
    this.adopt(kept);
  }

  /** Take in files that are with the server already: of a draft, or of an answer that was taken back. */
  adopt(kept: Attachment[]): void {
    this.items = [...this.items, ...kept.map((attachment): Upload => ({
      key: `kept-${attachment.id}`, name: attachment.name, size: attachment.size_bytes, type: attachment.media_type,
      state: 'done', error: '', attachment, altText: attachment.alt_text, preview: null, share: 1,
    }))];
  }

  get done(): Attachment[] {
    return this.items.flatMap((item) => (item.attachment ? [{ ...item.attachment, alt_text: item.altText }] : []));
  }

  get busy(): boolean {
    return this.items.some((item) => item.state === 'sending');
  }

  get failed(): boolean {
    return this.items.some((item) => item.state === 'failed');
  }

  add(files: File[]): void {
    for (const file of files) {
      const key = `upload-${++keys}`;
      const error = this.#refusal(file);
      this.items.push({
        key, name: file.name || t('pasted-image'), size: file.size, type: file.type, state: error ? 'failed' : 'sending',
        error, attachment: null, altText: '', share: 0, preview: file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
      });
      if (!error) void this.#send(key, file);
    }
  }

  /** Keep the description with the file; the network shows it to people who cannot see the picture. */
  async describe(upload: Upload): Promise<void> {
    if (!upload.attachment) return;
    try {
      await api.patch(`/attachments/${upload.attachment.id}`, { alt_text: upload.altText });
    } catch (error) {
      upload.error = problemText(error);
    }
  }

  remove(upload: Upload): void {
    this.items = this.items.filter((item) => item.key !== upload.key);
    this.#sending.get(upload.key)?.cancel();
    if (upload.preview) URL.revokeObjectURL(upload.preview);
    // An attachment that no message names is cleared away by the server sooner or later; this makes it sooner.
    if (upload.attachment) void api.delete(`/attachments/${upload.attachment.id}`).catch(() => {});
  }

  clear(): void {
    for (const item of this.items) if (item.preview) URL.revokeObjectURL(item.preview);
    this.items = [];
  }

  #refusal(file: File): string {
    const { max_count, max_bytes, types } = this.limit;
    if (this.items.length >= max_count) return t('media-too-many', { count: max_count });
    if (max_bytes > 0 && file.size > max_bytes) return t('media-too-large', { size: bytes(max_bytes) });
    const fits = types.length === 0 || types.some((type) => type === '*/*' || type === file.type || (type.endsWith('/*') && file.type.startsWith(type.slice(0, -1))));
    return fits ? '' : t('media-type', { type: file.type || file.name });
  }

  async #send(key: string, file: File): Promise<void> {
    const form = new FormData();
    form.set('channel_id', this.channelId);
    form.set('file', file, file.name || 'image.png');
    const find = (): Upload | undefined => this.items.find((item) => item.key === key);
    try {
      const sending = sendFile(form, (share) => {
        const upload = find();
        if (upload) upload.share = share;
      });
      this.#sending.set(key, sending);
      const attachment = await sending.done;
      const upload = find();
      if (!upload) {
        await api.delete(`/attachments/${attachment.id}`);
        return;
      }
      upload.attachment = attachment;
      upload.state = 'done';
      if (upload.altText) await this.describe(upload);
    } catch (error) {
      const upload = find();
      if (upload) {
        upload.state = 'failed';
        upload.error = problemText(error);
      }
    } finally {
      this.#sending.delete(key);
    }
  }
}
