import { describe, expect, it } from 'vitest';
import type { ServiceLevel } from '../../lib/api/types';
import { draftsOf, numbersOf, targetsOf, targetsWrong } from './level';

describe('numbers as people write them', () => {
  it.each([['', []], ['50, 80', [50, 80]], ['50 80', [50, 80]], ['12,5; 80', [12.5, 80]], ['33.3', [33.3]], ['fünf', null], ['-1', null]])('%s', (text, numbers) => {
    expect(numbersOf(text)).toEqual(numbers);
  });
});

const LEVEL: ServiceLevel = {
  id: 'l', key: 'gold', name: { de: 'Gold', en: 'Gold' }, window_warn_s: [], reopen_within_s: 0, version: 1, archived: false,
  targets: [{ kind: 'resolution', target_s: 7200, calendar_id: 'c', warn_at_share: [0.5, 0.8], warn_before_s: [900], pauses: true }],
};

it('what was read is what is sent', () => {
  expect(targetsOf(draftsOf(LEVEL))).toEqual(LEVEL.targets);
  expect(targetsWrong(draftsOf(LEVEL))).toEqual({});
});

it('a clock without time and a warning after its end are told, one that is off is not', () => {
  const drafts = draftsOf(LEVEL);
  drafts[0]!.target_s = null;
  drafts[2]!.before = '120';
  drafts[2]!.shares = '100';
  expect(targetsWrong(drafts)).toEqual({ 'resolution before': 'before', 'resolution shares': 'shares' });
  drafts[0]!.on = true;
  expect(targetsWrong(drafts)['first_response span']).toBe('span');
});
