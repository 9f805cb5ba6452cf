/** Show on the tab, and on the installed desk, that so many offers ring: whoever is in another tab sees it as well as hears it. */
export function showBadge(offers: number): void {
  document.querySelector('link[rel=icon]')?.setAttribute('href', offers > 0 ? '/favicon-offer.svg' : '/favicon.svg');
  if ('setAppBadge' in navigator) void (offers > 0 ? navigator.setAppBadge(offers) : navigator.clearAppBadge()).catch(() => {});
}
