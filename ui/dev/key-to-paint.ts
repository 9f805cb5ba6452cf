/**
 * Measure how long after a key the page has painted, with the processor throttled four times: stepping through the list,
 * and writing. Then scroll the list and measure each frame. Against any running desk with at least ten rows of waiting work.
 * node dev/key-to-paint.ts BASE_ADDRESS [LOGIN PASSWORD]
 * Prints {"desk.key_to_paint_p95_ms": ..., "baseline_p95_ms": ..., "scroll_frame_p95_ms": ...}; the baseline is a bare page with
 * one text field. PROFILE=1 prints beside it (stderr) in which functions the steps' time went.
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

/** Frames while something happens, in milliseconds from each to the next. */
async function frames(page: Page, happens: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const state = { gaps: [] as number[], on: true };
    Object.assign(globalThis, { frameTimes: state });
    let before = performance.now();
    const next = (now: number): void => {
      state.gaps.push(now - before);
      before = now;
      if (state.on) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await happens();
  return page.evaluate(() => {
    const { frameTimes } = globalThis as unknown as { frameTimes: { gaps: number[]; on: boolean } };
    frameTimes.on = false;
    return frameTimes.gaps.slice(1);
  });
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
  if (process.env.PROFILE) {
    await tools.send('Profiler.enable');
    await tools.send('Profiler.start');
  }
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press(i % 5 === 4 ? 'k' : 'j');
    await page.waitForTimeout(120);
  }
  const steps = await read(page);
  if (process.env.PROFILE) {
    const { profile } = await tools.send('Profiler.stop');
    const names = new Map(profile.nodes.map((node) => [node.id, `${node.callFrame.functionName || '?'} ${node.callFrame.url.split('/').at(-1)}:${node.callFrame.lineNumber + 1}:${node.callFrame.columnNumber}`]));
    const own = new Map<string, number>();
    profile.samples?.forEach((id, n) => own.set(names.get(id)!, (own.get(names.get(id)!) ?? 0) + (profile.timeDeltas?.[n] ?? 0) / 1000));
    for (const [name, ms] of [...own].sort((a, b) => b[1] - a[1]).slice(0, 30)) console.error(`${ms.toFixed(0).padStart(7)} ms ${name}`);
  }
  const list = (await page.getByRole('listbox').boundingBox())!;
  await page.mouse.move(list.x + list.width / 2, list.y + list.height / 2);
  const rest = await frames(page, () => page.waitForTimeout(2000));
  const first = await page.getByTestId('work-row').first().getAttribute('aria-posinset');
  const scrolled = await frames(page, async () => {
    for (let i = 0; i < 100; i++) {
      await page.mouse.wheel(0, i % 10 === 9 ? -400 : 600);
      await page.waitForTimeout(50);
    }
  });
  const last = await page.getByTestId('work-row').first().getAttribute('aria-posinset');
  await page.getByRole('listbox').focus();
  await page.keyboard.press('j');
  await page.waitForTimeout(500);
  await read(page);
  await page.keyboard.press('n');
  await page.waitForTimeout(500);
  await read(page);
  await type(page, TEXT);
  const keys = await read(page);
  console.log(JSON.stringify({
    'desk.key_to_paint_p95_ms': p95([...steps, ...keys]), list_p95_ms: p95(steps), writing_p95_ms: p95(keys), baseline_p95_ms: baseline,
    scroll_frame_p95_ms: p95(scrolled), scroll_frame_max_ms: Math.round(Math.max(...scrolled)), scroll_frames: scrolled.length,
    scrolled_rows: Number(last) - Number(first), rest_frame_p95_ms: p95(rest),
  }));
} finally {
  await browser.close();
}
