const FOLD: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

function fold(text: string): string {
  return text.toLocaleLowerCase('de').replace(/[äöüß]/g, (c) => FOLD[c]!).normalize('NFD').replace(/\p{M}/gu, '');
}

/** Return how well words fit a title: 0 not at all; a word that begins one counts more than one inside. */
export function fit(title: string, question: string): number {
  const whole = fold(title);
  const words = whole.split(/[^\p{L}\p{N}]+/u);
  let score = 1;
  for (const wanted of fold(question).split(/\s+/).filter(Boolean)) {
    if (words.some((word) => word.startsWith(wanted))) score += 2;
    else if (whole.includes(wanted)) score += 1;
    else return 0;
  }
  return whole.startsWith(fold(question.trim())) ? score + 1 : score;
}
