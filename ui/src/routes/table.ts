import type { Component } from 'svelte';
import type { Desk } from '../lib/desk/desk.svelte';

type Lazy<Props extends Record<string, unknown>> = () => Promise<{ default: Component<Props> }>;

/**
 * One address of the desk. What stands here has a command in the command menu, a picture, and is judged by axe in every
 * language and theme: nothing else needs to know of a new page (dev/routes.ts prints this table for tests and tools).
 */
export interface Route {
  /** `:name` stands for one part of the address. */
  path: string;
  /** The key of its name: in the window's title, the tabs and the command menu. */
  title: string;
  /** What somebody must be allowed to do to see it; of several, one is enough. Not given: everybody who is signed in. */
  action?: string | string[];
  /** The command's keys. */
  keys?: string;
  /** The page. Not given: a part of the page of the longest address above it. The work itself is in the first load. */
  page?: Lazy<Record<string, never>>;
  /** The heading under which the section lists it, where it has more parts than a row of tabs holds. */
  group?: 'mine' | 'work' | 'customers' | 'house' | 'people';
  /** What stands below the tabs of its section, which is the page above it. */
  part?: Lazy<{ desk: Desk }>;
  /** No command: it is where one already is, or only the demonstration has it. */
  hidden?: true;
  /** Who is not signed in sees it; it stands alone, without the desk around it. */
  open?: true;
  /** It stands alone, though only for who is signed in. */
  alone?: true;
}

