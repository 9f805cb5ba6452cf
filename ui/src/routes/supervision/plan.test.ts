import { describe, expect, it } from 'vitest';
import { complete, differs, hasHoles, readNames, readNumbers, readPlan, readSkills, waitsOn, writeNumbers, writeSkills, type ClassReport, type Plan } from './plan';

const PLAN: Plan = { arrivals: [{ name: 'calls', per_minute: [1.5], handling: { mean_s: 180 } }], staff: [{ count: 8 }] };

describe('numbers in a row', () => {
  it('takes points and commas, spaces and semicolons', () => {
    expect(readNumbers(' 1.5 2,25;3 ')).toEqual([1.5, 2.25, 3]);
    expect(readNumbers(writeNumbers([4, 0.5]))).toEqual([4, 0.5]);
  });
  it('reads what is written with a comma', () => {
    expect(readNumbers(writeNumbers([0.5, 12], (n) => n.toLocaleString('de', { useGrouping: false })))).toEqual([0.5, 12]);
    expect(writeNumbers([0.5], (n) => n.toLocaleString('de'))).toBe('0,5');
  });
  it('refuses what is no number', () => {
    for (const text of ['', ' ', 'many', '1 two', '-1', 'Infinity']) expect(readNumbers(text)).toBeNull();
  });
});

describe('skills and names', () => {
  it('reads what it writes; a level that is not there is 1', () => {
    expect(readSkills(writeSkills({ english: 2, sap: 1 }))).toEqual({ english: 2, sap: 1 });
    expect(readSkills('english')).toEqual({ english: 1 });
    expect(readSkills('')).toEqual({});
    for (const text of ['english 0', 'english 6', 'english two', 'english 1 2']) expect(readSkills(text)).toBeNull();
  });
  it('needs at least one name', () => {
    expect(readNames('a, b,')).toEqual(['a', 'b']);
    expect(readNames(' , ')).toBeNull();
  });
});

describe('a plan', () => {
  it('is opened as it was saved, with what it does not say filled in', () => {
    const opened = readPlan(JSON.stringify(PLAN));
    expect(opened).toEqual(complete(PLAN));
    expect(opened.arrivals[0]).toMatchObject({ queue: 'main', target: null, answer_within_s: 20 });
    expect(readPlan(JSON.stringify(opened))).toEqual(opened);
  });
  it('keeps what the form does not show', () => {
    const wide = { ...PLAN, places: { hall: 3 }, arrivals: [{ ...PLAN.arrivals[0]!, places: 'hall', prefers: { x: 2 } }] };
    expect(readPlan(JSON.stringify(wide))).toMatchObject({ places: { hall: 3 }, arrivals: [{ places: 'hall', prefers: { x: 2 } }] });
  });
  it('is refused when it is none', () => {
    for (const text of ['', '[]', '{}', '{"arrivals":1,"staff":[]}', '{"arrivals":[{"name":"a"}],"staff":[]}', '{"arrivals":[null],"staff":[]}']) {
      expect(() => readPlan(text)).toThrow(SyntaxError);
    }
  });
  it('has holes where a needed number was left empty', () => {
    const plan = complete(PLAN);
    expect(hasHoles(plan)).toBe(false);
    expect(hasHoles({ ...plan, runs: null as unknown as number })).toBe(true);
  });
});

describe('two figures', () => {
  it('differ when their intervals do not meet', () => {
    expect(differs({ mean: 1, half: 0.2 }, { mean: 2, half: 0.7 })).toBe(true);
    expect(differs({ mean: 1, half: 0.5 }, { mean: 2, half: 0.7 })).toBe(false);
    expect(differs({ mean: 1, half: null }, { mean: 2, half: 0 })).toBe(false);
  });
});

describe('a class that nobody serves', () => {
  const none = { mean: 0, half: 0 };
  const some = { mean: 0.5, half: 0.1 };
  const of = (served: typeof none, abandoned: typeof none): ClassReport => ({
    name: 'legal', mean_wait_s: none, p50_s: none, p90_s: none, level: none, abandoned, blocked: none, served_per_minute: served, mean_queue: some, load: none,
    offered: some,
  });
  it('has waits of which no end is known', () => {
    expect([of(none, none), of(some, none), of(none, some)].map(waitsOn)).toEqual([true, false, false]);
  });
});
