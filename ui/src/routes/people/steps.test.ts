import { expect, it } from 'vitest';
import { draftOf, emptyStep, stepsOf, stepsWrong } from './steps';

const step = (after_s: number, more = {}) => draftOf({ after_s, lower: 1, drop: [], queue_ids: [], ...more });

it('steps come one after the other and each relaxes something', () => {
  const [first, same, empty, later] = [step(60), step(60), step(90, { lower: 0 }), step(120, { lower: 0, drop: ['pl'] })];
  expect(stepsWrong([first, same, empty, later])).toEqual({ [same.key]: 'order', [empty.key]: 'nothing' });
  expect(stepsWrong([{ ...first, after_s: null }])).toEqual({ [first.key]: 'when' });
});

it('a further step is later than those there are', () => {
  expect(stepsWrong([step(60), { ...emptyStep([step(60)]), lower: 1 }])).toEqual({});
});

it('what was read is what is sent', () => {
  const read = { after_s: 90, lower: 2, drop: ['pl'], queue_ids: ['q'] };
  expect(stepsOf([draftOf(read)])).toEqual([read]);
});
