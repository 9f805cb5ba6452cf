// The page's four views. Each has `draw`, which reads from the server and shows it; `live` tells what to draw anew for.

import { avatar, fill, h, icon } from './dom.js';
import { t, when } from './texts.js';
import { ask } from './api.js';
import { composer } from './compose.js';
import { link, pictures, post, remove, rich, signature, who } from './posts.js';
import { asSomebody, state } from './state.js';

const heading = (text, back = '') => h('div', { class: 'heading' }, link(back, { class: 'tool', 'aria-label': t('back') }, icon('back')), h('h1', { tabindex: '-1' }, text));

const newPost = () => composer({
  label: state.face.pages && state.companies[0] ? t('say_page', { name: state.companies[0].name }) : t('say'), action: t('post'),
  mention: state.face.pages ? null : state.companies[0], page: state.face.pages, done: () => state.refresh(),
});

const block = (root) => ({
  key: root.id,
  what: signature(root, root.comments, root.newest),
  make: () => h('li', { class: 'block' }, post(root, { comments: root.comments }),
    root.comments > root.newest.length ? link(`post/${root.id}`, { class: 'all' }, t('all_comments', { n: root.comments })) : null,
    root.newest.length ? h('div', { class: 'newest' }, root.newest.map((item) => post(item, { depth: 1 }))) : null),
});

/** Public posts, newest first. */
export const timeline = () => {
  const list = h('ul', { class: 'posts' });
  const fresh = h('button', { type: 'button', class: 'fresh', hidden: true });
  const older = h('button', { type: 'button', class: 'older', hidden: true }, t('more'));
  const empty = h('p', { class: 'empty', hidden: true }, t('empty'));
  let shown = [];
  let next = null;
  let waiting = new Set();
  const put = () => {
    fill(list, shown.map(block));
    older.hidden = !next;
    empty.hidden = shown.length > 0;
    fresh.hidden = waiting.size === 0;
    fresh.textContent = t('new_posts', { n: waiting.size });
  };
  const draw = async () => {
    const page = await ask('timeline');
    const ids = new Set(page.items.map((item) => item.id));
    const oldest = page.items.at(-1);
    // Older pages stay below; within what the new page covers it is right, also about what is gone.
    const below = oldest && page.next ? shown.filter((item) => !ids.has(item.id) && Number(item.id) < Number(oldest.id)) : [];
    if (!below.length) next = page.next;
    shown = [...page.items, ...below];
    waiting = new Set();
    put();
  };
  older.addEventListener('click', async () => {
    const page = await ask(`timeline?before=${shown.at(-1).id}`);
    next = page.next;
    shown = [...shown, ...page.items];
    put();
  });
  fresh.addEventListener('click', async () => { await draw(); scrollTo({ top: 0 }); list.querySelector('a')?.focus(); });
  const companies = state.companies.length ? h('section', { class: 'companies', 'aria-label': t('companies') }, state.companies.slice(0, 3).map((one) =>
    h('div', { class: 'company-card' }, avatar(one, 'l'), h('div', {}, h('p', { class: 'head' }, who(one)), h('p', { class: 'muted' }, one.about)),
      h('button', { type: 'button', class: 'quiet', onclick: () => state.go(`messages/${one.handle}`) }, icon('mail'), t('direct'))))) : null;
  return {
    title: state.face.name,
    element: h('div', {}, h('h1', { class: 'hidden', tabindex: '-1' }, t('home')), companies, h('div', { class: 'card' }, newPost()), fresh, list, empty, older),
    draw,
    live: (event) => {
      if (event.direct || !['item', 'gone', 'left', 'back'].includes(event.type)) return false;
      const isNew = event.type === 'item' && event.id === event.root && !shown.some((item) => item.id === event.id);
      if (!isNew || scrollY < 400) return true;
      waiting.add(event.id);
      put();
      return false;
    },
  };
};

/** A whole public thread. */
export const thread = (id) => {
  const list = h('div', { class: 'thread card' });
  const gone = h('p', { class: 'empty', hidden: true }, t('gone'));
  let root = '';
  return {
    title: t('thread'),
    element: h('div', {}, heading(t('thread')), gone, list),
    draw: async () => {
      const found = await ask(`post/${id}`);
      root = found.root;
      const children = new Map();
      const known = new Set(found.items.map((item) => item.id));
      for (const item of found.items) {
        const parent = known.has(item.parent_id) ? item.parent_id : item.id === root ? '' : known.has(root) ? root : '';
        children.set(parent, [...(children.get(parent) ?? []), item]);
      }
      const flat = [];
      const walk = (parent, depth) => (children.get(parent) ?? []).forEach((item) => { flat.push([item, depth]); walk(item.id, depth + 1); });
      walk('', 0);
      gone.hidden = known.has(root);
      fill(list, flat.map(([item, depth]) => ({ key: item.id, what: signature(item, depth), make: () => post(item, { depth, comments: depth ? null : found.items.length - 1 }) })));
    },
    live: (event) => event.type === 'left' || event.type === 'back' || event.root === root,
  };
};

