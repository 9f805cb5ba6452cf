export type MediaKind = 'image' | 'video' | 'audio' | 'pdf' | 'other';

// The server's own word for a file, by its bytes; pictures that browsers cannot show are files like others.
const IMAGES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** Return how a file can be shown. */
export function kindOf(type: string): MediaKind {
  if (IMAGES.has(type)) return 'image';
  if (type === 'application/pdf') return 'pdf';
  if (type === 'video/mp4' || type === 'video/webm') return 'video';
  if (/^audio\/(mpeg|mp4|ogg|wav|webm|flac)$/.test(type)) return 'audio';
  return 'other';
}
