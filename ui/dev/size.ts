/**
 * Say how much script the first load of the desk takes, gzipped: the entry, what it imports at once, and one language.
 * Prints {"desk.gzip_kb": ...}, with the other texts, which come with the first page that is loaded later, and exits with 1 above the limit of 150 kB.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT_KB = 150;
const root = fileURLToPath(new URL('../../src/unisono/web/static/', import.meta.url));
const page = readFileSync(`${root}index.html`, 'utf8');
const files = [...page.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map((m) => m[1]!);
const largest = (name: RegExp): string | undefined =>
  readdirSync(`${root}assets`)
    .filter((file) => name.test(file))
    .map((file) => `assets/${file}`)
    .sort((a, b) => readFileSync(root + b).length - readFileSync(root + a).length)[0];
const largestLanguage = largest(/^(de|en)-.*\.js$/);
const later = largest(/^later-(de|en)-.*\.js$/);
if (files.length === 0 || !largestLanguage || !later) throw new Error(`${root} holds no built desk; run npm run build first`);

const kbOf = (some: string[]): number => Math.round(some.reduce((sum, file) => sum + gzipSync(readFileSync(root + file), { level: 9 }).length, 0) / 100) / 10;
const kb = kbOf([...files, largestLanguage]);
console.log(JSON.stringify({ 'desk.gzip_kb': kb, files: files.length + 1, later_texts_kb: kbOf([later]) }));
if (kb > LIMIT_KB) process.exitCode = 1;
