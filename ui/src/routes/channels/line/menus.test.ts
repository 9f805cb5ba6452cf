import { describe, expect, it } from 'vitest';
import { freeDigit, keptMenus, menusOf, menusWrong } from './menus';

const KEPT = {
  main: {
    says: 'Drücken Sie …', otherwise: { goal: 'queue' as const },
    choices: { '0': { goal: 'goodbye' as const }, '1': { goal: 'queue' as const, queue: 'orders' }, '2': { goal: 'menu' as const, menu: 'tech' } },
  },
  tech: { choices: { '1': { goal: 'message' as const, skills: ['tech'] } }, otherwise: { goal: 'call_back' as const } },
};

describe('the menus of a line', () => {
  it('come back as they were kept, with their keys as on a telephone', () => {
    const menus = menusOf(KEPT);
    expect(menus[0]!.keys.map((one) => one.digit)).toEqual(['1', '2', '0']);
    expect(keptMenus(menus)).toEqual(KEPT);
    expect(menusWrong(menus)).toEqual({});
    expect(freeDigit(menus[0]!)).toBe('3');
  });
  it('keep nothing of what a goal does not use', () => {
    const [menu] = menusOf({ m: { choices: { '1': { goal: 'queue', queue: 'orders', skills: ['tech'] } } } });
    menu!.keys[0]!.goal = 'goodbye';
    expect(keptMenus([menu!]).m!.choices!['1']).toEqual({ goal: 'goodbye' });
  });
  it('say what is wrong at its place', () => {
    const menus = menusOf(KEPT);
    menus[1]!.name = 'main';
    menus[0]!.keys[1]!.digit = '1';
    menus[0]!.keys[2]!.goal = 'menu';
    menus[1]!.keys = [];
    menus[1]!.otherwise = { goal: 'menu', menu: 'main', queue: '', skills: [], between: '' };
    expect(menusWrong(menus)).toEqual({
      '0.1': 'menu-key-twice', '0.2': 'menu-target-missing', '1': 'menu-name-twice', '1.keys': 'menu-keys-missing', '1.otherwise': 'menu-target-itself',
    });
    menus[0]!.name = ' ';
    expect(menusWrong(menus)['0']).toBe('menu-name-missing');
  });
});
