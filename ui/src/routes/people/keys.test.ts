import { expect, it } from 'vitest';
import { keyOf } from './keys';

it.each([['Störungen & Netz', 'stoerungen-netz'], ['  Straße ', 'strasse'], ['Café', 'cafe'.slice(0, 3) + 'e'], ['***', '']])('%s becomes %s', (name, key) => {
  expect(keyOf(name)).toBe(key);
});