export const ROUTES: readonly Route[] = [
  { path: '/work', title: 'nav-work', hidden: true },
  { path: '/work/:view', title: 'nav-work', hidden: true },
  { path: '/work/:view/:conversation', title: 'nav-work', hidden: true },
  { path: '/conversation/:conversation', title: 'nav-work', hidden: true },
  { path: '/search', title: 'nav-search', keys: '/', page: () => import('./Search.svelte') },

  { path: '/notices', title: 'nav-notices', keys: 'g n', page: () => import('./notices/Notices.svelte') },

  { path: '/cases', title: 'nav-cases', action: 'work.read', keys: 'g f', page: () => import('./cases/Cases.svelte') },
  { path: '/cases/:case', title: 'nav-cases', action: 'work.read', hidden: true },

  { path: '/customers', title: 'nav-customers', action: 'work.read', keys: 'g u', page: () => import('./customers/Customers.svelte') },
  { path: '/customers/:customer', title: 'nav-customers', action: 'work.read', hidden: true },

  { path: '/listening', title: 'nav-listening', action: 'work.read', keys: 'g o', page: () => import('./listening/Listening.svelte') },
  { path: '/listening/mentions', title: 'listening-mentions', action: 'work.read', part: () => import('./listening/Mentions.svelte') },
  { path: '/listening/storms', title: 'storms', action: 'work.read', part: () => import('./listening/Storms.svelte') },
  { path: '/listening/monitors', title: 'monitors', action: 'work.read', part: () => import('./listening/Monitors.svelte') },
  { path: '/listening/alerts', title: 'alert-targets', action: 'monitor.manage', part: () => import('./listening/AlertTargets.svelte') },
  { path: '/listening/figures', title: 'listening-figures', action: 'work.read', part: () => import('./listening/Figures.svelte') },
  { path: '/listening/triage', title: 'triage-standing', action: 'work.read', part: () => import('./listening/Learning.svelte') },
  { path: '/listening/label', title: 'triage-label', action: 'work.answer', part: () => import('./listening/Label.svelte') },
  { path: '/listening/sources', title: 'sources', action: 'work.read', part: () => import('./listening/Sources.svelte') },

  { path: '/directory', title: 'nav-directory', action: 'agent.read', keys: 'g d', page: () => import('./people/Directory.svelte') },

  { path: '/me/figures', title: 'own-figures', keys: 'g m', page: () => import('./me/Figures.svelte') },

  { path: '/channels', title: 'nav-channels', action: 'channel.read', keys: 'g c', page: () => import('./channels/Channels.svelte') },
  { path: '/channels/new', title: 'channel-add', action: 'channel.manage' },
  { path: '/channels/new/:connector', title: 'channel-add', action: 'channel.manage', hidden: true },
  { path: '/channels/:channel', title: 'nav-channels', action: 'channel.read', hidden: true },

  { path: '/people', title: 'nav-people', action: 'user.read', keys: 'g p', page: () => import('./people/People.svelte') },
  { path: '/people/queues', title: 'people-queues', part: () => import('./people/Queues.svelte') },
  { path: '/people/users', title: 'people-users', action: 'user.read', part: () => import('./people/Users.svelte') },
  { path: '/people/skills', title: 'people-skills', part: () => import('./people/Skills.svelte') },
  { path: '/people/codes', title: 'people-codes', part: () => import('./people/Codes.svelte') },

  { path: '/people/roles', title: 'people-roles', action: 'user.read', part: () => import('./people/Roles.svelte') },
  { path: '/people/services', title: 'people-services', action: 'user.manage', part: () => import('./people/Services.svelte') },

  { path: '/supervision', title: 'nav-supervision', action: 'work.supervise', keys: 'g l', page: () => import('./supervision/Supervision.svelte') },
  { path: '/supervision/people', title: 'supervision-tab-people', action: 'work.supervise', part: () => import('./supervision/Agents.svelte') },
  { path: '/supervision/live', title: 'supervision-tab-live', action: 'work.supervise', keys: 'g v', part: () => import('./supervision/Live.svelte') },
  { path: '/supervision/wallboard', title: 'supervision-tab-wallboard', action: 'work.supervise', part: () => import('./wall/Wallboard.svelte') },
  { path: '/supervision/parity', title: 'supervision-tab-parity', action: 'work.supervise', part: () => import('./supervision/Parity.svelte') },
  { path: '/supervision/simulator', title: 'supervision-tab-simulator', action: 'work.supervise', part: () => import('./supervision/Simulator.svelte') },
  { path: '/supervision/hands', title: 'supervision-tab-hands', action: 'work.supervise', part: () => import('./supervision/Hands.svelte') },
  { path: '/reports', title: 'nav-reports', keys: 'g a', page: () => import('./reports/Reports.svelte') },
  { path: '/reports/report', title: 'report-tab', action: 'report.read', part: () => import('./reports/Report.svelte') },
  { path: '/reports/scheduled', title: 'report-scheduled', action: 'report.send', part: () => import('./reports/Scheduled.svelte') },
  { path: '/reports/mine', title: 'report-mine', action: 'work.answer', part: () => import('./reports/MyFigures.svelte') },
  { path: '/wallboard', title: 'wall-title', action: 'queue.read', keys: 'g b', page: () => import('./wall/WallPage.svelte') },
  { path: '/wall', title: 'wall-title', open: true, hidden: true, page: () => import('./wall/Tv.svelte') },

  { path: '/repair', title: 'nav-repair', action: 'work.answer', keys: 'g r', page: () => import('./repair/Repair.svelte') },
  { path: '/repair/quarantine', title: 'quarantine', action: 'quarantine.manage', part: () => import('./repair/Quarantine.svelte') },
  { path: '/repair/dead', title: 'dead-letters', action: 'work.answer', part: () => import('./repair/DeadLetters.svelte') },

  { path: '/settings', title: 'nav-settings', keys: 'g s', page: () => import('./settings/Settings.svelte') },
  { path: '/settings/mine', title: 'settings-tab-mine', group: 'mine', part: () => import('./settings/Mine.svelte') },
  { path: '/settings/notifications', title: 'settings-tab-notifications', group: 'mine', part: () => import('./settings/Notifications.svelte') },
  { path: '/settings/accounts', title: 'settings-tab-accounts', group: 'mine', part: () => import('./settings/Accounts.svelte') },
  { path: '/settings/my-calendars', title: 'settings-tab-own-calendars', group: 'mine', part: () => import('./settings/MyCalendars.svelte') },
  { path: '/settings/classes', title: 'settings-tab-classes', group: 'work', action: 'queue.manage', keys: 'g k', part: () => import('./settings/Classes.svelte') },
  { path: '/settings/calendars', title: 'settings-tab-calendars', group: 'work', action: 'queue.manage', part: () => import('./settings/Calendars.svelte') },
  { path: '/settings/service-levels', title: 'settings-tab-service-levels', group: 'work', action: 'queue.manage', part: () => import('./settings/ServiceLevels.svelte') },
  { path: '/settings/custom-fields', title: 'settings-tab-custom-fields', group: 'customers', action: 'setting.manage', part: () => import('./settings/CustomFields.svelte') },
  { path: '/settings/tags', title: 'tags', group: 'work', action: 'queue.manage', part: () => import('./settings/Tags.svelte') },
  { path: '/settings/blocked', title: 'blocked-people', group: 'customers', action: 'work.supervise', part: () => import('./settings/Blocked.svelte') },
  { path: '/settings/do-not-call', title: 'refused-numbers', group: 'customers', action: 'agent.manage', part: () => import('./settings/DoNotCall.svelte') },
  { path: '/settings/canned-answers', title: 'canned-answers', group: 'work', action: 'work.answer', part: () => import('./settings/Canned.svelte') },
  { path: '/settings/signatures', title: 'signatures', group: 'work', action: 'channel.manage', part: () => import('./settings/Signatures.svelte') },
  { path: '/settings/looks', title: 'settings-tab-looks', group: 'mine', part: () => import('./settings/Looks.svelte') },
  { path: '/settings/figures', title: 'settings-tab-figures', group: 'people', action: ['people.look', 'people.agree'], part: () => import('./settings/Permits.svelte') },
  { path: '/settings/evidence', title: 'settings-tab-evidence', group: 'customers', action: 'archive.open', part: () => import('./settings/Evidence.svelte') },

  { path: '/settings/rules', title: 'settings-tab-rules', group: 'work', action: 'rule.manage', keys: 'g e', part: () => import('./rules/Rules.svelte') },
  { path: '/settings/aid', title: 'settings-tab-aid', group: 'house', action: 'setting.manage', part: () => import('./settings/Aid.svelte') },
  { path: '/settings/directory', title: 'settings-tab-directory', group: 'house', action: 'setting.manage', part: () => import('./settings/Directory.svelte') },
  { path: '/settings/webhooks', title: 'settings-tab-webhooks', group: 'house', action: 'webhook.manage', part: () => import('./admin/Webhooks.svelte') },
  { path: '/settings/retention', title: 'settings-tab-retention', group: 'customers', action: 'retention.manage', part: () => import('./admin/Retention.svelte') },
  { path: '/settings/audit', title: 'settings-tab-audit', group: 'house', action: 'audit.read', part: () => import('./admin/Audit.svelte') },

  { path: '/help', title: 'nav-help', page: () => import('./help/Help.svelte') },
  { path: '/help/:name', title: 'nav-help', hidden: true },
  { path: '/start', title: 'start-title', action: 'setting.manage', page: () => import('./start/Start.svelte') },
  { path: '/settings/works-agreement', title: 'settings-tab-agreement', group: 'people', action: ['setting.read', 'people.agree'], part: () => import('./settings/Agreement.svelte') },
  { path: '/print/:conversation', title: 'print-title', alone: true, hidden: true, page: () => import('./print/Print.svelte') },

  { path: '/login', title: 'login-title', open: true, hidden: true },
  { path: '/setup/:token', title: 'setup-title', open: true, hidden: true },
  { path: '/demo', title: 'nav-demo', open: true, hidden: true, page: () => import('./demo/Demo.svelte') },
];

