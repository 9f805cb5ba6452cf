/** Media side by side; see `ParityView` of the API. */
export interface MediumParity {
  medium: string; arrived: number; answered: number; handled: number; abandoned: number; median_s: number | null; p90_s: number | null;
  mean_s: number | null; in_time: number; late: number; level: number | null; waiting: number; longest_since: string | null; times: number | null;
}

export interface Parity { at: string; days: number; media: MediumParity[]; compared_with: string | null; spread: number | null }

interface Words {
  t: (key: string, args?: Record<string, string | number>) => string;
  medium: (key: string) => string;
  number: (value: number) => string;
}

/** Up to this multiple two medians are called equal: counts in intervals are exact to a tenth. */
export const ALIKE = 1.15;

/** Say in plain sentences whether media are of equal rank: who waits how many times as long as whom, and whose promises are kept less. */
export function sentences(view: Parity, { t, medium, number }: Words): string[] {
  const found: string[] = [];
  const compared = view.media.filter((one) => one.times !== null);
  if (view.compared_with === null || compared.length < 2) return [t('parity-few')];
  const slower = compared.filter((one) => one.medium !== view.compared_with && one.times! > ALIKE).sort((a, b) => b.times! - a.times!);
  if (slower.length === 0) found.push(t('parity-equal'));
  for (const one of slower) found.push(t('parity-longer', { medium: medium(one.medium), times: number(one.times!), other: medium(view.compared_with) }));
  const levels = compared.filter((one) => one.level !== null).sort((a, b) => a.level! - b.level!);
  const [worst, best] = [levels[0], levels.at(-1)];
  if (worst && best && best.level! - worst.level! >= 0.05) {
    found.push(t('parity-level', { medium: medium(worst.medium), share: Math.round(worst.level! * 100), other: medium(best.medium), best: Math.round(best.level! * 100) }));
  }
  return found;
}
