/* Unisono web chat. Before the visitor writes it stores nothing and asks for nothing but itself.
   The server fills in the three marks below: settings, style sheet, texts. */
(() => {
  'use strict';
  const S = "[[SETTINGS]]";
  const LOOK = "[[LOOK]]";
  const TEXTS = "[[TEXTS]]";

  const script = document.currentScript;
  const base = script.src.replace(/\/chat\.js.*$/, '');
  const wholePage = script.dataset.mode === 'page';
  const wanted = [S.language, script.dataset.language, document.documentElement.lang, navigator.language, 'en'];
  const lang = wanted.map((w) => (w || '').slice(0, 2).toLowerCase()).find((w) => TEXTS[w]);
  const T = TEXTS[lang];
  const t = (key, values = {}) => (T[key] || '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

  // ---- small tools -------------------------------------------------------------------------------------------------

  /** Makes an element. Text only ever becomes text nodes, so nothing that anybody wrote can become markup. */
  const h = (tag, props = {}, ...children) => {
    const element = tag === 'svg' || tag === 'path'
      ? document.createElementNS('http://www.w3.org/2000/svg', tag)
      : document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, '');
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child != null && child !== false));
    return element;
  };
  const icon = (d) => h('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, h('path', { d }));
  const button = (label, d, props) => h('button', { type: 'button', 'aria-label': label, title: label, ...props }, icon(d));
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const ICONS = {
    chat: 'M4 4h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-7l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z',
    close: 'M6 6l12 12M18 6L6 18',
    send: 'M4 12l16-8-6 16-3-7z',
    clip: 'M20 11l-8 8a5 5 0 0 1-7-7l8-8a3 3 0 0 1 5 5l-8 8a1 1 0 0 1-3-3l7-7',
    more: 'M12 5v.01M12 12v.01M12 19v.01',
    pen: 'M4 20l1-4L16 5l3 3L8 19z',
    bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  };

  // ---- what is kept on the device: nothing before the first message -------------------------------------------------

  const place = 'unisono-chat:' + base.split('/').pop();
  const storage = () => (S.remember === 'browser' ? localStorage : sessionStorage);
  const recall = () => {
    try { return JSON.parse(storage().getItem(place)) || {}; } catch { return {}; }
  };
  let me = recall();
  const keep = () => {
    const waiting = pending.filter((p) => !p.files.length).map(({ key, text, name, mail }) => ({ key, text, name, mail }));
    try { storage().setItem(place, JSON.stringify({ ...me, pending: waiting })); } catch { /* a browser may refuse; the chat goes on */ }
  };
  const forget = () => {
    me = {}; pending = []; lines = []; mark = '';
    hangUp();
    try { storage().removeItem(place); } catch { /* as above */ }
  };

  // ---- state -------------------------------------------------------------------------------------------------------

  let lines = [];
  let pending = (me.pending || []).map((p) => ({ ...p, files: [], state: 'sending' }));
  let mark = '';
  let isOpen = wholePage;
  let online = true;
  let typing = false;
  let files = [];
  let editing = null;
  let waitedSince = 0;
  const acknowledged = new Map();
  const pictures = new Map();

  const closedNow = () => S.open && !S.open.some(([from, to]) => from <= Date.now() / 1000 && Date.now() / 1000 < to);

  // ---- talking to the server ---------------------------------------------------------------------------------------

  // Half an emoji, cut off by a length limit, is no text that could be sent.
  const whole = (_, value) => value?.toWellFormed?.() ?? value;
  const ask = async (path, { body, ...more } = {}) => {
    const headers = me.token ? { authorization: 'Bearer ' + me.token } : {};
    if (body) headers['content-type'] = 'application/json';
    const answer = await fetch(base + path, {
      method: body ? 'POST' : 'GET', headers: { ...headers, ...more.headers }, body: body && JSON.stringify(body, whole),
      credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer', signal: more.signal,
    });
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({}));
    if (answer.status === 401 || answer.status === 410) {
      const had = me.token;
      delete me.token;
      if (had) { lines = []; mark = ''; hangUp(); say(t('ended')); keep(); }
    }
    throw Object.assign(new Error(told.error), { status: answer.status, code: told.error || 'other', wait: told.wait_s });
  };

  /** Sends what waits, one after the other, each with its own key: the server takes a repetition for the same message. */
  let isSending = false;
  const sendAll = async () => {
    if (isSending) return;
    isSending = true;
    for (let next; (next = pending.find((p) => p.state === 'sending'));) {
      try {
        await sendOne(next);
      } catch (error) {
        next.state = 'failed';
        next.problem = error.code;
      }
      keep();
      draw();
    }
    isSending = false;
    listen();
  };
  const sendOne = async (p) => {
    for (let attempt = 0; ; attempt++) {
      if (!me.token && !me.word) me.word = random();
      keep();
      try {
        const { key, text, name, mail } = p;
        const consent = mail && { email: mail, consent: true, consent_text: t('consent', { title: S.title }) };
        const body = { key, text, name, language: lang, word: me.word || '', files: p.files.map(({ url, ...f }) => f), ...consent };
        const answer = await (await ask('/messages', { body, signal: AbortSignal.timeout(60000) })).json();
        me.token = answer.token;
        delete me.word;
        online = true;
        p.state = 'sent';
        waitedSince ||= Date.now();
        return;
      } catch (error) {
        if (error.status === 410) me.word = '';
        const final = error.status && error.status < 500 && ![401, 408, 410, 429].includes(error.status);
        if (final || attempt >= 7) throw error;
        if (!error.status) { online = false; draw(); }
        await pause((error.wait || Math.min(2 ** attempt, 20)) * 1000);
      }
    }
  };

  /** Follows the conversation; a line that breaks is taken up again where it broke. */
  let isListening = false;
  let asleep = false;
  let streams = true;
  let hangUp = () => {};
  const listen = async () => {
    if (isListening || !me.token) return;
    isListening = true;
    asleep = false;
    for (let failures = 0; me.token && !asleep;) {
      try {
        await (streams ? follow() : poll());
        failures = 0;
      } catch (error) {
        if (error.status === 401 || error.status === 410) break;
        failures++;
        online = Boolean(error.status) || failures < 2;
        draw();
        await pause((error.wait || Math.min(2 ** failures, 30)) * 1000 * (0.7 + 0.6 * Math.random()));
      }
    }
    isListening = false;
    draw();
  };
  const follow = async () => {
    const stop = new AbortController();
    hangUp = () => stop.abort();
    // Some proxies hold a stream back until it ends; then we ask again and again instead.
    const silence = setTimeout(() => { streams = false; stop.abort(); }, 8000);
    try {
      const answer = await ask('/events', { headers: mark ? { 'last-event-id': mark } : {}, signal: stop.signal });
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        rest += value;
        for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
          const field = Object.fromEntries(rest.slice(0, end).split('\n').map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 2)]));
          if (field.event) heard(field.event, JSON.parse(field.data), field.id);
        }
      }
    } finally {
      clearTimeout(silence);
      stop.abort();
    }
  };
  const poll = async () => {
    const answer = await (await ask(`/lines?wait=20&since=${mark}`)).json();
    if (answer.lines) heard('lines', { all: true, lines: answer.lines }, answer.mark);
    else if (!online) heard('same');
  };
  const heard = (event, data, id) => {
    online = true;
    if (event === 'sleep') asleep = true;
    if (event === 'typing') typing = data.on;
    if (event === 'lines') {
      const changed = new Map(data.lines.map((line) => [line.id, line]));
      const gone = new Set(data.gone || []);
      const before = new Set(lines.map((line) => line.id));
      if (data.all) lines = data.lines;
      else {
        lines = lines.filter((line) => !gone.has(line.id)).map((line) => changed.get(line.id) || line);
        lines.push(...data.lines.filter((line) => !before.has(line.id)));
        lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
      }
      if (data.lines.some((line) => line.ours && !before.has(line.id))) { typing = false; waitedSince = 0; }
      const keys = new Set(lines.map((line) => line.key));
      pending = pending.filter((p) => !keys.has(p.key));
      mark = id;
    }
    draw();
    acknowledge();
  };
  const acknowledge = async () => {
    const state = isOpen && document.visibilityState === 'visible' ? 'read' : 'delivered';
    const ids = lines.filter((line) => line.ours && line.unread && !['read', state].includes(acknowledged.get(line.id))).map((line) => line.id);
    if (!ids.length || !me.token) return;
    ids.forEach((id) => acknowledged.set(id, state));
    await ask('/seen', { body: { ids: ids.slice(-200), state } }).catch(() => ids.forEach((id) => acknowledged.delete(id)));
    draw();
  };
  const change = async (path, body) => {
    try { await ask(path, { body }); return true; } catch (error) { say(problem(error.code)); return false; }
  };

  // ---- the look ----------------------------------------------------------------------------------------------------

  const host = h('div', { id: 'unisono-chat' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [sheet];
  host.style.setProperty('--brand', S.colour);
  host.style.setProperty('--on-brand', S.ink);
  host.dataset.theme = S.theme;
  if (wholePage) host.dataset.page = '';

  const launcher = h('button', { type: 'button', class: 'launcher', 'aria-expanded': 'false', 'aria-controls': 'panel', onclick: () => show(!isOpen) },
    icon(ICONS.chat), h('span', { class: 'badge', hidden: true }));
  const status = h('p', { class: 'status' });
  const log = h('div', { class: 'log', role: 'log', 'aria-label': t('log'), tabindex: '0' });
  const typingLine = h('p', { class: 'typing', role: 'status' });
  const banner = h('div', { class: 'banner', role: 'status' });
  const news = h('p', { class: 'news', role: 'alert' });
  const say = (text) => { news.textContent = text; if (text) setTimeout(() => { if (news.textContent === text) news.textContent = ''; }, 8000); };
  const problem = (code) => t('e_' + code, { max: S.max_text, files: S.max_files, mb: S.max_bytes / 1e6 }) || t('e_other');

  const field = (label, input) => h('label', { class: 'field' }, h('span', {}, label), input);
  const nameInput = h('input', { type: 'text', maxlength: 60, autocomplete: 'name' });
  const nameField = field(t('name'), nameInput);
  const textarea = h('textarea', { rows: 1, maxlength: S.max_text, 'aria-label': t('write'), placeholder: t('write'), enterkeyhint: 'send' });
  const fileInput = h('input', { type: 'file', multiple: true, accept: S.types.join(), hidden: true, 'aria-label': t('attach') });
  const chips = h('ul', { class: 'chips' });
  const notice = h('p', { class: 'notice' }, t('notice') + ' ' + t('notice_' + S.remember) + ' ',
    S.privacy && h('a', { href: S.privacy, target: '_blank', rel: 'noopener' }, t('privacy')));
  const composer = h('form', { class: 'composer', novalidate: true }, nameField, chips,
    h('div', { class: 'row' },
      S.max_bytes > 0 && button(t('attach'), ICONS.clip, { class: 'plain', onclick: () => fileInput.click() }), fileInput,
      textarea, h('button', { class: 'send', 'aria-label': t('send'), title: t('send') }, icon(ICONS.send))),
    notice);

  const mailInput = h('input', { type: 'email', required: true, autocomplete: 'email', maxlength: 254 });
  const mailText = h('textarea', { rows: 3, maxlength: S.max_text });
  const mailConsent = h('input', { type: 'checkbox', required: true });
  const mailForm = h('form', { class: 'mail', hidden: true, novalidate: true, 'aria-label': t('by_mail') }, h('h3', {}, t('by_mail')),
    field(t('email'), mailInput), field(t('mail_text'), mailText),
    h('label', { class: 'check' }, mailConsent, h('span', {}, t('consent', { title: S.title }))),
    h('div', { class: 'actions' }, h('button', { class: 'primary' }, t('send')),
      h('button', { type: 'button', class: 'quiet', onclick: () => mail(false) }, t('cancel'))));

  const menu = h('div', { class: 'menu', hidden: true },
    h('button', { type: 'button', onclick: () => { menu.hidden = true; mail(true); } }, t('by_mail')),
    h('button', { type: 'button', class: 'forget', onclick: () => { menu.hidden = true; forgetAll(); } }, t('forget')));
  const menuButton = button(t('menu'), ICONS.more, { class: 'more', 'aria-expanded': 'false', onclick: () => toggleMenu(menu.hidden) });
  const panel = h('section', { id: 'panel', class: 'panel', role: wholePage ? 'region' : 'dialog', 'aria-label': S.title, hidden: !wholePage, lang },
    h('header', {}, h('div', {}, h(wholePage ? 'h1' : 'h2', {}, S.title), status), menuButton,
      !wholePage && button(t('close'), ICONS.close, { class: 'close', onclick: () => show(false) })),
    menu, log, typingLine, banner, news, composer, mailForm);
  root.append(panel);
  if (!wholePage) root.append(launcher);

  const clock = new Intl.DateTimeFormat(lang, { hour: 'numeric', minute: 'numeric' });
  const day = new Intl.DateTimeFormat(lang, { weekday: 'long', day: 'numeric', month: 'long' });
  const dayTime = new Intl.DateTimeFormat(lang, { weekday: 'short', hour: 'numeric', minute: 'numeric' });

  const linked = (text) => text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}])/).map((part, i) =>
    i % 2 ? h('a', { href: part, target: '_blank', rel: 'noopener nofollow' }, part) : part);

  const fetched = async (file) => {
    if (!pictures.has(file.id)) pictures.set(file.id, URL.createObjectURL(await (await ask('/files/' + file.id)).blob()));
    return pictures.get(file.id);
  };
  const shownFile = (file) => {
    const save = h('button', { type: 'button', class: 'file', onclick: async () => {
      try { h('a', { href: await fetched(file), download: file.name }).click(); } catch (error) { say(problem(error.code)); }
    } }, `${file.name} (${Math.max(1, Math.round(file.size / 1024))} kB)`);
    if (!file.type.startsWith('image/')) return save;
    const picture = h('img', { alt: file.alt || file.name, onload: bottom });
    picture.addEventListener('error', () => picture.replaceWith(save));
    fetched(file).then((url) => { picture.src = url; }, () => picture.replaceWith(save));
    return picture;
  };

  /** One message; `last` says whether it ends a run of one speaker. */
  const bubble = (line, last) => {
    const own = !line.ours;
    const body = line.deleted ? h('p', { class: 'text' }, t('deleted')) : [
      line.text && h('p', { class: 'text', dir: 'auto' }, ...linked(line.text)), ...(line.files || []).map(shownFile)];
    const facts = [line.at && clock.format(new Date(line.at)), line.edited && t('edited'), line.status].filter(Boolean).join(' · ');
    const mine = own && line.id && !line.deleted;
    return h('div', { class: `line ${own ? 'own' : 'ours'} ${line.deleted ? 'gone' : ''} ${last || line.state === 'failed' ? 'last' : ''}` },
      h('p', { class: 'who' }, own ? t('you') : line.name || S.title),
      h('div', { class: 'said' },
        mine && line.text && button(t('edit'), ICONS.pen, { class: 'tiny', onclick: () => edit(line) }),
        mine && button(t('delete'), ICONS.bin, { class: 'tiny', onclick: () => takeBack(line) }),
        h('div', { class: 'bubble' }, body)),
      h('p', { class: 'facts' }, facts,
        line.state === 'failed' && h('button', { type: 'button', class: 'tiny', onclick: () => retry(line) }, t('again'))));
  };
  const retry = (p) => { p.state = 'sending'; draw(); sendAll(); };

  let drawn = '';
  const bottom = () => { log.scrollTop = log.scrollHeight; };
  const draw = () => {
    const written = me.token || me.word || lines.length || pending.length;
    nameField.hidden = notice.hidden = Boolean(written);
    const waiting = pending.map((p) => ({ ...p, at: p.at || new Date().toISOString(),
      status: p.state === 'failed' ? `${t('failed')} ${p.problem ? problem(p.problem) : ''}` : t(p.state === 'sent' ? 'sent' : 'sending') }));
    const all = [...lines.filter((line) => !line.deleted || !line.ours), ...waiting];
    const now = JSON.stringify([all.map(({ files: f, ...rest }) => [rest, (f || []).length]), editing]);
    if (now !== drawn) {
      drawn = now;
      const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
      const known = new Map(Array.from(log.children, (li) => [li.dataset.what, li]));
      const wantedNodes = [];
      const put = (what, make) => {
        const node = known.get(what) || make();
        node.dataset.what = what;
        wantedNodes.push(node);
      };
      put('greeting', () => bubble({ ours: true, text: S.greeting || t('greeting') }, true));
      let lastDay = new Date().toDateString();
      all.forEach((line, i) => {
        const date = new Date(line.at);
        if (date.toDateString() !== lastDay) {
          lastDay = date.toDateString();
          put('day ' + lastDay, () => h('div', { class: 'line day' }, day.format(date)));
        }
        const next = all[i + 1];
        const last = !next || next.ours !== line.ours || next.name !== line.name;
        const { unread, files: f, ...what } = line;
        put(JSON.stringify([what, last, (f || []).map((one) => one.id || one.name)]), () => bubble(line, last));
      });
      // Only what is new is put in, so that a screen reader reads only that.
      wantedNodes.forEach((node, i) => { if (log.children[i] !== node) log.insertBefore(node, log.children[i] || null); });
      while (log.children.length > wantedNodes.length) log.lastChild.remove();
      if (atEnd) bottom();
    }
    const name = [...lines].reverse().find((line) => line.ours && line.name)?.name;
    typingLine.textContent = typing ? t('typing', { name: name || S.title }) : '';
    const closed = closedNow();
    status.textContent = closed ? `${t('away')}${nextOpen()}` : S.open ? t('here') : '';
    status.dataset.closed = String(Boolean(closed));
    const long = waitedSince && Date.now() - waitedSince > S.wait_s * 1000;
    const offer = closed ? t('closed') : long ? t('waiting') : '';
    const text = online ? offer : t('offline');
    if (banner.dataset.text !== text) {
      banner.dataset.text = text;
      banner.replaceChildren(text, ...(online && offer ? [' ', h('button', { type: 'button', onclick: () => mail(true) }, t('by_mail'))] : []));
    }
    const unread = lines.filter((line) => line.ours && line.unread && acknowledged.get(line.id) !== 'read').length;
    const badge = launcher.querySelector('.badge');
    badge.hidden = !unread || isOpen;
    badge.textContent = unread;
    launcher.setAttribute('aria-label', isOpen ? t('close') : unread ? t('open_new', { n: unread }) : t('open'));
    menu.querySelector('.forget').hidden = !me.token;
  };
  const nextOpen = () => {
    const next = S.open.find(([from]) => from > Date.now() / 1000);
    return next ? `, ${t('back_at', { time: dayTime.format(new Date(next[0] * 1000)) })}` : '';
  };

  // ---- what the visitor does ---------------------------------------------------------------------------------------

  const show = (on) => {
    isOpen = on;
    panel.hidden = !on;
    launcher.setAttribute('aria-expanded', String(on));
    draw();
    if (on) { bottom(); textarea.focus(); acknowledge(); listen(); } else { toggleMenu(false); launcher.focus(); }
  };
  const toggleMenu = (on) => {
    menu.hidden = !on;
    menuButton.setAttribute('aria-expanded', String(on));
    if (on) menu.querySelector('button').focus();
  };
  const mail = (on) => {
    mailForm.hidden = !on;
    composer.hidden = on;
    if (on) { mailText.value = textarea.value; mailInput.focus(); } else textarea.focus();
  };
  const queue = (message) => {
    pending.push({ key: random(), files: [], name: nameInput.value.trim(), at: new Date().toISOString(), state: 'sending', ...message });
    draw();
    bottom();
    sendAll();
  };
  const edit = (line) => {
    editing = line;
    textarea.value = line.text;
    composer.dataset.editing = t('edit');
    grow();
    textarea.focus();
  };
  const takeBack = async (line) => {
    if (!(await change('/delete', { key: line.key }))) return;
    Object.assign(line, { text: '', files: [], deleted: true });
    draw();
    textarea.focus();
  };
  const stopEditing = () => { editing = null; textarea.value = ''; delete composer.dataset.editing; grow(); };
  const forgetAll = async () => {
    if (!confirm(t('forget_ask')) || !(await change('/forget', {}))) return;
    forget();
    draw();
    say(t('forgotten'));
    textarea.focus();
  };
  const grow = () => { textarea.style.height = 'auto'; textarea.style.height = `${Math.min(textarea.scrollHeight, 140)}px`; };
  const take = async (list) => {
    for (const file of list) {
      if (files.length >= S.max_files || !S.types.includes(file.type)) { say(problem('file_type')); continue; }
      if (files.reduce((sum, f) => sum + f.size, file.size) > S.max_bytes) { say(problem('file_too_large')); continue; }
      const url = await new Promise((done) => { const r = new FileReader(); r.onload = () => done(r.result); r.readAsDataURL(file); });
      files.push({ name: file.name, type: file.type, size: file.size, content: url.slice(url.indexOf(',') + 1) });
    }
    fileInput.value = '';
    drawChips();
  };
  const drawChips = () => chips.replaceChildren(...files.map((file) => h('li', {}, file.name,
    button(t('remove_file', { name: file.name }), ICONS.close, { class: 'tiny', onclick: () => { files = files.filter((f) => f !== file); drawChips(); textarea.focus(); } }))));

  composer.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = textarea.value.trim();
    if (!text && !files.length) { say(t('e_empty')); textarea.focus(); return; }
    if (editing) {
      if (await change('/edit', { key: editing.key, text })) { Object.assign(editing, { text, edited: true }); stopEditing(); draw(); }
      return;
    }
    queue({ text, files });
    files = [];
    drawChips();
    textarea.value = '';
    grow();
    say('');
  });
  mailForm.addEventListener('submit', (event) => {
    event.preventDefault();
    const [email, text] = [mailInput.value.trim(), mailText.value.trim()];
    const wrong = !mailInput.checkValidity() || !email.includes('.') ? ['email', mailInput]
      : !mailConsent.checked ? ['consent', mailConsent] : !text && !lines.length && !pending.length ? ['empty', mailText] : null;
    if (wrong) { say(problem(wrong[0])); wrong[1].setAttribute('aria-invalid', 'true'); wrong[1].focus(); return; }
    queue({ text, mail: email });
    mailText.value = textarea.value = '';
    waitedSince = 0;
    mail(false);
    say(t('mail_done', { email }));
  });
  textarea.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); composer.requestSubmit(); }
    if (event.key === 'Escape' && editing) { event.stopPropagation(); stopEditing(); }
  });
  textarea.addEventListener('input', () => { grow(); if (asleep) listen(); });
  textarea.addEventListener('paste', (event) => { if (S.max_bytes && event.clipboardData.files.length) { event.preventDefault(); take(event.clipboardData.files); } });
  fileInput.addEventListener('change', () => take(fileInput.files));
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (!menu.hidden) { toggleMenu(false); menuButton.focus(); } else if (!mailForm.hidden) mail(false); else if (!wholePage) show(false);
  });
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') { acknowledge(); listen(); } });
  addEventListener('online', () => { sendAll(); listen(); });
  setInterval(draw, 20000);

  const begin = () => {
    (wholePage && document.getElementById('chat') || document.body).append(host);
    draw();
    // Only somebody who has written before has a token here.
    if (pending.length) sendAll(); else listen();
  };
  if (document.body) begin(); else addEventListener('DOMContentLoaded', begin);
})();
