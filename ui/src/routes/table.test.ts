import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ROUTES, pageOf, partsOf, routeOf } from './table';

it('finds the row that says most of an address in words', () => {
  expect(routeOf('/channels/new')?.path).toBe('/channels/new');
  expect(routeOf('/channels/0198')?.path).toBe('/channels/:channel');
  expect(routeOf('/nirgends')).toBeUndefined();
});

it('shows an address on the page of the longest row above it', () => {
  expect(pageOf('/channels/new/mastodon')?.path).toBe('/channels');
  expect(pageOf('/settings/classes')?.path).toBe('/settings');
  expect(pageOf('/work/waiting')).toBeUndefined();
});

it('has every part on a page with tabs', () => {
  for (const { path } of ROUTES.filter((route) => route.part)) {
    expect(partsOf(pageOf(path)!.path).map((part) => part.path)).toContain(path);
  }
});

it('names no address twice', () => {
  const paths = ROUTES.map((route) => route.path);
  expect(paths.filter((path, i) => paths.indexOf(path) !== i)).toEqual([]);
});

it('gives no keys to two pages', () => {
  const keys = ROUTES.flatMap((route) => route.keys ?? []);
  expect(keys.filter((one, i) => keys.indexOf(one) !== i)).toEqual([]);
});

/** Sources of this folder, those of pages that are shown for an address. */
const folder = fileURLToPath(new URL('./', import.meta.url));
const sources = (at: string): string[] =>
  readdirSync(at).flatMap((name) => (statSync(at + name).isDirectory() ? sources(`${at}${name}/`) : [at + name]));

it('is the only list of addresses: no page asks the address for its parts by itself, so that none is without a picture', () => {
  // What looks at the address for something else than which part to show.
  const ALLOWED = [
    'Shell.svelte',
    'Setup.svelte',
    'cases/Cases.svelte',
    'channels/Channels.svelte',
    'customers/Customers.svelte',
    'help/Help.svelte',
    'print/Print.svelte',
    'work/Offers.svelte',
    'work/Work.svelte',
  ];
  const asking = sources(folder).filter((file) => file.endsWith('.svelte') && /router\.path/.test(readFileSync(file, 'utf8')));
  expect(asking.map((file) => file.slice(folder.length)).filter((file) => !ALLOWED.includes(file))).toEqual([]);
});
