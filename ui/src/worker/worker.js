/**
 * The service worker: the desk's own files are there without a line, and devices are told what waits.
 *
 * It keeps the shell alone: files that are the same for everybody. What the API answers is never looked at here, let alone kept.
 * A new version waits until the page asks it to take over, so that no page is torn away from under somebody's hands.
 */
const VERSION = '__VERSION__';
const SHELL = __SHELL__;
const CACHE = `unisono-${VERSION}`;
const PAGE = '/';
// Addresses that are no part of the desk: the API, connectors' pages, webhooks, the demonstration's networks.
const FOREIGN = /^\/(api|c|hooks|sandbox)(\/|$)|^\/demo\//;

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL.map(fresh))));
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith('unisono-') && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener('message', (event) => {
  if (event.data === 'take-over') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || FOREIGN.test(url.pathname)) return;
  if (request.mode === 'navigate') event.respondWith(online(request).catch(() => kept(PAGE)));
  // Their names change with their content.
  else if (url.pathname.startsWith('/assets/')) event.respondWith(kept(request).catch(() => fetch(request)));
  else if (SHELL.includes(url.pathname)) event.respondWith(fetch(request).catch(() => kept(url.pathname)));
});

// Only who asks for a page gets one.
function fresh(path) {
  return new Request(path, { cache: 'no-cache', headers: path === PAGE ? { accept: 'text/html' } : {} });
}

async function kept(what) {
  const found = await caches.match(what, { ignoreVary: true });
  if (!found) throw new Error('not kept');
  return found;
}

/** A page from the server; when the server itself is away (a proxy answers for it), the kept one. */
async function online(request) {
  const answer = await fetch(request);
  if ([502, 504].includes(answer.status)) throw new Error('away');
  return answer;
}

self.addEventListener('push', (event) => {
  event.waitUntil((async () => {
    const told = event.data?.json() ?? {};
    const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    // Whoever has the desk before them sees it there.
    if (windows.some((one) => one.focused)) return;
    await self.registration.showNotification(told.title ?? 'Unisono', {
      body: told.body ?? '', tag: told.tag ?? 'unisono', renotify: true, icon: '/icons/icon-192.png', badge: '/icons/badge-96.png',
      requireInteraction: told.kind === 'offer', data: { path: placeOf(told) },
    });
  })());
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const { path } = event.notification.data;
    for (const one of await self.clients.matchAll({ type: 'window', includeUncontrolled: true })) {
      one.postMessage({ kind: 'open', path });
      return one.focus();
    }
    return self.clients.openWindow(path);
  })());
});

// An offer is accepted or declined over whatever shows; the others lead to where they belong.
function placeOf(told) {
  return told.kind === 'offer' || !told.conversation_id ? '/work' : `/conversation/${encodeURIComponent(told.conversation_id)}`;
}
