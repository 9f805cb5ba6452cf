import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sorted } from './sorted';

interface Row { id: string; due: number }
const compare = (a: Row, b: Row): number => a.due - b.due || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
const make = (): Sorted<Row> => new Sorted<Row>((r) => r.id, compare);

describe('a sorted list', () => {
  it('equals sorting from scratch after any changes', () => {
    const change = fc.record({ id: fc.constantFrom(...'abcdefgh'), due: fc.integer({ min: 0, max: 5 }), gone: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const list = make();
        const model = new Map<string, Row>();
        for (const { id, due, gone } of changes) {
          if (gone) {
            expect(list.remove(id)).toBe(model.delete(id));
          } else {
            list.put({ id, due });
            model.set(id, { id, due });
          }
        }
        const wanted = [...model.values()].sort(compare);
        expect(list.items).toEqual(wanted);
        wanted.forEach((row, i) => expect(list.indexOf(row.id)).toBe(i));
      }),
    );
  });

  it('finds nothing that it does not hold', () => {
    expect(make().indexOf('x')).toBe(-1);
    expect(make().remove('x')).toBe(false);
  });
});
