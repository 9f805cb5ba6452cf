import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const LOCALES = fileURLToPath(new URL('../locales/', import.meta.url));
const PREFIX = 'virtual:texts/';

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
      return id.startsWith(PREFIX) ? `\0${id}` : undefined;
    },
    load(id) {
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
