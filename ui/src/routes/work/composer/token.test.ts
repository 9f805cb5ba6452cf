import { describe, expect, it } from 'vitest';
import { tokenAt, unfilled } from './token';

describe('the word behind a mark', () => {
  it.each([
    ['/', 1, { start: 0, word: '' }], ['/hal', 4, { start: 0, word: 'hal' }], ['Hi /ha', 6, { start: 3, word: 'ha' }],
    ['und/oder', 8, null], ['https://x', 9, null], ['/hallo da', 9, null], ['/hallo da', 3, { start: 0, word: 'ha' }],
  ])('of %j at %i is %j', (text, caret, wanted) => {
    expect(tokenAt(text, caret, '/')).toEqual(wanted);
  });
  it('takes no address for a colleague', () => {
    expect(tokenAt('an a@b', 6, '@')).toBeNull();
    expect(tokenAt('(@ben', 5, '@')).toEqual({ start: 1, word: 'ben' });
  });
});

it('variables that stand in a text are found once each', () => {
  expect(unfilled('Hallo {customer.name}, {customer.name} {x} {agent.first_name}')).toEqual(['{customer.name}', '{agent.first_name}']);
});
