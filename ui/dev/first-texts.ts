import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const ENDINGS = ['', '.ts', '.svelte', '/index.ts'];

/** Return the file that is meant by a relative import; nothing for styles and packages. */
function fileOf(from: string, wanted: string): string | undefined {
  if (!wanted.startsWith('.')) return undefined;
  const path = resolve(dirname(from), wanted);
  return ENDINGS.map((ending) => path + ending).find((file) => /\.(ts|svelte)$/.test(file) && existsSync(file) && statSync(file).isFile());
}

/** Return the source files of the first load: the entry and all that is imported at once from there, not what waits for an `import()`. */
export function firstFiles(): string[] {
  const found = new Set([MAIN]);
  for (const file of found) {
    for (const [, wanted] of readFileSync(file, 'utf8').matchAll(/^\s*(?:import|export)\s(?!type\b)(?:[^'";]*?\sfrom\s)?\s*['"]([^'"]+)['"]/gm)) {
      const next = fileOf(file, wanted!);
      if (next) found.add(next);
    }
  }
  return [...found];
}

/**
 * Return what tells whether some source may say a text: it stands there as a string, or a key put together there fits it.
 * Of a key without one fixed part nothing is known; its texts are found where their whole names stand.
 */
export function saidBy(sources: readonly string[]): (key: string) => boolean {
  const whole = new Set<string>();
  const patterns = new Set<string>();
  for (const source of sources) {
    for (const [, key] of source.matchAll(/(?<=['"`])([a-z][a-z0-9-]*)(?=['"`])/g)) whole.add(key!);
    for (const [, parts] of source.matchAll(/`([a-z0-9-]*(?:\$\{[^`]*?\}[a-z0-9-]*)+)`/g)) {
      const pattern = parts!.replace(/\$\{[^`]*?\}(?=[a-z0-9-]*(?:\$\{|$))/g, '[a-z0-9-]+');
      if (/(^|\])[a-z0-9]+-|-[a-z0-9]+($|\[)/.test(pattern.replaceAll('[a-z0-9-]+', '[]'))) patterns.add(pattern);
    }
  }
  const fits = [...patterns].map((pattern) => new RegExp(`^${pattern}$`));
  return (key) => whole.has(key) || fits.some((one) => one.test(key));
}

/** One message of a Fluent file, with all its lines; `key` starts with a hyphen for a term. */
interface Message {
  key: string;
  text: string;
}

function messages(text: string): Message[] {
  const found: Message[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const key = /^(-?[a-z][a-z0-9-]*) *=/.exec(line)?.[1];
    if (key !== undefined) found.push({ key, text: line });
    else if (found.length > 0) found[found.length - 1]!.text += `\n${line}`;
  }
  return found;
}

/** Part a language's texts in those of the first load, with all that they quote, and those that come with the first page that is loaded later. */
export function parted(text: string, isFirst: (key: string) => boolean): { first: string; later: string } {
  const all = messages(text);
  const byKey = new Map(all.map((message) => [message.key, message]));
  const first = new Set(all.filter(({ key }) => isFirst(key)));
  for (const message of first) {
    for (const [, quoted] of message.text.matchAll(/\{[^{}"]*?(?<![$\w-])(-?[a-z][a-z0-9-]*)\s*(?:\([^)]*\))?\s*\}/g)) {
      const other = byKey.get(quoted!);
      if (other) first.add(other);
    }
  }
  const joined = (some: Message[]): string => some.map((message) => message.text).join('\n');
  return { first: joined(all.filter((message) => first.has(message))), later: joined(all.filter((message) => !first.has(message))) };
}
