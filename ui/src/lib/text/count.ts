import type { TextLimit } from '../api/types';
import { countGraphemes, graphemes } from './graphemes';
import { countGsm7 } from './gsm7';

const URL_WITH_SCHEME = /https?:\/\/[^\s<>"'“”„]+/giu;

/** Top-level domains that the weighted count takes for a link even without a scheme; country codes count all. */
const BARE_DOMAIN =
  /(?<![@\p{L}\p{N}_.-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:com|org|net|info|biz|edu|gov|app|dev|shop|online|social|news|cloud|blog|[a-z]{2})(?:\/[^\s<>"'“”„]*)?(?![\p{L}\p{N}_@-])/giu;

/** `@name@host`: what follows the second sign is not counted by networks that set `mention_domain_free`. */
const REMOTE_MENTION = /(^|[^\p{L}\p{N}_/])(@[\p{L}\p{N}_]+(?:[.-]+[\p{L}\p{N}_]+)*)@[\p{L}\p{N}.-]+[\p{L}\p{N}]/giu;

/** Code points that weigh one; all others weigh two (configuration v3 of X's public counting rules). */
const LIGHT: readonly [number, number][] = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;
const UTF8 = new TextEncoder();

function trimUrl(url: string): string {
  let end = url.replace(/[.,;:!?…]+$/u, '');
  // A closing bracket belongs to the sentence unless the link opened it.
  while (end.endsWith(')') && end.split('(').length < end.split(')').length) end = end.slice(0, -1);
  return end.replace(/[.,;:!?…]+$/u, '');
}

/** Cut the links out of a text. Returns the rest (a link leaves nothing behind) and how many there were. */
function withoutLinks(text: string, bare: boolean): { rest: string; links: number } {
  let links = 0;
  const cut = (url: string): string => {
    const kept = trimUrl(url);
    links += 1;
    return url.slice(kept.length);
  };
  let rest = text.replace(URL_WITH_SCHEME, cut);
  if (bare) rest = rest.replace(BARE_DOMAIN, cut);
  return { rest, links };
}

function weigh(text: string): number {
  let weight = 0;
  for (const cluster of graphemes(text.normalize('NFC'))) {
    // One sign alone counts by its range: © is no emoji without a selector.
    if (EMOJI.test(cluster) && Array.from(cluster).length > 1) {
      weight += 2;
      continue;
    }
    for (const char of cluster) {
      const point = char.codePointAt(0)!;
      weight += LIGHT.some(([from, to]) => point >= from && point <= to) ? 1 : 2;
    }
  }
  return weight;
}

function inUnit(text: string, unit: TextLimit['unit']): number {
  switch (unit) {
    case 'chars':
      return Array.from(text).length;
    case 'weighted':
      return weigh(text);
    case 'utf8':
      return UTF8.encode(text).length;
    case 'utf16':
      return text.length;
    case 'graphemes':
      return countGraphemes(text);
    case 'gsm7':
      return countGsm7(text);
  }
}

/** Return the length of a text as the network counts it: its unit, its price of a link, free domains of mentions. */
export function countText(text: string, limit: TextLimit): number {
  let rest = text;
  let fixed = 0;
  if (limit.url_cost !== null) {
    const cut = withoutLinks(rest, limit.unit === 'weighted');
    rest = cut.rest;
    fixed = cut.links * limit.url_cost;
  }
  if (limit.mention_domain_free) rest = rest.replace(REMOTE_MENTION, '$1$2');
  return fixed + inUnit(rest, limit.unit);
}
