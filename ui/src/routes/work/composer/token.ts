/** A word behind a mark (`/` or `@`) that ends at the caret, and where it begins. */
export interface Token { start: number; word: string }

/** Return the word that is being typed behind `mark`: at the beginning, or after a blank or a bracket; else null. */
export function tokenAt(text: string, caret: number, mark: '/' | '@'): Token | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf(mark);
  if (start < 0 || (start > 0 && !/[\s([{]/.test(before[start - 1]!))) return null;
  const word = before.slice(start + 1);
  return word.length <= 40 && !/[\s/@]/.test(word) ? { start, word } : null;
}

/** Variables of canned answers whose value nobody knew: they must not go out. */
export function unfilled(text: string): string[] {
  return [...new Set(text.match(/\{(?:customer|agent|case|channel|conversation|organisation)\.[a-z_]+\}/g) ?? [])];
}
