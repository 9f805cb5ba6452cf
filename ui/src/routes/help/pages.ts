const SOURCES = import.meta.glob<string>(['../../../../docs/how-to/*.md', '../../../../docs/explanation/*.md', '../../../../docs/tutorial/*.md', '!**/index.md'], { query: '?raw', import: 'default' });

/** Every page of the help by its name: the documentation's own pages, each loaded when it is read. */
export const PAGES: Readonly<Record<string, () => Promise<string>>> = Object.fromEntries(
  Object.entries(SOURCES).map(([path, load]) => [path.split('/').pop()!.replace(/\.md$/, ''), load]),
);

/** The groups in which the pages are listed. */
export function groups(): { group: string; names: string[] }[] {
  const found = new Map<string, string[]>();
  for (const path of Object.keys(SOURCES)) {
    const [group, file] = path.split('/').slice(-2) as [string, string];
    found.set(group, [...(found.get(group) ?? []), file.replace(/\.md$/, '')]);
  }
  return ['tutorial', 'how-to', 'explanation'].map((group) => ({ group, names: (found.get(group) ?? []).sort() }));
}

// The longest address that fits decides.
const ABOUT: [string, string][] = [
  ['/work', 'distribute-work-at-the-desk'], ['/conversation', 'work-in-progress'], ['/cases', 'group-enquiries-into-a-case'],
  ['/customers', 'know-who-is-who'], ['/channels', 'first-steps'], ['/channels/new/email', 'connect-a-mailbox'],
  ['/channels/new/mastodon', 'connect-mastodon'], ['/channels/new/bluesky', 'connect-bluesky'], ['/channels/new/x', 'connect-x'],
  ['/channels/new/facebook', 'connect-facebook-and-instagram'], ['/channels/new/instagram', 'connect-facebook-and-instagram'],
  ['/channels/new/messenger', 'connect-facebook-and-instagram'], ['/channels/new/whatsapp', 'connect-whatsapp'],
  ['/channels/new/linkedin', 'connect-linkedin'], ['/channels/new/xing', 'connect-xing'], ['/channels/new/telegram', 'connect-telegram'],
  ['/channels/new/matrix', 'connect-matrix'], ['/channels/new/xmpp', 'connect-xmpp'], ['/channels/new/rss', 'connect-a-feed'],
  ['/listening', 'listen'], ['/people', 'people-and-rights'], ['/people/queues', 'distribute-work-at-the-desk'], ['/people/skills', 'distribute-work-at-the-desk'],
  ['/supervision', 'steer-the-day'], ['/supervision/simulator', 'simulate-a-day'], ['/reports', 'read-and-export-reports'],
  ['/settings/rules', 'rules'], ['/settings/my-calendars', 'add-your-calendar'], ['/settings/webhooks', 'webhooks'], ['/settings/aid', 'let-a-model-draft'], ['/settings/audit', 'people-and-rights'], ['/settings/retention', 'retention'],
  ['/settings/classes', 'distribute-work-at-the-desk'], ['/settings/calendars', 'distribute-work-at-the-desk'],
  ['/settings/service-levels', 'distribute-work-at-the-desk'], ['/repair', 'work-in-progress'],
];

/** Return the page that tells of an address of the desk. */
export function helpFor(path: string): string {
  const fitting = ABOUT.filter(([start]) => path === start || path.startsWith(`${start}/`)).sort((a, b) => b[0].length - a[0].length);
  return fitting[0]?.[1] ?? 'first-steps';
}
