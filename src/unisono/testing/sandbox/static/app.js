// The page: which view the address names, what happens live, and who the visitor is.

import { avatar, h, icon } from './dom.js';
import { t } from './texts.js';
import { ask, become, listen } from './api.js';
import { choosePerson } from './people.js';
import { closeForm } from './posts.js';
import { announce, state, toast } from './state.js';
import { conversation, inbox, profile, thread, timeline } from './views.js';

const face = document.documentElement.dataset.face;
const content = document.getElementById('content');
const nav = document.querySelector('nav');
const meButton = document.querySelector('.me');
const AT_MOST_EVERY_MS = 500;

let view = null;

const viewOf = () => {
  const [kind, name] = location.pathname.split('/').slice(2).map(decodeURIComponent);
  if (kind === 'post' && name) return thread(name);
  if (kind === 'u' && name) return profile(name.toLowerCase());
  if (kind === 'messages' && name) return conversation(name, new URLSearchParams(location.search).get('about') ?? '');
  if (kind === 'messages') return inbox();
  return timeline();
};

// Much may happen at once: it is drawn at the most twice a second, and never twice at the same time.
let drawing = null;
let again = false;
const refresh = () => {
  again = true;
  drawing ??= (async () => {
    while (again) {
      again = false;
      try {
        await view.draw();
        await countUnread();
      } catch (error) {
        if (error.status === 401) await signOut();
        else toast(t('error', { text: error.message }));
      }
      await new Promise((done) => setTimeout(done, AT_MOST_EVERY_MS));
    }
    drawing = null;
  })();
};

const show = async ({ focus = true } = {}) => {
  closeForm();
  view = viewOf();
  document.title = `${view.title} · ${state.face.name}`;
  document.body.classList.toggle('is-chat', Boolean(view.chat));
  content.replaceChildren(view.element);
  drawBar();
  refresh();
  if (focus) { scrollTo({ top: 0 }); content.querySelector('h1')?.focus(); }
};

const go = (path) => {
  history.pushState(null, '', `/${face}/${path}`);
  show();
};

const countUnread = async () => {
  const before = state.unread;
  state.unread = state.me ? (await ask('start')).unread : 0;
  if (before !== state.unread) drawBar();
};

const drawBar = () => {
  const here = location.pathname.split('/')[2] ?? '';
  const entry = (path, label, name, count = 0) => h('a', { href: `/${face}/${path}`, 'aria-current': here === path ? 'page' : null, 'aria-label': count ? `${label}, ${t('unread', { n: count })}` : null },
    icon(name), h('span', {}, label), count ? h('span', { class: 'count', 'aria-hidden': 'true' }, String(count)) : null);
  nav.setAttribute('aria-label', t('main_nav'));
  nav.replaceChildren(entry('', t('home'), 'home'), entry('messages', t('messages'), 'mail', state.unread));
  meButton.replaceChildren(...(state.me ? [avatar(state.me, 's'), h('span', { class: 'name' }, h('bdi', {}, state.me.name)), icon('down')] : [h('span', {}, t('nobody'))]));
  meButton.classList.toggle('nobody', !state.me);
  meButton.setAttribute('aria-label', state.me ? t('as', { name: state.me.name }) : t('nobody'));
};

// ---- who the visitor is ---------------------------------------------------------------------------------------------

let stop = () => {};
const hear = () => {
  stop();
  stop = listen(heard);
};
const choose = async () => {
  const before = state.me?.id;
  await choosePerson();
  if (state.me?.id !== before) { hear(); show({ focus: false }); }
};
const signOut = async () => {
  become('');
  state.me = null;
  state.unread = 0;
  hear();
  await show({ focus: false });
};
const menu = h('div', { class: 'menu', role: 'menu', hidden: true });
const closeMenu = () => { menu.hidden = true; meButton.setAttribute('aria-expanded', 'false'); };
const openMenu = () => {
  const entry = (label, work, kind = '') => h('button', { type: 'button', role: 'menuitem', class: kind, onclick: () => { closeMenu(); work(); } }, label);
  menu.replaceChildren(entry(t('change_person'), choose), entry(t('leave'), async () => {
    if (!confirm(t('leave_ask', { name: state.me.name }))) return;
    await ask('me', { method: 'DELETE' });
    toast(t('left_account'));
    await signOut();
  }, 'danger'));
  menu.hidden = false;
  meButton.setAttribute('aria-expanded', 'true');
  menu.querySelector('button').focus();
};
meButton.after(menu);
meButton.addEventListener('click', () => { if (!state.me) choose(); else if (menu.hidden) openMenu(); else closeMenu(); });
menu.addEventListener('keydown', (event) => {
  const entries = Array.from(menu.children);
  const place = entries.indexOf(document.activeElement);
  if (event.key === 'Escape') { closeMenu(); meButton.focus(); }
  if (event.key === 'ArrowDown' || event.key === 'ArrowUp') { event.preventDefault(); entries.at((place + (event.key === 'ArrowDown' ? 1 : -1)) % entries.length).focus(); }
});
menu.addEventListener('focusout', (event) => { if (!menu.contains(event.relatedTarget)) closeMenu(); });

// ---- what happens live ----------------------------------------------------------------------------------------------

const heard = (event) => {
  if (event.type === 'nobody') { signOut(); return; }
  if (event.type === 'offline') { toast(t('offline')); return; }
  if (event.type === 'item' && event.by_company && event.by !== state.me?.id) announce(t(event.direct ? 'wrote' : 'answered', { name: event.by_name }));
  if (event.direct && event.type === 'item') countUnread();
  if (view.live(event)) refresh();
};

addEventListener('popstate', () => show());
document.addEventListener('click', (event) => {
  const anchor = event.target.closest('a');
  if (!anchor || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || anchor.target) return;
  const inside = anchor.origin === location.origin && anchor.pathname.startsWith(`/${face}/`) && !anchor.pathname.startsWith(`/${face}/media/`);
  if (!inside || anchor.hash) return;
  event.preventDefault();
  go(anchor.pathname.slice(face.length + 2) + anchor.search);
});
setInterval(() => { if (document.visibilityState === 'visible') refresh(); }, 60000);

Object.assign(state, { go, refresh, choosePerson: choose });
document.querySelector('.skip').textContent = t('skip');
const begin = async () => {
  const found = await ask('start').catch((error) => {
    if (error.status !== 401) throw error;
    become('');
    return ask('start');
  });
  Object.assign(state, { face: found.face, me: found.me, companies: found.companies, unread: found.unread });
  hear();
  await show({ focus: false });
};
begin().catch((error) => toast(t('error', { text: error.message })));
