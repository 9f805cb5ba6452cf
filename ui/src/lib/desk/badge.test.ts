import { afterEach, expect, it, vi } from 'vitest';
import { showBadge } from './badge';

afterEach(() => vi.unstubAllGlobals());

it('marks the tab and the installed desk while offers ring, and takes both back', () => {
  const set = vi.fn().mockResolvedValue(undefined);
  const clear = vi.fn().mockResolvedValue(undefined);
  const icon = { href: '', setAttribute: (_: string, href: string): void => void (icon.href = href) };
  vi.stubGlobal('document', { querySelector: () => icon });
  vi.stubGlobal('navigator', { setAppBadge: set, clearAppBadge: clear });
  showBadge(2);
  expect([icon.href, set.mock.calls]).toEqual(['/favicon-offer.svg', [[2]]]);
  showBadge(0);
  expect([icon.href, clear.mock.calls.length]).toEqual(['/favicon.svg', 1]);
});
