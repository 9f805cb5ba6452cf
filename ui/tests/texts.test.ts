import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FluentBundle, FluentResource } from '@fluent/bundle';
import { describe, expect, it } from 'vitest';
import { readTexts } from '../dev/fluent-plugin.ts';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));
const LANGUAGES = ['de', 'en'] as const;

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = `${folder}${name}`;
    if (statSync(path).isDirectory()) return files(`${path}/`);
    return /\.(svelte|ts)$/.test(name) && !name.endsWith('.test.ts') ? [path] : [];
  });
}

/** Keys as they stand in the source: whole ones, and patterns for those that are put together. */
function usedKeys(): { whole: Map<string, string>; patterns: Map<string, string> } {
  const whole = new Map<string, string>();
  const patterns = new Map<string, string>();
  for (const file of files(SOURCE)) {
    const text = readFileSync(file, 'utf8');
    const where = file.slice(SOURCE.length);
    for (const match of text.matchAll(/\bt\(\s*(['"])([a-z0-9-]+)\1/g)) whole.set(match[2]!, where);
    // A choice between two keys, or a key kept in a table: `key: 'nav-work'`.
    for (const match of text.matchAll(/['"]([a-z0-9]+(?:-[a-z0-9]+)+)['"]/g)) {
      if (bundles.de.hasMessage(match[1]!)) whole.set(match[1]!, where);
    }
    // The names of pages in the route table; some are one word.
    for (const match of text.matchAll(/\btitle: '([a-z0-9-]+)'/g)) whole.set(match[1]!, where);
    for (const match of text.matchAll(/`([a-z0-9-]*(?:\$\{[^`]*?\}[a-z0-9-]*)+)`/g)) {
      const pattern = match[1]!;
      const before = text.slice(0, match.index);
      if (/\bt\(\s*$/.test(before) || (text.includes('texts.has(key)') && /\bkey = $/.test(before))) {
        patterns.set(pattern, where);
      }
    }
    for (const match of text.matchAll(/\bt\(([a-z][\w.]*) \? '([a-z0-9-]+)' : '([a-z0-9-]+)'/g)) {
      whole.set(match[2]!, where);
      whole.set(match[3]!, where);
    }
    for (const match of text.matchAll(/\bt\(conversation\.visibility|\bt\(item\.conversation\.visibility/g)) {
      void match;
      whole.set('public', where);
      whole.set('private', where);
    }
  }
  return { whole, patterns };
}

function bundle(language: string): FluentBundle {
  const made = new FluentBundle(language, { useIsolating: false });
  const errors = made.addResource(new FluentResource(readTexts(language)));
  expect(errors, `texts in ${language}`).toEqual([]);
  return made;
}

function keys(language: string): string[] {
  return [...readTexts(language).matchAll(/^([a-z][a-z0-9-]*) *=/gm)].map((m) => m[1]!);
}

const bundles = { de: bundle('de'), en: bundle('en') };
const used = usedKeys();
const toRegExp = (pattern: string): RegExp => new RegExp(`^${pattern.replace(/\$\{[^}]*\}/g, '[a-z0-9-]+')}$`);

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const held = keys(language);

  it('hold every key that the desk uses', () => {
    const missing = [...used.whole].filter(([key]) => !held.includes(key)).map(([key, file]) => `${key} (${file})`);
    expect(missing).toEqual([]);
  });

  it('hold at least one key for every pattern of keys', () => {
    const missing = [...used.patterns].filter(([p]) => !held.some((key) => toRegExp(p).test(key))).map(([p, file]) => `${p} (${file})`);
    expect(missing).toEqual([]);
  });

  it('hold no key that nobody uses', () => {
    const patterns = [...used.patterns.keys()].map(toRegExp);
    expect(held.filter((key) => !used.whole.has(key) && !patterns.some((p) => p.test(key)))).toEqual([]);
  });

  it('hold no key twice', () => {
    expect(held.filter((key, i) => held.indexOf(key) !== i)).toEqual([]);
  });

  it('are words, not leftovers', () => {
    for (const key of held) expect(bundles[language].getMessage(key)?.value, key).toBeTruthy();
  });
});

it('both languages name the same keys and the same figures in them', () => {
  expect(keys('de').sort()).toEqual(keys('en').sort());
  const variables = (language: string): Record<string, string[]> => {
    const found: Record<string, string[]> = {};
    let key = '';
    for (const line of readTexts(language).split('\n')) {
      key = /^([a-z][a-z0-9-]*) *=/.exec(line)?.[1] ?? key;
      for (const match of line.matchAll(/\$([a-z_]+)/g)) found[key] = [...new Set([...(found[key] ?? []), match[1]!])].sort();
    }
    return found;
  };
  expect(variables('de')).toEqual(variables('en'));
});
