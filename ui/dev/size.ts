/**
 * Say how much script the first load of the desk takes, gzipped: the entry, what it imports at once, and one language.
 * Prints {"desk.gzip_kb": ...} and exits with 1 above the limit of 150 kB.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 150;
const root = fileURLToPath(new URL('../../src/unisono/web/static/', import.meta.url));
const page = readFileSync(`${root}index.html`, 'utf8');
const files = [...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((m) => m[1]!);
const largestLanguage = readdirSync(`${root}assets`)
  .filter((name) => /^(de|en)-.*\.js$/.test(name))
  .map((name) => `assets/${name}`)
  .sort((a, b) => readFileSync(root + b).length - readFileSync(root + a).length)[0];
if (files.length === 0 || !largestLanguage) throw new Error(`${root} holds no built desk; run npm run build first`);

const bytes = [...files, largestLanguage].reduce((sum, file) => sum + gzipSync(readFileSync(root + file), { level: 9 }).length, 0);
const kb = Math.round(bytes / 100) / 10;
console.log(JSON.stringify({ 'desk.gzip_kb': kb, files: files.length + 1 }));
if (kb > LIMIT_KB) process.exitCode = 1;
