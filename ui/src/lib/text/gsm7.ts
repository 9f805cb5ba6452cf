/** The basic character set of GSM 03.38 (3GPP TS 23.038, section 6.2.1). */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);

/** Reached through the escape character, so each costs two septets (section 6.2.1.1). */
const EXTENSION = new Set('\f^{}\\[~]|€');

/** Return the septets of a text, or null when a character is outside the set and the whole text goes out as UCS-2. */
export function septets(text: string): number | null {
  let n = 0;
  for (const char of text) {
    if (BASIC.has(char)) n += 1;
    else if (EXTENSION.has(char)) n += 2;
    else return null;
  }
  return n;
}

/**
 * Return what a text uses of a room measured in septets. In UCS-2 a code unit takes 16 bits of the room's 7 a septet,
 * so 70 units fill what 160 septets fill.
 */
export function countGsm7(text: string): number {
  return septets(text) ?? Math.floor((text.length * 16) / 7);
}
