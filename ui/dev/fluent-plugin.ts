import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const LOCALES = fileURLToPath(new URL('../locales/', import.meta.url));
const PREFIX = 'virtual:texts/';
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

/**
 * Serve `virtual:texts/<language>`: one module, and so one request, for each language.
 * Comments and blank lines are left out, because every visitor would download them.
 */
export function fluent(): Plugin {
  return {
    name: 'unisono-texts',
    resolveId(id) {
      return id === LIST || id.startsWith(PREFIX) ? `\0${id}` : undefined;
    },
    load(id) {
      if (id === `\0${LIST}`) {
        return `export default { ${languages().map((name) => `${JSON.stringify(name)}: () => import('${PREFIX}${name}')`).join(', ')} };`;
      }
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const language = id.slice(PREFIX.length + 1);
      for (const name of readdirSync(`${LOCALES}${language}/`)) this.addWatchFile(`${LOCALES}${language}/${name}`);
      const text = readTexts(language)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .join('\n');
      return `export default ${JSON.stringify(text)};`;
    },
  };
}
