// One segmenter for the page: building one costs more than using it.
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Return what a reader takes for single characters: an emoji family is one, a letter with its accents is one. */
export function graphemes(text: string): string[] {
  return Array.from(segmenter.segment(text), (s) => s.segment);
}

/** Return the number of graphemes; plain ASCII without CR needs no segmenter. */
export function countGraphemes(text: string): number {
  if (/^[\x00-\x0c\x0e-\x7f]*$/.test(text)) return text.length;
  let n = 0;
  for (const _ of segmenter.segment(text)) n++;
  return n;
}

/** Return at most two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s._-]+/).filter((w) => /[\p{L}\p{N}]/u.test(w));
  const first = (word: string | undefined): string => (word ? (graphemes(word.replace(/^[^\p{L}\p{N}]+/u, ''))[0] ?? '') : '');
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return (first(words[0]) + first(last)).toLocaleUpperCase() || '?';
}
