import { expect, it } from 'vitest';
import { fit } from './match';

it('finds beginnings of words before their insides, and every word must be there', () => {
  expect(fit('Übernehmen', 'ueb')).toBeGreaterThan(fit('Angebot übernehmen', 'ueb'));
  expect(fit('Angebot annehmen', 'nehm')).toBe(2);
  expect(fit('Sprache: English', 'spr eng')).toBeGreaterThan(0);
  expect(fit('Sprache: English', 'spr deu')).toBe(0);
  expect(fit('Parken …', '')).toBeGreaterThan(0);
});
