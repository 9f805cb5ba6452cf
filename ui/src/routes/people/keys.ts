const FOLD: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

/** Return a key made of a name: small letters, digits and dashes, so that it fits into an address or a script. */
export function keyOf(name: string): string {
  return name
    .toLocaleLowerCase('de')
    .replace(/[äöüß]/g, (letter) => FOLD[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
}
