/**
 * Make the installed app's icons from their drawings: public/icons/*.png from favicon.svg, maskable.svg and badge.svg.
 * node dev/icons.ts     after a change of a drawing; what it makes is committed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const folder = fileURLToPath(new URL('../public/', import.meta.url));
// Drawing, size, name. The maskable one fills its square, because systems cut it to their own shape; the badge is white alone.
const ICONS: [string, number, string][] = [
  ['favicon.svg', 192, 'icon-192'], ['favicon.svg', 512, 'icon-512'], ['icons/maskable.svg', 512, 'maskable-512'],
  ['icons/maskable.svg', 180, 'apple-touch'], ['icons/badge.svg', 96, 'badge-96'],
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
for (const [drawing, size, name] of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${readFileSync(folder + drawing, 'utf8')}`);
  writeFileSync(`${folder}icons/${name}.png`, await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