/** Return whether this person may see it. */
export function maySee(desk: Desk, route: Route): boolean {
  return route.action === undefined || [route.action].flat().some((action) => desk.may(action));
}

/** Return the route of an address; of two that fit, the one that says more of it in words. */
export function routeOf(path: string): Route | undefined {
  const asked = path.split('/').filter(Boolean);
  let best: Route | undefined;
  let most = -1;
  for (const route of ROUTES) {
    const parts = route.path.split('/').filter(Boolean);
    if (parts.length !== asked.length) continue;
    const said = parts.filter((part) => !part.startsWith(':'));
    if (said.length > most && parts.every((part, i) => part.startsWith(':') || part === asked[i])) {
      best = route;
      most = said.length;
    }
  }
  return best;
}

/** Return the route whose page shows an address: itself, or the longest above it that has one. */
export function pageOf(path: string): Route | undefined {
  const parts = path.split('/').filter(Boolean);
  for (let length = parts.length; length > 0; length--) {
    const found = routeOf(`/${parts.slice(0, length).join('/')}`);
    if (found?.page) return found;
  }
  return undefined;
}

/** Return the parts of a section, in the order of their tabs. */
export function partsOf(section: string): Route[] {
  return ROUTES.filter((route) => route.part && route.path.startsWith(`${section}/`));
}
