import { readFileSync } from 'node:fs';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, it } from 'vitest';
import { firstFiles, parted, saidBy } from '../dev/first-texts.ts';
import { fluent, readTexts } from '../dev/fluent-plugin.ts';

const files = firstFiles();
const said = saidBy(files.map((file) => readFileSync(file, 'utf8')));

it('the first load is the entry, the work and what they import at once, without pages that are loaded later', () => {
  const names = files.map((file) => file.replace(/.*\/src\//, ''));
  expect(names).toEqual(expect.arrayContaining(['main.ts', 'routes/table.ts', 'routes/work/Work.svelte', 'lib/state/reducer.ts']));
  expect(names.filter((name) => /routes\/(settings|reports|supervision|channels|people)\//.test(name))).toEqual([]);
});

it('a text is said where it stands whole, or where a key put together fits it', () => {
  const is = saidBy(["t('take'); const key = `state-${names.map((one) => `${one}`)}`; t(`sim-${a}-hint`); t(`${anything}`)"]);
  expect(['take', 'sim-long-hint'].map(is)).toEqual([true, true]);
  expect(['took', 'sim-hint', 'other', 'settings-rules'].map(is)).toEqual([false, false, false, false]);
});

it('a text of the first load brings those that it quotes', () => {
  const text = '# Comment\n-brand = Unisono\nhello = { welcome } to\n    { -brand }\nwelcome = Welcome { $name }\n\nname = Name\nrest = Rest';
  expect(parted(text, (key) => key === 'hello')).toEqual({
    first: '-brand = Unisono\nhello = { welcome } to\n    { -brand }\nwelcome = Welcome { $name }',
    later: 'name = Name\nrest = Rest',
  });
});

describe.each(['de', 'en'])('the texts in %s', (language) => {
  const { first, later } = parted(readTexts(language), said);
  const held = (text: string): Set<string> => new Set([...text.matchAll(/^([a-z][a-z0-9-]*) *=/gm)].map((m) => m[1]!));

  it('stand in one part each, and none is lost', () => {
    expect([...held(first), ...held(later)].sort()).toEqual([...held(readTexts(language))].sort());
    for (const part of [first, later]) {
      expect(new FluentBundle(language).addResource(new FluentResource(part))).toEqual([]);
    }
  });

  it('hold for the first load what the work says, and little else', () => {
    const keys = held(first);
    for (const key of ['nav-settings', 'login-title', 'state-waiting', 'agent-away', 'problem-conflict', 'reason-longest-waiting', 'delivery-failed']) expect(keys, key).toContain(key);
    for (const key of ['rule-verb-tag', 'retention-kept', 'report-form-csv']) expect(keys, key).not.toContain(key);
    expect(first.length).toBeLessThan(later.length / 2);
  });
});

it('what is imported later waits for its texts, and a package does not', () => {
  const transform = fluent().transform as (code: string, id: string) => { code: string } | undefined;
  const code = transform("a = () => import('./settings/Rules.svelte'); b = import('uplot')", files[0]!)!.code;
  expect(code).toContain("a = () => __withTexts(import('./settings/Rules.svelte')); b = import('uplot')");
  expect(transform("import { x } from './x';", files[0]!)).toBeUndefined();
});
