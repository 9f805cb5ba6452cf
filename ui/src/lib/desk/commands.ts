import { ROUTES, maySee } from '../../routes/table';
import { t } from '../i18n/texts.svelte';
import { LOCALES, languageTitle, texts } from '../i18n/texts.svelte';
import { api } from '../api/client';
import type { Consult } from '../api/types';
import type { Desk } from './desk.svelte';
import { dials, numberOf } from '../phone/dial';
import { bulk } from './bulk.svelte';
import { NOTHING } from './filter';
import { graceIn, takeBack } from './held';
import { prefs } from './prefs.svelte';
import { go } from './router.svelte';
import { sayFailure } from './say';
import { session } from './session.svelte';
import { ui, workAddress } from './ui.svelte';
import { VIEWS } from './work-list.svelte';

export interface Command {
  id: string;
  group: 'page' | 'work' | 'conversation' | 'go' | 'me' | 'view';
  title: string;
  /** As the shortcut sheet shows it: `k`, `g w` (one after the other), `mod+Enter`. */
  keys?: string;
  /** Not given: always possible. */
  when?: boolean;
  run: () => void | Promise<unknown>;
}

/** Return every command, with whether it can be carried out now. Menu, sheet and keys all read this one list. */
export function commands(desk: Desk): Command[] {
  const offer = desk.myOffers[0];
  const asked = desk.consultsForMe.find((c) => c.state === 'requested');
  return [
    {
      id: 'accept', group: 'work', title: t('command-accept'), keys: 'a', when: !!offer,
      run: async () => {
        if (!offer) return;
        const item = offer.item;
        if (!(await desk.accept(offer.offer))) return;
        openConversation(item.conversation.id);
        ui.askCompose('answer', item.conversation.id);
      },
    },
    { id: 'decline', group: 'work', title: t('command-decline'), keys: 'd', when: !!offer, run: () => offer && ui.askWhy(offer.offer) },
    { id: 'consult-begin', group: 'work', title: t('command-consult-begin'), keys: 'e', when: !!asked, run: () => asked && beginConsult(desk, asked) },
    { id: 'next', group: 'work', title: t('command-next'), keys: 'j', when: !!ui.step, run: () => void ui.step?.(1) },
    { id: 'previous', group: 'work', title: t('command-previous'), keys: 'k', when: !!ui.step, run: () => void ui.step?.(-1) },
    { id: 'pick', group: 'work', title: t('command-pick'), keys: 'x', when: !!ui.pick, run: () => ui.pick?.('one') },
    { id: 'pick-range', group: 'work', title: t('command-pick-range'), keys: 'X', when: !!ui.pick, run: () => ui.pick?.('range') },
    { id: 'pick-all', group: 'work', title: t('command-pick-all'), keys: '*', when: !!ui.pick, run: () => ui.pick?.('all') },
    { id: 'undo', group: 'work', title: t('bulk-undo'), keys: 'z', when: bulk.undoable, run: () => bulk.undo() },
    { id: 'view-save', group: 'work', title: t('view-save'), when: !!ui.step, run: () => void (ui.dialog = 'view-save') },
    { id: 'list', group: 'work', title: t('command-list'), keys: 'l', when: !!ui.focusList, run: () => ui.focusList?.() },
    ...VIEWS.map((view, i): Command => ({
      id: `view-${view}`, group: 'work', title: t('command-view', { view: t(`view-${view}`) }), keys: String(i + 1),
      run: () => {
        ui.view = view;
        go(workAddress());
      },
    })),
    ...conversationCommands(desk),
    ...(ui.here?.() ?? []),
    ...(ui.phone?.() ?? []),
    { id: 'dial', group: 'work', title: t('command-dial'), keys: 'C', when: dials(desk), run: () => ui.askDial('') },
    { id: 'go-work', group: 'go', title: t('nav-work'), keys: 'g w', run: () => go(workAddress()) },
    ...pageCommands(desk),
    { id: 'go-demo', group: 'go', title: t('nav-demo'), when: desk.me.demo, run: () => go('/demo') },
    { id: 'available', group: 'me', title: t('command-state', { state: t('agent-available') }), when: !!desk.agent, run: () => desk.setAgentState('available') },
    { id: 'wrap-up', group: 'me', title: t('command-state', { state: t('agent-wrap-up') }), when: !!desk.agent, run: () => desk.setAgentState('wrap_up') },
    { id: 'busy', group: 'me', title: t('command-state', { state: t('agent-busy') }), when: !!desk.agent, run: () => desk.setAgentState('busy') },
    { id: 'away', group: 'me', title: t('command-state', { state: t('agent-away') }), when: !!desk.agent, run: () => void (ui.dialog = 'away') },
    { id: 'presence', group: 'me', title: t('presence-open'), keys: 'g t', run: () => void (ui.dialog = 'presence') },
    { id: 'offline', group: 'me', title: t('command-state', { state: t('agent-offline') }), when: !!desk.agent, run: () => desk.setAgentState('offline') },
    { id: 'log-out', group: 'me', title: t('log-out'), run: () => session.logOut() },
    ...(['system', 'light', 'dark'] as const).map((theme): Command => ({
      id: `theme-${theme}`, group: 'view', title: t('command-theme', { theme: t(`theme-${theme}`) }), run: () => keepTheme(theme),
    })),
    ...LOCALES.map((locale): Command => ({
      id: `language-${locale}`, group: 'view', title: t('command-language', { language: languageTitle(locale) }), run: () => keepLocale(locale),
    })),
    {
      id: 'density', group: 'view', title: t('command-density'),
      run: () => prefs.setDensity(prefs.density === 'compact' ? 'comfortable' : 'compact'),
    },
    {
      id: 'sound', group: 'view', title: prefs.sound ? t('command-sound-off') : t('command-sound-on'),
      run: () => {
        prefs.sound = !prefs.sound;
        prefs.keep();
      },
    },
    { id: 'menu', group: 'view', title: t('command-menu'), keys: 'mod+k', run: () => void (ui.dialog = 'commands') },
    { id: 'sheet', group: 'view', title: t('command-sheet'), keys: '?', run: () => void (ui.dialog = 'shortcuts') },
  ];
}

