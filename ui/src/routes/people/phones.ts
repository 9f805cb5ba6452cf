import { t, texts } from '../../lib/i18n/texts.svelte';

/** What a way of telephoning is called: those that come with the house by their kind, others by the name they were given. */
export function driverName(name: string): string {
  const key = `driver-${name}`;
  return texts.has(key) ? t(key) : name;
}
