/** The heads of a letter: subjects without what was put before them, and addresses as people type them. */

/** Return a subject without the marks that answering and passing on put before it, in German and English. */
export function bare(subject: string): string {
  return subject.replace(/^((re|aw|wg|fwd?)\s*:\s*)+/i, '');
}

/** Return the addresses of a field: between them may stand commas, semicolons and blanks. */
export function addresses(field: string): string[] {
  return field.split(/[,;\s]+/).filter((one) => one !== '');
}

/** Return whether it looks like an address; whether there is one, only sending tells. */
export function isAddress(text: string): boolean {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
}
