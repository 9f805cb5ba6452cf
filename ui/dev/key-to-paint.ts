/**
 * Measure how long after a key the page has painted, with the processor throttled four times: stepping through the list,
 * and writing. Against any running desk with at least ten rows of waiting work.
 * node dev/key-to-paint.ts BASE_ADDRESS [LOGIN PASSWORD]
 * Prints {"desk.key_to_paint_p95_ms": ..., "baseline_p95_ms": ...}; the baseline is a bare page with one text field.
 */
import { chromium, type Page } from 'playwright-core';

const [base, login, password] = process.argv.slice(2);
if (!base) throw new Error('usage: node dev/key-to-paint.ts BASE_ADDRESS [LOGIN PASSWORD]');

const watch = (): void => {
  const times: number[] = [];
  Object.assign(globalThis, { paintTimes: times });
  addEventListener('keydown', () => {
    const start = performance.now();
    // The first task after a frame: what the key changed has been painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => times.push(performance.now() - start);
      port2.postMessage(0);
    });
  }, true);
};
const read = (page: Page): Promise<number[]> => page.evaluate(() => (globalThis as unknown as { paintTimes: number[] }).paintTimes.splice(0));
const p95 = (times: number[]): number => Math.round(times.sort((a, b) => a - b)[Math.floor(times.length * 0.95)]! * 10) / 10;

async function type(page: Page, text: string): Promise<void> {
  for (const key of text) {
    await page.keyboard.type(key);
    await page.waitForTimeout(40);
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const tools = await page.context().newCDPSession(page);
  const throttle = (rate: number): Promise<unknown> => tools.send('Emulation.setCPUThrottlingRate', { rate });
  const TEXT = 'Guten Tag, wir kümmern uns darum und melden uns heute noch bei Ihnen.';

  await page.setContent('<textarea rows="4" cols="60" aria-label="text"></textarea>');
  await page.evaluate(watch);
  await throttle(4);
  await page.focus('textarea');
  await type(page, TEXT);
  const baseline = p95(await read(page));
  await throttle(1);

  await page.goto(`${base}/work/waiting`);
  if (login && password) {
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', password);
    await page.keyboard.press('Enter');
  }
  await page.getByTestId('work-row').nth(2).waitFor();
  await page.evaluate(watch);
  await throttle(4);
  await page.getByRole('listbox').focus();
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press(i % 5 === 4 ? 'k' : 'j');
    await page.waitForTimeout(120);
  }
  const steps = await read(page);
  await page.keyboard.press('n');
  await page.waitForTimeout(500);
  await read(page);
  await type(page, TEXT);
  const keys = await read(page);
  console.log(JSON.stringify({
    'desk.key_to_paint_p95_ms': p95([...steps, ...keys]), list_p95_ms: p95(steps), writing_p95_ms: p95(keys), baseline_p95_ms: baseline,
  }));
} finally {
  await browser.close();
}
