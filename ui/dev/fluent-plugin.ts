import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { firstFiles, parted, saidBy } from './first-texts.ts';

const LOCALES = fileURLToPath(new URL('../locales/', import.meta.url));
const PREFIX = 'virtual:texts/';
const LATER = 'later-';
const LIST = 'virtual:languages';
// Complete by a test; every other folder is a language too, and says in English what it does not say.
const FIRST = ['de', 'en'];

/** Return the languages: one for each folder, German and English first. */
export function languages(): string[] {
  const folders = readdirSync(LOCALES).filter((name) => statSync(LOCALES + name).isDirectory());
  return [...FIRST, ...folders.filter((name) => !FIRST.includes(name)).sort()];
}

/** Return all Fluent files of one language as one text, in the order of their names. */
export function readTexts(language: string): string {
  const folder = `${LOCALES}${language}/`;
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ftl'))
    .sort()
    .map((name) => readFileSync(folder + name, 'utf8'))
    .join('\n');
}

/** Where `later` is: what is imported later waits for the texts that are not in the first load. */
const TEXTS = fileURLToPath(new URL('../src/lib/i18n/texts.svelte.ts', import.meta.url));
const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));

/**
 * Serve `virtual:texts/<language>`, the texts that the first load says, and `virtual:texts/later-<language>`, all others; which
 * is which is found in the sources. Every `import()` of the desk's own files waits for the others as well, so that no page and
 * no dialog has to name its texts. Comments and blank lines are left out, because every visitor would download them.
 */
export function fluent(): Plugin {
  return {
    name: 'unisono-texts',
    resolveId(id) {
      return id === LIST || id.startsWith(PREFIX) ? `\0${id}` : undefined;
    },
    load(id) {
      if (id === `\0${LIST}`) {
        const load = (name: string): string => `() => import('${PREFIX}${name}')`;
        return `export default { ${languages().map((name) => `${JSON.stringify(name)}: { first: ${load(name)}, later: ${load(LATER + name)} }`).join(', ')} };`;
      }
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const wanted = id.slice(PREFIX.length + 1);
      const language = wanted.replace(LATER, '');
      for (const name of readdirSync(`${LOCALES}${language}/`)) this.addWatchFile(`${LOCALES}${language}/${name}`);
      const texts = parted(readTexts(language), saidBy(firstFiles().map((file) => readFileSync(file, 'utf8'))));
      return `export default ${JSON.stringify(wanted === language ? texts.first : texts.later)};`;
    },
    transform(code, id) {
      if (!id.startsWith(SOURCE) || !/\bimport\(\s*['"]\.{1,2}\//.test(code)) return undefined;
      const waiting = code.replace(/\bimport\(\s*(['"])(\.{1,2}\/[^'"]+)\1\s*\)/g, '__withTexts(import($1$2$1))');
      return { code: `import { withTexts as __withTexts } from ${JSON.stringify(`./${relative(dirname(id), TEXTS)}`)};${waiting}`, map: null };
    },
  };
}