/** Return one command for each page that this person may see. */
function pageCommands(desk: Desk): Command[] {
  const pages = ROUTES.filter((route) => !route.hidden && maySee(desk, route));
  return pages.map((route): Command => ({
    id: `go-${route.path.slice(1).replaceAll('/', '-')}`, group: 'go', title: t(route.title),
    run: () => go(route.path), ...(route.keys ? { keys: route.keys } : {}),
  }));
}

/** Return the commands for the conversation on the screen; apart, because its page asks for them with every change. */
export function conversationCommands(desk: Desk): Command[] {
  const thread = ui.thread;
  const open = thread?.interaction ?? null;
  const mine = open !== null && open.agent_id === desk.me.user.id;
  const helps = open ? desk.consultsOn(open.id).find((c) => [c.asked_by, c.agent_id].includes(desk.me.user.id)) : undefined;
  const pulled = desk.state.queues.get(open?.queue_id ?? '')?.mode === 'pull';
  const number = thread?.view && !thread.view.customer.erased ? numberOf(thread.view, thread.view.customer) : '';
  const leads = !!open && open.state !== 'closed' && desk.may('work.supervise');
  const act = (verb: string) => async (): Promise<void> => {
    if (open) await desk.act(open, verb);
  };
  return [
    {
      id: 'take', group: 'conversation', title: t('command-take'), keys: 't', when: open?.state === 'waiting' && desk.may('work.answer'),
      run: async () => {
        if (open && (await desk.act(open, 'take'))) ui.askCompose('answer');
      },
    },
    { id: 'answer', group: 'conversation', title: t('command-answer'), keys: 'r', when: mine && open?.state === 'active', run: () => ui.askCompose('answer') },
    { id: 'undo-send', group: 'conversation', title: t('undo-send'), keys: 'z', when: !!graceIn(desk, thread), run: () => {
      const message = graceIn(desk, thread);
      if (message) return takeBack(desk, message);
    } },
    { id: 'canned', group: 'conversation', title: t('canned-insert'), keys: 'y', when: mine && !!ui.insertCanned, run: () => ui.insertCanned?.() },
    { id: 'forward', group: 'conversation', title: t('command-forward'), keys: 'q', when: mine && open?.state === 'active' && !!thread?.view?.caps.forward, run: () => {
      const message = [...(thread?.messages ?? [])].reverse().find((m) => m.direction === 'in' && !m.deleted_at);
      if (message) ui.handed = { kind: 'forward', message, reply: false };
    } },
    { id: 'whole-history', group: 'conversation', title: ui.wholeHistory ? t('this-conversation') : t('whole-history'), keys: 'b', when: !!thread?.view && thread.view.history.length > 0, run: () => void (ui.wholeHistory = !ui.wholeHistory) },
    { id: 'note', group: 'conversation', title: t('command-note'), keys: 'n', when: !!thread, run: () => ui.askCompose('note') },
    {
      id: 'transfer', group: 'conversation', title: t('command-transfer'), keys: 'v',
      when: !!open && desk.may('work.transfer') && ['waiting', 'active', 'parked'].includes(open.state), run: () => void (ui.dialog = 'transfer'),
    },
    { id: 'consult', group: 'conversation', title: t('command-consult'), keys: 'c', when: mine && (open?.state === 'active' || open?.state === 'parked'), run: () => void (ui.dialog = 'consult') },
    { id: 'consult-end', group: 'conversation', title: t('command-consult-end'), when: !!helps, run: () => helps && desk.consult(helps, 'end') },
    { id: 'why', group: 'conversation', title: t('command-why'), keys: 'w', when: open?.state === 'waiting' && !pulled && desk.may('work.supervise'), run: () => void (ui.dialog = 'why') },
    { id: 'assign', group: 'conversation', title: t('command-assign'), keys: 's', when: leads, run: () => void (ui.dialog = 'assign') },
    {
      id: 'take-over', group: 'conversation', title: t('command-take-over'), keys: 'u', when: leads && !mine && open?.state !== 'waiting',
      run: async () => {
        if (open && (await desk.act(open, 'take-over'))) ui.askCompose('answer');
      },
    },
    { id: 'priority', group: 'conversation', title: t('command-priority'), keys: 'i', when: leads, run: () => void (ui.dialog = 'priority') },
    { id: 'park', group: 'conversation', title: t('command-park'), keys: 'p', when: mine && open?.state === 'active', run: () => void (ui.dialog = 'park') },
    { id: 'unpark', group: 'conversation', title: t('command-unpark'), keys: 'p', when: open?.state === 'parked', run: act('unpark') },
    { id: 'finish', group: 'conversation', title: t('command-finish'), keys: 'f', when: mine && open?.state === 'active', run: act('finish') },
    {
      id: 'reopen', group: 'conversation', title: t('command-reopen'), keys: 'o', when: !!thread?.view && open?.state === 'closed',
      run: () => thread?.view && desk.reopen(thread.view.conversation),
    },
    {
      id: 'panel', group: 'conversation', title: t('command-panel'), keys: 'h', when: !!thread,
      run: () => {
        if (matchMedia('(max-width: 1240px)').matches) ui.narrowPanel = !ui.narrowPanel;
        else prefs.panel = !prefs.panel;
        prefs.keep();
      },
    },
    { id: 'bonds', group: 'conversation', title: t('command-bonds'), when: !!thread?.view && desk.may('work.answer'), run: () => void (ui.dialog = 'bonds') },
    { id: 'split', group: 'conversation', title: t('command-split'), when: !!thread?.view && thread.messages.length > 1 && desk.may('work.answer'), run: () => void (ui.dialog = 'split') },
    { id: 'case-open', group: 'conversation', title: t('command-case-open'), keys: 'm', when: !!open && open.case_id === null && desk.may('work.answer'), run: () => void (ui.dialog = 'case-open') },
    { id: 'case-add', group: 'conversation', title: t('command-case-add'), when: !!open && open.case_id === null && desk.may('work.answer'), run: () => void (ui.dialog = 'case-add') },
    { id: 'case-show', group: 'conversation', title: t('command-case-show', { number: open?.case_number ?? 0 }), keys: 'm', when: !!open?.case_number, run: () => go(`/cases/${open?.case_number}`) },
    { id: 'tags', group: 'conversation', title: t('command-tags'), keys: '#', when: !!thread?.view && desk.may('work.answer'), run: () => void (ui.dialog = 'tags') },
    {
      id: 'spam', group: 'conversation', title: open?.spam ? t('command-not-spam') : t('command-spam'), keys: '!', when: !!open && desk.may('work.answer'),
      run: () => open && bulk.run({ verb: open.spam ? 'not_spam' : 'spam', interaction_ids: [open.id] }),
    },
    { id: 'block', group: 'conversation', title: t(thread?.view?.conversation.identity.blocked ? 'command-unblock' : 'command-block'), when: !!thread?.view && !thread.view.customer.erased && desk.may('work.answer'), run: () => void (ui.dialog = 'block') },
    {
      id: 'call', group: 'conversation', title: t('command-call'), when: !!number && dials(desk),
      run: () => ui.askDial(number, mine && open?.state === 'active' && thread?.view?.medium === 'call' ? open.id : undefined),
    },
    { id: 'print', group: 'conversation', title: t('command-print'), when: !!thread?.view, run: () => go(`/print/${thread?.id}`) },
    { id: 'value', group: 'conversation', title: t('command-value'), when: !!thread?.view && !thread.view.customer.erased && desk.may('work.supervise'), run: () => void (ui.dialog = 'value') },
    { id: 'customer', group: 'conversation', title: t('command-customer'), keys: 'K', when: !!thread?.view, run: () => thread?.view && go(`/customers/${thread.view.customer.id}`) },
    { id: 'erase', group: 'conversation', title: t('command-erase'), when: !!thread?.view && desk.may('customer.erase'), run: () => void (ui.dialog = 'erase') },
  ];
}

