// How something that was said looks, and what can be done with it.

import { avatar, h, icon } from './dom.js';
import { exactly, t, when } from './texts.js';
import { ask } from './api.js';
import { composer } from './compose.js';
import { state, toast } from './state.js';

const face = document.documentElement.dataset.face;
export const link = (path, props, ...children) => h('a', { href: `/${face}/${path}`, ...props }, ...children);

/** Text with its links and names made clickable. */
export const rich = (text) => text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]|(?<![\w@/])@\w{2,30})/).map((part, place) => {
  if (place % 2 === 0) return part;
  if (part.startsWith('@')) return link(`u/${part.slice(1).toLowerCase()}`, { class: 'mention' }, part);
  return h('a', { href: part, target: '_blank', rel: 'noopener noreferrer nofollow' }, part.replace(/^https?:\/\//, ''));
});

export const pictures = (item) => item.media.length
  ? h('div', { class: `pictures n${Math.min(item.media.length, 4)}` }, item.media.map((one) => h('a', { href: one.url, target: '_blank', rel: 'noopener' },
    h('img', { src: one.url, alt: one.alt || t('photo'), loading: 'lazy' }))))
  : null;

export const who = (account, small = false) => [
  link(`u/${account.handle}`, { class: 'name' }, h('bdi', {}, account.name)),
  account.company ? h('span', { class: 'badge', role: 'img', 'aria-label': t('company'), title: t('company') }, icon('check')) : null,
  small ? null : h('span', { class: 'handle' }, `@${account.handle}`),
];

// One form for answers and changes is open at a time; it is moved along when its post is drawn anew.
let open = null;

export const closeForm = () => {
  open?.form.remove();
  open = null;
};
const openForm = (item, slot, options) => {
  closeForm();
  const form = composer({ ...options, cancel: () => { closeForm(); document.querySelector(`[data-post="${item.id}"] .answer`)?.focus(); } });
  open = { id: item.id, form };
  slot.append(form);
  form.focusText();
};

export const remove = async (item) => {
  if (!confirm(t('delete_ask'))) return;
  try {
    await ask(`items/${item.id}`, { method: 'DELETE' });
    toast(t('deleted'));
    state.refresh();
  } catch (error) {
    toast(t('error', { text: error.message }));
  }
};

/** One post or comment. `depth` 0 is a post; `comments` is how many stand below it. */
export const post = (item, { depth = 0, comments = null } = {}) => {
  const mine = state.me?.id === item.author.id;
  const slot = h('div', { class: 'slot' });
  const answer = () => openForm(item, slot, {
    label: t('reply_to', { name: item.author.name }), action: t(state.face.pages ? 'comment' : 'reply'), target: { in_reply_to: item.id },
    done: () => { closeForm(); state.refresh(); },
  });
  const page = depth === 0 && state.companies.length > 1 && item.page_id && item.page_id !== item.author.id ? state.companies.find((one) => one.id === item.page_id) : null;
  const element = h('article', {
    class: `post ${item.author.company ? 'company' : ''} ${depth ? 'comment' : ''}`, 'data-post': item.id, 'aria-label': t('post_of', { name: item.author.name }),
  },
  avatar(item.author, depth ? 's' : 'm'),
  h('div', { class: 'body' },
    h('p', { class: 'head' }, who(item.author, Boolean(depth)), page ? h('span', { class: 'onpage' }, t('on_page', { name: page.name })) : null,
      link(`post/${item.id}`, { class: 'time', title: exactly(item.created_at) }, h('time', { datetime: item.created_at }, when(item.created_at))),
      item.edited_at ? h('span', { class: 'edited' }, t('edited')) : null),
    item.text ? h('p', { class: 'text', dir: 'auto' }, rich(item.text)) : null,
    pictures(item),
    h('p', { class: 'actions' },
      h('button', { type: 'button', class: 'answer', onclick: answer }, icon('reply'), t(state.face.pages ? 'comment' : 'reply'), comments ? h('span', { class: 'n' }, String(comments)) : null),
      item.author.company && !mine ? h('button', { type: 'button', onclick: () => state.go(`messages/${item.author.handle}?about=${item.id}`) }, icon('mail'), t('direct_about')) : null,
      mine ? h('button', { type: 'button', onclick: () => openForm(item, slot, { label: t('edit'), action: t('save'), edit: item, done: () => { closeForm(); state.refresh(); } }) }, icon('pen'), h('span', {}, t('edit'))) : null,
      mine ? h('button', { type: 'button', onclick: () => remove(item) }, icon('bin'), h('span', {}, t('delete'))) : null),
    slot));
  element.style.setProperty('--depth', String(Math.min(depth, 4)));
  if (open?.id === item.id) {
    const focused = open.form.contains(document.activeElement) ? document.activeElement : null;
    slot.append(open.form);
    focused?.focus();
  }
  return element;
};

/** What of an item decides how it is drawn; times are told anew every minute. */
export const signature = (item, ...more) => JSON.stringify([item, state.me?.id, when(item.created_at), ...more]);
