import { api } from '../api/client';
import { readStored, writeStored } from './storage';

export type PushKind = 'offer' | 'mention' | 'deadline';
export interface Device { id: string; name: string; host: string; kinds: PushKind[]; created_at: string; told_at: string | null; failing: number }
export interface Devices { items: Device[]; key: string; kinds: PushKind[] }

const KEPT = 'unisono.device';
const PATH = '/me/devices';

/** Why this browser cannot be told, or that it can. */
export type Able = 'yes' | 'no' | 'denied' | 'insecure';

/** Return whether this browser can show what waits while no desk is open. */
export function able(): Able {
  if (!window.isSecureContext) return 'insecure';
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return 'no';
  return Notification.permission === 'denied' ? 'denied' : 'yes';
}

/** Return one's devices, and which of them is this browser (its id, or null). */
export async function devices(): Promise<{ all: Devices; here: string | null }> {
  const all = await api.get<Devices>(PATH);
  const kept = readStored<string>(KEPT);
  return { all, here: all.items.some((one) => one.id === kept) ? kept! : null };
}

/** Ask the browser, and have it told. Returns false when the person says no to the browser's question. */
export async function subscribe(name: string, key: string, kinds: PushKind[]): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const registration = await navigator.serviceWorker.ready;
  const old = await registration.pushManager.getSubscription();
  // A subscription made for another key cannot be used by this house.
  if (old && keyOf(old.options.applicationServerKey) !== key) await old.unsubscribe();
  const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  const told = made.toJSON();
  const all = await api.post<Devices>(PATH, { name, endpoint: made.endpoint, key: told.keys?.p256dh ?? '', auth: told.keys?.auth ?? '', kinds });
  writeStored(KEPT, all.items[0]?.id);
  return true;
}

export async function choose(id: string, kinds: PushKind[]): Promise<Devices> {
  return await api.patch<Devices>(`${PATH}/${id}`, { kinds });
}

export async function forget(id: string): Promise<void> {
  await api.delete(`${PATH}/${id}`);
  if (readStored<string>(KEPT) === id) await forgetHere();
}

/** Whoever signs out is told nothing there any more: the next person at this browser is another one. */
export async function forgetAtSignOut(): Promise<void> {
  const id = readStored<string>(KEPT);
  if (!id) return;
  try {
    await api.delete(`${PATH}/${id}`);
  } catch {
    // The subscription below ends as well, and the push service tells the house so.
  }
  await forgetHere();
}

async function forgetHere(): Promise<void> {
  writeStored(KEPT, undefined);
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  } catch {
    // Nothing to take back.
  }
}

function keyOf(raw: ArrayBuffer | null): string {
  if (!raw) return '';
  return btoa(String.fromCharCode(...new Uint8Array(raw))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}
