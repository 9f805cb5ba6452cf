/**
 * Look at every page of the desk in both themes and languages, at two widths, and let axe judge each.
 * node dev/shots.ts BASE_ADDRESS [--out DIR] [--only PART_OF_NAME]      against the mock server (npm run preview)
 * Exits with 1 when axe finds something or the page reports an error.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { out: { type: 'string', default: 'dev/shots' }, only: { type: 'string', default: '' } } });
const base = positionals[0] ?? 'http://127.0.0.1:8787';
const axe = readFileSync(fileURLToPath(new URL('../node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
mkdirSync(values.out, { recursive: true });

type Act = (page: Page) => Promise<unknown>;
const row = (n: number): Act => async (page) => {
  await page.getByTestId('work-row').nth(n).click();
  await page.getByTestId('composer').or(page.getByTestId('wrap-up')).waitFor();
};
const key = (name: string): Act => (page) => page.keyboard.press(name);
const pause = (ms: number): Act => (page) => page.waitForTimeout(ms);

const PAGES: [name: string, path: string, ...acts: Act[]][] = [
  ['login', '/login', async (page) => { await page.request.post(`${base}/api/v1/mock/log-out`); await page.reload(); }, pause(400), async (page) => void (await page.request.post(`${base}/api/v1/session`, { data: { login: 'anna', password: 'x' } }))],
  ['setup', '/setup/neu', async (page) => { await page.request.post(`${base}/api/v1/mock/log-out`); await page.reload(); }, pause(400), async (page) => void (await page.request.post(`${base}/api/v1/session`, { data: { login: 'anna', password: 'x' } }))],
  ['work', '/work/waiting'], ['empty', '/work/closed?queue=q-outage'], ['conversation', '/work/mine', row(0)], ['public', '/work/mine', row(1)],
  ['mail', '/work/waiting', row(1)], ['commands', '/work/mine', row(0), key('Control+k'), pause(400)], ['shortcuts', '/work/mine', key('?'), pause(400)],
  ['transfer', '/work/mine', row(0), key('v'), pause(400)], ['park', '/work/mine', row(0), key('p'), pause(400)],
  ['erase', '/work/mine', row(0), (page) => page.locator('.conversation [aria-haspopup=menu]').click(), (page) => page.locator('.menu-item.danger').click(), pause(400)],
  ['menu', '/work/mine', (page) => page.getByTestId('agent-state').click(), pause(300)],
  ['search', '/search?q=strom', pause(400)], ['search-none', '/search?q=xyzzy', pause(400)], ['channels', '/channels'], ['connectors', '/channels/new'],
  ['channel-new', '/channels/new/mastodon', async (page) => void (await page.locator('button[type=submit]').click())], ['channel', '/channels/c-telegram'],
  ['queues', '/people/queues'], ['users', '/people/users'], ['skills', '/people/skills'], ['codes', '/people/codes'],
  ['quarantine', '/repair/quarantine', (page) => page.locator('summary').first().click()], ['dead', '/repair/dead'], ['settings', '/settings'], ['demo', '/demo', pause(800)], ['not-found', '/nirgends'],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let wrong = 0;
for (const [theme, locale, width, height] of [['light', 'de', 1440, 900], ['dark', 'en', 1440, 900], ['dark', 'de', 390, 844], ['light', 'en', 390, 844]] as const) {
  const context = await browser.newContext({ viewport: { width, height }, locale, reducedMotion: 'reduce' });
  await context.request.patch(`${base}/api/v1/me`, { data: { theme, locale } });
  for (const [name, path, ...acts] of PAGES.filter(([name]) => name.includes(values.only))) {
    const page = await context.newPage();
    const label = `${name}-${theme}-${locale}-${width}`;
    const report = (what: string): void => {
      wrong += 1;
      console.log(`${label}: ${what}`);
    };
    page.on('pageerror', (error) => report(error.message));
    page.on('console', (message) => { if (message.type() === 'error' && !/status of 4|tracker/.test(message.text())) report(message.text()); });
    await page.goto(base + path);
    await page.waitForTimeout(500);
    try {
      for (const act of acts) await act(page);
    } catch (error) {
      report(String(error).split('\n')[0]!);
    }
    await page.waitForTimeout(250);
    await page.screenshot({ path: `${values.out}/${label}.png` });
    // Through the debugger, because the page's own policy forbids code that it does not serve.
    const tools = await context.newCDPSession(page);
    await tools.send('Runtime.evaluate', { expression: axe });
    const found = await tools.send('Runtime.evaluate', {
      expression: "axe.run(document, { iframes: false }).then((r) => JSON.stringify(r.violations.map((v) => v.id + ' ' + v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', '))))",
      awaitPromise: true, returnByValue: true,
    });
    for (const violation of JSON.parse(String(found.result.value ?? '["axe did not run"]')) as string[]) report(violation);
    await page.close();
  }
  await context.close();
}
await browser.close();
console.log(wrong === 0 ? 'nothing found' : `${wrong} found`);
if (wrong > 0) process.exitCode = 1;
