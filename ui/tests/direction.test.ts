import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

const files = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => (statSync(folder + name).isDirectory() ? files(`${folder}${name}/`) : /\.(svelte|css)$/.test(name) ? [folder + name] : []));

// `left: 50%` with a translation centres, which is the same from either side.
const PHYSICAL = /\b(?:margin|padding|border)-(?:left|right)\b|text-align: (?:left|right)|^\s*(?:left|right): (?!50%)|style:(?:left|right)=|float: (?:left|right)/;

it('no style names a side of the page: in a language written from the right, everything changes sides by itself', () => {
  const found = files(SOURCE).flatMap((file) =>
    readFileSync(file, 'utf8').split('\n').flatMap((line, i) => (PHYSICAL.test(line) ? [`${file.slice(SOURCE.length)}:${i + 1} ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