/** Somebody's page. */
export const profile = (handle) => {
  const top = h('div', { class: 'profile card' });
  const list = h('ul', { class: 'posts' });
  const empty = h('p', { class: 'empty', hidden: true }, t('empty'));
  return {
    title: `@${handle}`,
    element: h('div', {}, heading(`@${handle}`), top, list, empty),
    draw: async () => {
      const page = await ask(`timeline?handle=${encodeURIComponent(handle)}`);
      const account = state.companies.find((one) => one.handle === handle) ?? page.items.map((item) => item.author).find((one) => one.handle === handle);
      if (account) {
        top.replaceChildren(avatar(account, 'xl'), h('div', {}, h('p', { class: 'head' }, who(account)), h('p', { class: 'muted' }, account.about)),
          account.company ? h('button', { type: 'button', class: 'primary', onclick: () => state.go(`messages/${handle}`) }, t('direct')) : '');
      }
      top.hidden = !account;
      fill(list, page.items.map(block));
      empty.hidden = page.items.length > 0;
    },
    live: (event) => !event.direct && event.type !== 'typing' && event.type !== 'state',
  };
};

/** Direct messages by company. */
export const inbox = () => {
  const list = h('ul', { class: 'inbox card' });
  const empty = h('p', { class: 'empty', hidden: true }, t('no_messages'));
  const others = h('div', { class: 'start' });
  return {
    title: t('messages'),
    element: h('div', {}, heading(t('messages')), list, empty, others),
    draw: async () => {
      const found = state.me ? await ask('threads') : [];
      fill(list, found.map((line) => ({
        key: line.peer.id, what: JSON.stringify([line, when(line.last.created_at)]), make: () => h('li', {}, link(`messages/${line.peer.handle}`, {},
          avatar(line.peer, 'm'), h('span', { class: 'grow' }, h('strong', {}, line.peer.name), h('span', { class: 'excerpt' }, line.last.text || t('photo'))),
          h('span', { class: 'time' }, when(line.last.created_at)), line.unread ? h('span', { class: 'count', 'aria-label': t('unread', { n: line.unread }) }, String(line.unread)) : null)),
      })));
      const written = new Set(found.map((line) => line.peer.id));
      others.replaceChildren(...state.companies.filter((one) => !written.has(one.id)).map((one) =>
        link(`messages/${one.handle}`, { class: 'quiet' }, avatar(one, 's'), t('say_to', { name: one.name }))));
      list.hidden = !found.length;
      empty.hidden = found.length > 0;
    },
    live: (event) => Boolean(event.direct) || event.type === 'back',
  };
};

/** Direct messages with one company. */
export const conversation = (handle, about) => {
  const peer = state.companies.find((one) => one.handle === handle);
  const name = peer?.name ?? `@${handle}`;
  const list = h('ol', { class: 'bubbles', 'aria-label': t('messages'), tabindex: '0' });
  const typing = h('p', { class: 'typing', role: 'status' });
  let linkTo = about;
  const form = () => composer({
    label: t('say_to', { name }), action: t('send'), direct: true, target: { to: peer.id, ...(linkTo ? { in_reply_to: linkTo } : {}) },
    done: () => { linkTo = ''; footer.replaceChildren(form()); footer.firstChild.focusText(); state.refresh(); },
  });
  const footer = h('div', { class: 'card' });
  if (peer) footer.append(form());
  const bubble = (item) => {
    const mine = item.author.id === state.me?.id;
    return h('li', { class: mine ? 'mine' : 'theirs' }, h('span', { class: 'hidden' }, mine ? t('you') : item.author.name),
      h('div', { class: 'bubble' }, item.text ? h('p', { class: 'text', dir: 'auto' }, rich(item.text)) : null, pictures(item)),
      h('p', { class: 'facts' }, when(item.created_at), item.edited_at ? ` · ${t('edited')}` : '',
        mine ? h('button', { type: 'button', class: 'tool', 'aria-label': t('delete'), title: t('delete'), onclick: () => remove(item) }, icon('bin')) : null));
  };
  return {
    title: name,
    chat: true,
    element: h('div', { class: 'chat' }, heading(name, 'messages'), list, typing, footer),
    draw: async () => {
      const found = await asSomebody(() => ask(`threads/${handle}`));
      if (!found) return;
      const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 120;
      fill(list, found.items.map((item) => ({ key: item.id, what: signature(item), make: () => bubble(item) })));
      if (atEnd) list.scrollTop = list.scrollHeight;
    },
    live: (event) => {
      if (event.type === 'typing' && event.from === peer?.id) typing.textContent = event.on ? t('typing', { name }) : '';
      if (event.type === 'item' && event.direct) typing.textContent = '';
      return Boolean(event.direct) || event.type === 'back';
    },
  };
};
