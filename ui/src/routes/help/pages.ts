const EVERY = import.meta.glob<string>(['../../../../docs/how-to/*.md', '../../../../docs/explanation/*.md', '../../../../docs/tutorial/*.md', '../../../../docs/[a-z][a-z]/*.md', '!**/index.md'], { query: '?raw', import: 'default' });
const TITLES = import.meta.glob<string>(['../../../../docs/how-to/*.md', '../../../../docs/explanation/*.md', '../../../../docs/tutorial/*.md', '../../../../docs/[a-z][a-z]/*.md', '!**/index.md'], { query: '?title', import: 'default', eager: true });

/** A page as it is read: in which language, under which title, and how it is loaded. */
export interface Leaf { locale: string; title: string; load: () => Promise<string> }

const GROUPS = ['tutorial', 'how-to', 'explanation'] as const;
const LEAVES: Record<string, Leaf>[] = [];
// By group, or by language: what is not in the language of the documentation stands in a folder with the language's name.
const SHELVES = new Map<string, Record<string, Leaf>>();
for (const [path, load] of Object.entries(EVERY)) {
  const [shelf, file] = path.split('/').slice(-2) as [string, string];
  const locale = (GROUPS as readonly string[]).includes(shelf) ? 'en' : shelf;
  const leaves = SHELVES.get(shelf) ?? {};
  leaves[file.replace(/\.md$/, '')] = { locale, title: TITLES[path]!, load };
  SHELVES.set(shelf, leaves);
}
LEAVES.push(...GROUPS.map((group) => SHELVES.get(group) ?? {}));

/** The names of every page of the help: the documentation's own pages, each loaded when it is read. */
export const NAMES: ReadonlySet<string> = new Set(LEAVES.flatMap((leaves) => Object.keys(leaves)));

/** Return a page in a language, or in English where it is not translated; undefined when there is none of that name. */
export function pageIn(name: string, locale: string): Leaf | undefined {
  return SHELVES.get(locale)?.[name] ?? LEAVES.find((leaves) => name in leaves)?.[name];
}

/** Return the pages as they are listed, in the groups of the documentation: those in the reader's language first. */
export function groups(locale: string): { group: string; pages: (Leaf & { name: string })[] }[] {
  return GROUPS.map((group, i) => ({
    group,
    pages: Object.keys(LEAVES[i]!)
      .map((name) => ({ name, ...pageIn(name, locale)! }))
      .sort((a, b) => Number(a.locale !== locale) - Number(b.locale !== locale) || a.title.localeCompare(b.title, locale)),
  }));
}

// The longest address that fits decides.
const ABOUT: [string, string][] = [
  ['/work', 'distribute-work-at-the-desk'], ['/conversation', 'answer-customers'], ['/cases', 'group-enquiries-into-a-case'], ['/search', 'answer-customers'],
  ['/notices', 'answer-customers'], ['/print', 'answer-customers'],
  ['/customers', 'know-who-is-who'], ['/channels', 'first-steps'], ['/channels/new/email', 'connect-a-mailbox'],
  ['/channels/new/mastodon', 'connect-mastodon'], ['/channels/new/bluesky', 'connect-bluesky'], ['/channels/new/x', 'connect-x'],
  ['/channels/new/facebook', 'connect-facebook-and-instagram'], ['/channels/new/instagram', 'connect-facebook-and-instagram'],
  ['/channels/new/messenger', 'connect-facebook-and-instagram'], ['/channels/new/whatsapp', 'connect-whatsapp'],
  ['/channels/new/linkedin', 'connect-linkedin'], ['/channels/new/xing', 'connect-xing'], ['/channels/new/telegram', 'connect-telegram'],
  ['/channels/new/matrix', 'connect-matrix'], ['/channels/new/xmpp', 'connect-xmpp'], ['/channels/new/rss', 'connect-a-feed'],
  ['/channels/new/phone', 'set-up-a-line'],
  ['/listening', 'listen'], ['/people', 'people-and-rights'], ['/people/queues', 'distribute-work-at-the-desk'], ['/people/skills', 'distribute-work-at-the-desk'],
  ['/people/codes', 'work-in-progress'], ['/me', 'see-your-own-figures'],
  ['/supervision', 'steer-the-day'], ['/supervision/simulator', 'simulate-a-day'], ['/supervision/hands', 'work-in-progress'], ['/wallboard', 'steer-the-day'],
  ['/reports', 'read-and-export-reports'], ['/reports/scheduled', 'send-reports-by-mail'], ['/reports/mine', 'see-your-own-figures'],
  ['/settings/mine', 'people-and-rights'], ['/settings/notifications', 'install-the-desk'], ['/settings/accounts', 'command-by-message'],
  ['/settings/rules', 'rules'], ['/settings/my-calendars', 'add-your-calendar'], ['/settings/directory', 'connect-a-directory'], ['/directory', 'connect-a-directory'], ['/settings/webhooks', 'webhooks'], ['/settings/audit', 'people-and-rights'], ['/settings/retention', 'retention'],
  ['/settings/classes', 'distribute-work-at-the-desk'], ['/settings/calendars', 'distribute-work-at-the-desk'],
  ['/settings/service-levels', 'distribute-work-at-the-desk'], ['/settings/custom-fields', 'know-who-is-who'], ['/settings/tags', 'keep-the-list-in-order'],
  ['/settings/blocked', 'keep-the-list-in-order'], ['/settings/do-not-call', 'phone-at-the-desk'], ['/settings/canned-answers', 'answer-customers'],
  ['/settings/signatures', 'answer-customers'], ['/settings/looks', 'agree-with-the-works-council'], ['/settings/figures', 'agree-with-the-works-council'],
  ['/settings/works-agreement', 'agree-with-the-works-council'], ['/settings/evidence', 'report-a-comment'], ['/repair', 'steer-the-day'],
];

/** The names of the pages that some address of the desk leads to. */
export const ASKED: ReadonlySet<string> = new Set(['first-steps', ...ABOUT.map(([, name]) => name)]);

/** Return the page that tells of an address of the desk. */
export function helpFor(path: string): string {
  const fitting = ABOUT.filter(([start]) => path === start || path.startsWith(`${start}/`)).sort((a, b) => b[0].length - a[0].length);
  return fitting[0]?.[1] ?? 'first-steps';
}
