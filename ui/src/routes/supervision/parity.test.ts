import { describe, expect, it } from 'vitest';
import { sentences, type MediumParity, type Parity } from './parity';

const words = { t: (key: string, args: Record<string, string | number> = {}) => [key, ...Object.values(args)].join(' '), medium: (key: string) => key, number: String };
const medium = (key: string, times: number | null, level: number | null): MediumParity => ({
  medium: key, arrived: 10, answered: 10, handled: 9, abandoned: 0, median_s: 60, p90_s: 90, mean_s: 60, in_time: 9, late: 1, level, waiting: 0, longest_since: null, times,
});
const view = (...media: MediumParity[]): Parity => ({ at: '', days: 7, media, compared_with: media.find((one) => one.times === 1)?.medium ?? null, spread: null });

describe('whether media are of equal rank is said in sentences', () => {
  it('says that all are answered alike', () => {
    expect(sentences(view(medium('mail', 1, 0.9), medium('post', 1.1, 0.9)), words)).toEqual(['parity-equal']);
  });

  it('says who waits how many times as long, the longest first', () => {
    expect(sentences(view(medium('mail', 1, 0.9), medium('post', 1.3, 0.9), medium('chat', 2, 0.88)), words)).toEqual([
      'parity-longer chat 2 mail', 'parity-longer post 1.3 mail',
    ]);
  });

  it('says whose promises are kept less', () => {
    expect(sentences(view(medium('mail', 1, 0.9), medium('post', 1, 0.6)), words)).toEqual(['parity-equal', 'parity-level post 60 mail 90']);
  });

  it('compares nothing when there is too little to compare', () => {
    expect(sentences(view(medium('mail', null, 0.9), medium('post', null, 0.1)), words)).toEqual(['parity-few']);
  });
});