/** Begin to help a colleague: the conversation shows, ready for a note. */
export async function beginConsult(desk: Desk, consult: Consult): Promise<void> {
  if (!(await desk.consult(consult, 'accept'))) return;
  go(workAddress(consult.conversation_id));
  ui.askCompose('note', consult.conversation_id);
}

export function openConversation(id: string): void {
  ui.view = 'mine';
  ui.queue = '';
  ui.channel = '';
  ui.narrow = NOTHING;
  go(workAddress(id));
}

/** Change the theme here at once, and keep it with the user so that the next browser has it. */
export async function keepTheme(theme: 'system' | 'light' | 'dark'): Promise<void> {
  prefs.setTheme(theme);
  await keepWithUser({ theme });
}

export async function keepLocale(locale: string): Promise<void> {
  await texts.use(locale);
  api.language = locale;
  await keepWithUser({ locale });
}

async function keepWithUser(change: object): Promise<void> {
  if (!session.desk) return;
  try {
    session.desk.me = await api.patch('/me', change);
  } catch (error) {
    sayFailure(t('failed-keep'), error);
  }
}

const EDITABLE = 'input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable=true], [role=menu], [role=dialog], [role=combobox]';

/** Listen for the commands' keys. Returns how to stop. */
export function listenForKeys(desk: Desk): () => void {
  let first = '';
  let running = false;
  let forget: ReturnType<typeof setTimeout> | undefined;

  const onkeydown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const mod = event.ctrlKey || event.metaKey;
    if (mod && event.key.toLowerCase() === 'k' && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      ui.dialog = ui.dialog === 'commands' ? null : 'commands';
      return;
    }
    // Function keys are the telephone's, which listens for them wherever the cursor is: done twice, muting is undone at once.
    if (/^F\d+$/.test(event.key)) return;
    if (mod || event.altKey || ui.dialog !== null || !prefs.singleKeys) return;
    // Between accepting and the cursor in the composer lies an answer of the server; what is typed then is meant as text.
    if (running || ui.aboutToWrite) return;
    if ((event.target as Element).closest?.(EDITABLE)) return;
    const keys = first ? `${first} ${event.key}` : event.key;
    clearTimeout(forget);
    first = '';
    const found = commands(desk).find((c) => c.keys === keys && c.when !== false);
    if (found) {
      event.preventDefault();
      running = true;
      void Promise.resolve(found.run()).finally(() => (running = false));
    } else if (keys === 'g') {
      first = 'g';
      forget = setTimeout(() => (first = ''), 1_500);
    }
  };
  addEventListener('keydown', onkeydown);
  return () => removeEventListener('keydown', onkeydown);
}
