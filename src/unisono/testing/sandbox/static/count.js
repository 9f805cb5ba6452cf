// Length as the network counts it: the server decides, this only tells beforehand.

const URLS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/gi;
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\uFE0F?\u20E3/u;
const LIGHT = [[0, 4351], [8192, 8205], [8208, 8223], [8242, 8247]];
const parts = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

const weigh = (grapheme) => {
  if (grapheme.length > 1 && EMOJI.test(grapheme)) return 2;
  return Array.from(grapheme).reduce((sum, c) => sum + (LIGHT.some(([low, high]) => c.codePointAt(0) >= low && c.codePointAt(0) <= high) ? 1 : 2), 0);
};

export const length = (text, face) => {
  if (face.unit !== 'weighted') return Array.from(text).length;
  let links = 0;
  const rest = text.replace(URLS, () => { links += 1; return ''; });
  return links * (face.url_cost ?? 0) + Array.from(parts.segment(rest), (part) => weigh(part.segment)).reduce((a, b) => a + b, 0);
};
