/** Where a key leads; see the reception of a line (`calls/reception.py`). */
export interface ChoiceDraft { goal: Goal; menu: string; queue: string; skills: string[]; between: string }
export interface KeyDraft extends ChoiceDraft { digit: string }
export interface MenuDraft { name: string; says: string; keys: KeyDraft[]; otherwise: ChoiceDraft }
export type Goal = 'queue' | 'menu' | 'message' | 'call_back' | 'goodbye';

export const GOALS: readonly Goal[] = ['queue', 'menu', 'message', 'call_back', 'goodbye'];
export const DIGITS = '1234567890*#';

interface KeptChoice { goal?: Goal; menu?: string; queue?: string; skills?: string[]; between?: string }
interface KeptMenu { says?: string; choices?: Record<string, KeptChoice>; otherwise?: KeptChoice }

function choice(kept: KeptChoice = {}): ChoiceDraft {
  return { goal: kept.goal ?? 'queue', menu: kept.menu ?? '', queue: kept.queue ?? '', skills: [...(kept.skills ?? [])], between: kept.between ?? '' };
}

/** Return the menus of a line as they are edited. */
export function menusOf(kept: Record<string, KeptMenu>): MenuDraft[] {
  return Object.entries(kept).map(([name, menu]) => ({
    name, says: menu.says ?? '', otherwise: choice(menu.otherwise),
    keys: Object.entries(menu.choices ?? {}).sort(([a], [b]) => DIGITS.indexOf(a) - DIGITS.indexOf(b)).map(([digit, one]) => ({ digit, ...choice(one) })),
  }));
}

function kept(one: ChoiceDraft): KeptChoice {
  return {
    goal: one.goal, ...(one.goal === 'menu' ? { menu: one.menu.trim() } : {}),
    ...(one.goal !== 'menu' && one.goal !== 'goodbye' && one.queue ? { queue: one.queue } : {}),
    ...(one.goal !== 'menu' && one.goal !== 'goodbye' && one.skills.length > 0 ? { skills: [...one.skills] } : {}),
    ...(one.goal === 'call_back' && one.between.trim() ? { between: one.between.trim() } : {}),
  };
}

/** Return menus as they are kept. What a goal does not use is left out. */
export function keptMenus(menus: MenuDraft[]): Record<string, KeptMenu> {
  return Object.fromEntries(menus.map((menu) => [menu.name.trim(), {
    ...(menu.says.trim() ? { says: menu.says.trim() } : {}), choices: Object.fromEntries(menu.keys.map((one) => [one.digit, kept(one)])), otherwise: kept(menu.otherwise),
  }]));
}

/** Return a key that the menu does not have yet; empty when it has all. */
export function freeDigit(menu: MenuDraft): string {
  return [...DIGITS].find((digit) => !menu.keys.some((one) => one.digit === digit)) ?? '';
}

/** Return whether this is a time of day from and until, such as 13:00-17:00. */
function isBetween(text: string): boolean {
  const read = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(text);
  return read !== null && read[1]! < read[2]!;
}

/** Return what is wrong, by place (`0`, `0.keys`, `0.1` for the second key of the first menu, `0.otherwise`), as keys of texts. */
export function menusWrong(menus: MenuDraft[]): Record<string, string> {
  const found: Record<string, string> = {};
  const names = menus.map((menu) => menu.name.trim());
  menus.forEach((menu, i) => {
    if (names[i] === '') found[`${i}`] = 'menu-name-missing';
    else if (names.indexOf(names[i]!) !== i) found[`${i}`] = 'menu-name-twice';
    if (menu.keys.length === 0) found[`${i}.keys`] = 'menu-keys-missing';
    const leads = (one: ChoiceDraft): string => {
      if (one.goal === 'call_back') return one.between.trim() === '' || isBetween(one.between.trim()) ? '' : 'goal-between-wrong';
      if (one.goal !== 'menu') return '';
      if (one.menu === '' || !names.includes(one.menu.trim())) return 'menu-target-missing';
      return one.menu.trim() === names[i] ? 'menu-target-itself' : '';
    };
    menu.keys.forEach((one, j) => {
      if (menu.keys.findIndex((other) => other.digit === one.digit) !== j) found[`${i}.${j}`] = 'menu-key-twice';
      else if (leads(one)) found[`${i}.${j}`] = leads(one);
    });
    if (leads(menu.otherwise)) found[`${i}.otherwise`] = leads(menu.otherwise);
  });
  return found;
}
