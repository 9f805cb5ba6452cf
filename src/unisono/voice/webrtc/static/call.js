/* Unisono "call us" button. Before the visitor calls it stores nothing, asks for nothing but itself, and opens no microphone.
   The server fills in the marks below: settings, style sheet, texts, and the code of a connection. */
(() => {
  'use strict';
  const S = "[[SETTINGS]]";
  const LOOK = "[[LOOK]]";
  const TEXTS = "[[TEXTS]]";
  const Link = (() => {
    "[[LINK]]";
    return Link;
  })();

  const script = document.currentScript;
  const base = script.src.replace(/\/call\.js.*$/, '');
  const wholePage = script.dataset.mode === 'page';
  const wanted = [S.language, script.dataset.language, document.documentElement.lang, navigator.language, 'en'];
  const lang = wanted.map((w) => (w || '').slice(0, 2).toLowerCase()).find((w) => TEXTS[w]);
  const T = TEXTS[lang];
  const t = (key, values = {}) => (T[key] || '').replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

  // ---- small tools -------------------------------------------------------------------------------------------------

  /** Makes an element. Text only ever becomes text nodes, so nothing that anybody wrote can become markup. */
  const h = (tag, props = {}, ...children) => {
    const element = tag === 'svg' || tag === 'path' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, '');
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child != null && child !== false));
    return element;
  };
  const icon = (d) => h('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, h('path', { d }));
  const button = (label, kind, onclick, props = {}) => h('button', { type: 'button', class: kind, onclick, ...props }, label);
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');
  const PHONE = 'M5 4h4l2 5-3 2a12 12 0 0 0 5 5l2-3 5 2v4a1 1 0 0 1-1 1A16 16 0 0 1 4 5a1 1 0 0 1 1-1z';
  const CLOSE = 'M6 6l12 12M18 6L6 18';
  const span = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`;

  // ---- state: all of it in this page, none of it on the device -------------------------------------------------------

  let view = { step: 'idle' };
  let token = '';
  let mic = null;
  let muted = false;
  let keypad = false;
  let problem = '';
  let since = 0;
  let lost = false;
  let recorder = null;
  let servers = [];
  const links = new Map();

  const isLive = () => !['idle', 'starting', 'ended', 'wishing', 'noted'].includes(view.step);

  // ---- talking to the server ---------------------------------------------------------------------------------------

  const ask = async (path, { body, bytes, ...more } = {}) => {
    const headers = token ? { authorization: 'Bearer ' + token } : {};
    if (body) headers['content-type'] = 'application/json';
    if (bytes) headers['content-type'] = bytes.type || 'application/octet-stream';
    const answer = await fetch(base + path, {
      method: body || bytes ? 'POST' : 'GET', headers: { ...headers, ...more.headers }, body: bytes || (body && JSON.stringify(body)),
      credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer', signal: more.signal, keepalive: Boolean(more.keepalive),
    });
    if (answer.ok) return answer;
    const told = await answer.json().catch(() => ({}));
    throw Object.assign(new Error(told.error), { status: answer.status, code: told.error || 'other', wait: told.wait_s });
  };
  /** Says something until it has arrived: over a bad line the same word is said again, which changes nothing. */
  const say = async (path, body, { bytes, last } = {}) => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await ask(path, { body, bytes, signal: AbortSignal.timeout(15000), keepalive: last });
      } catch (error) {
        const final = error.status && error.status < 500 && error.status !== 429;
        if (final || attempt >= 8) throw error;
        await pause((error.wait || Math.min(2 ** attempt * 0.5, 5)) * 1000);
      }
    }
  };
  const tell = (path, body) => say(path, body).catch((error) => complain(error));
  const complain = (error) => {
    problem = t('e_' + error.code) || t('e_other');
    draw();
  };

  /** Follows the call; a line that breaks is taken up again, and the whole state comes first. */
  const listen = async () => {
    for (let failures = 0; token && isLive();) {
      const stop = new AbortController();
      let quiet;
      const alive = () => { clearTimeout(quiet); quiet = setTimeout(() => stop.abort(), 12000); };
      try {
        alive();
        const answer = await ask('/events', { signal: stop.signal });
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let rest = ''; ;) {
          const { done, value } = await reader.read();
          if (done) break;
          alive();
          failures = 0;
          if (lost) { lost = false; draw(); }
          rest += value;
          for (let end; (end = rest.indexOf('\n\n')) >= 0; rest = rest.slice(end + 2)) {
            const data = rest.slice(0, end).split('\n').find((line) => line.startsWith('data: '));
            if (data) heard(JSON.parse(data.slice(6)));
          }
        }
      } catch (error) {
        if ([401, 404, 410].includes(error.status)) { heard({ step: 'ended', cause: 'lost' }); break; }
      } finally {
        clearTimeout(quiet);
        stop.abort();
      }
      if (!isLive()) break;
      failures++;
      if (failures > 1 && !lost) { lost = true; draw(); }
      await pause(Math.min(2 ** failures * 150, 4000) * (0.7 + 0.6 * Math.random()));
    }
  };

  // ---- the call ----------------------------------------------------------------------------------------------------

  const call = async (name, number) => {
    problem = '';
    view = { step: 'starting' };
    draw();
    try {
      mic = await openMicrophone();
      watch();
      const answer = await (await say('/calls', { word: random(), language: lang, name, number })).json();
      ({ token, servers } = answer);
      heard(answer.call);
      listen();
    } catch (error) {
      release();
      view = { step: 'idle' };
      problem = error.name === 'NotAllowedError' ? t('e_mic_refused') : error.name === 'NotFoundError' ? t('e_mic_none') : t('e_' + error.code) || t('e_other');
      draw();
      news.focus?.();
    }
  };
  const openMicrophone = () => {
    if (!navigator.mediaDevices) throw Object.assign(new Error('insecure'), { code: 'insecure' });
    return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
  };
  /** A microphone that is unplugged gives way to another; where there is none, that is said until one comes. */
  const watch = () => {
    const [track] = mic.getAudioTracks();
    track.onended = () => plug(track);
  };
  const plug = async (gone) => {
    if (!token || (gone && mic?.getAudioTracks()[0] !== gone)) return;
    try {
      const found = await openMicrophone();
      if (!token) { for (const track of found.getTracks()) track.stop(); return; }
      mic = found;
      watch();
      problem = '';
      listenIn();
      for (const link of links.values()) link.send(mic.getAudioTracks()[0]);
    } catch {
      mic = null;
      for (const link of links.values()) link.send(null);
      problem = t('e_mic_lost');
    }
    draw();
  };
  navigator.mediaDevices?.addEventListener('devicechange', () => { if (token && !mic) plug(); });
  const release = () => {
    for (const link of links.values()) link.close();
    links.clear();
    for (const track of mic?.getTracks() || []) track.stop();
    mic = null;
    recorder = null;
    music(false);
    sounds.replaceChildren();
    token = '';
    muted = keypad = lost = false;
  };
  const hangUp = async () => {
    const path = '/hang-up';
    const last = say(path, {}, { last: true }).catch(() => {});
    heard({ step: 'ended', cause: 'you' });
    await last;
  };

  const heard = (next) => {
    const before = view;
    if (view.step === 'ended' || (view.step === 'idle' && next.step !== 'ended')) return;
    view = next;
    if (next.step === 'talking' && before.step !== 'talking' && before.step !== 'held') since = Date.now();
    if (next.step === 'ended') {
      release();
    } else {
      music(['waiting', 'ringing', 'held'].includes(next.step) && !recorder);
      connect(next.peers || []);
      listenIn();
    }
    announce(before, next);
    draw();
  };
  /** The connections that there should be, one to each who is spoken with. */
  const connect = (peers) => {
    const there = new Set(peers.map((peer) => peer.id));
    for (const [id, link] of links) if (!there.has(id)) { link.close(); links.delete(id); sounds.querySelector(`[data-peer="${id}"]`)?.remove(); }
    for (const peer of peers) {
      let link = links.get(peer.id);
      if (!link) {
        link = new Link({
          offers: false, servers, track: mic?.getAudioTracks()[0] || null,
          publish: (word) => say('/word', { peer: peer.id, word }).catch(() => {}),
          heard: (stream) => { sound(peer.id).srcObject = stream; sound(peer.id).play().catch(() => {}); },
          changed: () => draw(),
        });
        links.set(peer.id, link);
      }
      link.take(peer.word);
    }
  };
  const sound = (id) => {
    let element = sounds.querySelector(`[data-peer="${id}"]`);
    if (!element) sounds.append((element = h('audio', { 'data-peer': id, autoplay: true })));
    return element;
  };
  /** On hold nobody hears the other: the agent's sound is silent here, and the microphone sends nothing. */
  const listenIn = () => {
    const held = view.step === 'held';
    for (const element of sounds.querySelectorAll('audio')) element.muted = held;
    for (const track of mic?.getAudioTracks() || []) track.enabled = !muted && !held;
  };

  // ---- music while waiting: made here, so that nothing is loaded ------------------------------------------------------

  let context = null;
  let playing = null;
  const CHORDS = [[261.6, 329.6, 392, 493.9], [220, 261.6, 329.6, 392], [174.6, 261.6, 349.2, 440], [196, 246.9, 293.7, 392]];
  const music = (on) => {
    if (on === Boolean(playing)) return;
    if (!on) {
      clearInterval(playing.timer);
      playing.gain.gain.setTargetAtTime(0, context.currentTime, 0.15);
      const { gain } = playing;
      setTimeout(() => gain.disconnect(), 900);
      playing = null;
      return;
    }
    context ||= new AudioContext();
    context.resume();
    const gain = context.createGain();
    gain.gain.value = 0.12;
    gain.connect(context.destination);
    let step = 0;
    const next = () => {
      const chord = CHORDS[Math.floor(step / 4) % CHORDS.length];
      const tone = context.createOscillator();
      const level = context.createGain();
      const now = context.currentTime;
      tone.type = 'triangle';
      tone.frequency.value = chord[[0, 2, 3, 1][step % 4]];
      level.gain.setValueAtTime(0, now);
      level.gain.linearRampToValueAtTime(1, now + 0.04);
      level.gain.exponentialRampToValueAtTime(0.001, now + 1.5);
      tone.connect(level).connect(gain);
      tone.start(now);
      tone.stop(now + 1.6);
      step++;
    };
    next();
    playing = { gain, timer: setInterval(next, 480) };
  };
  /** Says it aloud, by a voice of the device only: others would hand the text to somebody else. */
  const speak = (text) => {
    const voice = window.speechSynthesis?.getVoices().find((one) => one.localService && one.lang.slice(0, 2) === lang);
    if (!voice || !text) return;
    const said = new SpeechSynthesisUtterance(text);
    said.voice = voice;
    said.lang = voice.lang;
    speechSynthesis.cancel();
    speechSynthesis.speak(said);
  };

  // ---- a message instead: recorded only once the visitor presses the button, and kept nowhere here --------------------

  const record = () => {
    const type = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'].find((one) => MediaRecorder.isTypeSupported(one)) || '';
    const made = { media: new MediaRecorder(mic, type ? { mimeType: type, audioBitsPerSecond: 32000 } : {}), at: Date.now(), pieces: 0, sent: Promise.resolve(), keep: true };
    recorder = made;
    made.media.ondataavailable = ({ data }) => {
      if (!data.size) return;
      const n = made.pieces++;
      made.sent = made.sent.then(() => say(`/message/${n}`, null, { bytes: data }));
    };
    made.media.onstop = async () => {
      try {
        await made.sent;
        await say('/message', made.keep ? { pieces: made.pieces, seconds: Math.round((made.end - made.at) / 1000), type: made.media.mimeType } : { pieces: 0 });
      } catch (error) { complain(error); }
      recorder = null;
      draw();
    };
    music(false);
    made.media.start(1000);
    made.limit = setTimeout(() => finish(true), (view.longest_s || 180) * 1000);
    draw();
  };
  const finish = (keep) => {
    if (!recorder || recorder.media.state === 'inactive') return;
    clearTimeout(recorder.limit);
    Object.assign(recorder, { keep, end: Date.now() });
    recorder.media.stop();
    draw();
  };

  // ---- a call-back instead: asked for here, and nothing of it stays on the device -------------------------------------

  let offer = null;
  const wishFor = async () => {
    problem = '';
    try {
      offer = await (await ask('/call-back?language=' + lang)).json();
      view = { step: 'wishing' };
    } catch (error) {
      problem = t('e_' + error.code) || t('e_other');
    }
    draw();
  };
  const sendWish = async (form, word) => {
    const { number, name, note, when, agree } = form;
    const wrong = !number.value.trim() ? [number, 'e_number'] : !agree.checked ? [agree, 'e_agree'] : null;
    for (const one of [number, agree]) one.removeAttribute('aria-invalid');
    problem = wrong ? t(wrong[1]) : '';
    draw();
    if (wrong) {
      wrong[0].setAttribute('aria-invalid', 'true');
      wrong[0].focus();
      return;
    }
    try {
      const chosen = when.selectedOptions[0].textContent;
      await say('/call-back', {
        word, number: number.value.trim(), name: name.value.trim(), note: note.value.trim(), consent: offer.version, language: lang,
        ...(when.value ? { until: when.value } : {}),
      });
      view = { step: 'noted', when: when.value ? chosen + zone() : '' };
    } catch (error) {
      problem = t('e_' + error.code) || t('e_other');
      if (['window_gone', 'other_consent'].includes(error.code)) return wishFor().then(() => { problem = t('e_' + error.code); draw(); });
    }
    draw();
  };
  /** By the clock of the house, which is named where it is not the visitor's. */
  const zone = () => (Intl.DateTimeFormat().resolvedOptions().timeZone === offer.zone ? '' : ` (${offer.zone})`);
  const spell = ({ starts_at, ends_at }) => {
    const day = new Intl.DateTimeFormat(lang, { weekday: 'short', day: 'numeric', month: 'long', timeZone: offer.zone });
    const hour = new Intl.DateTimeFormat(lang, { hour: 'numeric', minute: '2-digit', timeZone: offer.zone });
    const [from, until] = [new Date(starts_at), new Date(ends_at)];
    return `${day.format(from)}, ${hour.format(from)} – ${hour.format(until)}`;
  };

  // ---- the look ----------------------------------------------------------------------------------------------------

  const host = h('div', { id: 'unisono-call' });
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [sheet];
  host.style.setProperty('--brand', S.colour);
  host.style.setProperty('--on-brand', S.ink);
  host.dataset.theme = S.theme;
  host.dataset.side = script.dataset.side || 'right';
  if (wholePage) host.dataset.page = '';

  let isOpen = wholePage;
  const sounds = h('div', { hidden: true });
  const launcher = h('button', { type: 'button', class: 'launcher', 'aria-expanded': 'false', 'aria-controls': 'panel', onclick: () => show(!isOpen) }, icon(PHONE), h('span', {}, t('open')));
  const status = h('p', { class: 'status', role: 'status' });
  const clock = h('p', { class: 'clock', 'aria-hidden': 'true' });
  const news = h('p', { class: 'news', role: 'alert' });
  const body = h('div', { class: 'body' });
  const panel = h('section', { id: 'panel', class: 'panel', role: wholePage ? 'region' : 'dialog', 'aria-label': S.title, hidden: !wholePage, lang },
    // No header element: the page that the button stands on has one of its own.
    h('div', { class: 'head' }, h(wholePage ? 'h1' : 'h2', {}, S.title),
      !wholePage && h('button', { type: 'button', 'aria-label': t('close'), title: t('close'), onclick: () => show(false) }, icon(CLOSE))),
    status, clock, news, body);
  root.append(panel, sounds);
  if (!wholePage) root.append(launcher);

  const field = (label, props) => { const input = h('input', props); return [input, h('label', { class: 'field' }, h('span', {}, label), input)]; };
  const start = () => {
    const [name, nameField] = field(t('name'), { type: 'text', maxlength: 60, autocomplete: 'name' });
    const [number, numberField] = field(t('number'), { type: 'tel', maxlength: 30, autocomplete: 'tel' });
    return h('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); call(name.value.trim(), number.value.trim()); } },
      nameField, numberField, h('p', { class: 'notice' }, t('notice') + ' ', S.privacy && h('a', { href: S.privacy, target: '_blank', rel: 'noopener' }, t('privacy'))),
      h('button', { class: 'primary' }, icon(PHONE), t('call')),
      S.callBack && button(t('call_back'), 'quiet', wishFor));
  };
  const wish = () => {
    const [number, numberField] = field(t('call_back_number'), { type: 'tel', maxlength: 30, autocomplete: 'tel', required: true });
    const [name, nameField] = field(t('name'), { type: 'text', maxlength: 60, autocomplete: 'name' });
    const when = h('select', {}, h('option', { value: '' }, t('soon')), offer.windows.map((one) => h('option', { value: one.ends_at }, spell(one))));
    const note = h('textarea', { maxlength: 500, rows: 3 });
    const agree = h('input', { type: 'checkbox', required: true });
    const word = random();
    const form = { number, name, note, when, agree };
    return h('form', { novalidate: true, onsubmit: (event) => { event.preventDefault(); sendWish(form, word); } },
      numberField, h('label', { class: 'field' }, h('span', {}, t('when') + zone()), when), nameField,
      h('label', { class: 'field' }, h('span', {}, t('about')), note),
      h('label', { class: 'agree' }, agree, h('span', {}, offer.consent, ' ', S.privacy && h('a', { href: S.privacy, target: '_blank', rel: 'noopener' }, t('privacy')))),
      h('button', { class: 'primary' }, t('call_back_send')), button(t('back'), 'quiet', idle));
  };
  const idle = () => { view = { step: 'idle' }; problem = ''; draw(); };
  const message = () => [
    h('p', { class: 'notice' }, recorder ? t('message_on') : t('message_notice', { minutes: Math.max(1, Math.round((view.longest_s || 180) / 60)) })),
    h('div', { class: 'row' },
      recorder ? [button(t('message_send'), 'primary', () => finish(true)), button(t('message_drop'), 'quiet', () => finish(false))]
        : button(t('message_record'), 'primary', record)),
  ];
  const keys = (which = [...'123456789*0#']) => h('div', { class: 'keys', role: 'group', 'aria-label': t('keypad') },
    which.map((key) => button(key, 'key', () => press(key))));
  /** A key goes to the house, and who is spoken with hears it. */
  const press = (key) => {
    if (view.step === 'talking') for (const link of links.values()) link.press(key);
    return tell('/key', { key });
  };
  const consent = () => h('div', { class: 'ask', role: 'group', 'aria-label': t('record_ask') },
    h('p', {}, t('record_ask')), h('p', { class: 'notice' }, t('record_notice')),
    h('div', { class: 'row' }, button(t('record_yes'), 'primary', () => tell('/key', { key: view.keys[0] })), button(t('record_no'), 'quiet', () => tell('/key', { key: view.keys[1] }))));
  const hangUpButton = () => button([icon(PHONE), t('hang_up')], 'end', hangUp);

  /** What can be done now. `mark` says when it has to be made anew: what somebody writes must not vanish under the hand. */
  const shown = () => {
    const step = view.step;
    if (step === 'idle') return ['idle', () => [start()]];
    if (step === 'starting') return ['starting', () => []];
    if (step === 'ended') return ['ended', () => [button([icon(PHONE), t('again')], 'primary', idle), S.callBack && button(t('call_back'), 'quiet', wishFor)]];
    if (step === 'wishing') return ['wishing' + JSON.stringify(offer), () => [wish()]];
    if (step === 'noted') return ['noted', () => [button(t('back'), 'quiet', idle)]];
    if (step === 'message') return ['message' + Boolean(recorder), () => [message(), !recorder && hangUpButton()]];
    if (step === 'prompt') return ['prompt' + JSON.stringify(view.keys), () => [view.keys?.length > 0 && keys(view.keys), hangUpButton()]];
    if (step === 'waiting' || step === 'ringing') return ['waiting', () => [hangUpButton()]];
    return [`talk${muted}${keypad}${view.ask}`, () => [
      view.ask === 'consent' && view.keys?.length > 1 && consent(),
      h('div', { class: 'row' },
        button(muted ? t('unmute') : t('mute'), 'quiet', () => { muted = !muted; listenIn(); draw(); }, { 'aria-pressed': String(muted) }),
        button(t('keypad'), 'quiet', () => { keypad = !keypad; draw(); }, { 'aria-expanded': String(keypad) })),
      keypad && keys(), hangUpButton()]];
  };
  /** Whoever listens in is announced before they hear anything, and shown for as long as they do. */
  const isHeard = (so) => so.listening || so.ask === 'listening';
  const words = () => {
    switch (view.step) {
      case 'idle': return t('ready');
      case 'wishing': return t('wishing');
      case 'noted': return view.when ? t('noted_at', { when: view.when }) : t('noted');
      case 'starting': return t('starting');
      case 'prompt': return (view.says || []).join(' ');
      case 'ringing': return t('ringing');
      case 'waiting': {
        // The house's own words, in the line's language, or ours in the page's while there are none.
        const place = view.position ? t('position', { n: view.position }) : t('waiting');
        return view.says?.length ? view.says.join(' ') : place;
      }
      case 'held': return t('held');
      case 'message': return (view.says || []).join(' ') || t('message_time');
      case 'ended': return t('ended_' + view.cause) || t('ended');
      default: {
        const names = (view.peers || []).map((peer) => peer.name).filter(Boolean).join(', ');
        const up = [...links.values()].some((link) => link.state === 'up');
        const talk = up ? t(names ? 'talking_with' : 'talking', { name: names }) : t(links.size && [...links.values()].some((l) => l.state === 'broken') ? 'broken' : 'connecting');
        const facts = [view.recording === 'on' && t('recording_on'), view.recording === 'paused' && t('recording_paused'), isHeard(view) && t('listening')];
        return [talk, ...facts.filter(Boolean)].join(' ');
      }
    }
  };
  const announce = (before, next) => {
    if (['prompt', 'message', 'waiting'].includes(next.step) && (before.step !== next.step || before.says?.join() !== next.says?.join())) speak(words());
    else if (next.ask === 'consent' && before.ask !== 'consent') speak(t('record_ask'));
    else if (isHeard(next) && !isHeard(before)) speak(t('listening'));
  };
  let drawn = '';
  const draw = () => {
    const text = lost && isLive() ? t('lost') : words();
    if (status.textContent !== text) status.textContent = text;
    if (news.textContent !== problem) news.textContent = problem;
    host.dataset.step = view.step;
    launcher.querySelector('span').textContent = isLive() ? t('open_live') : t('open');
    launcher.setAttribute('aria-expanded', String(isOpen));
    const [mark, make] = shown();
    if (mark === drawn) return;
    const had = body.contains(root.activeElement);
    const label = had ? root.activeElement.textContent : '';
    body.replaceChildren(...make().flat().filter(Boolean));
    drawn = mark;
    // Who works by keyboard stays where they were, or comes to the first thing that can be done.
    if (had) ([...body.querySelectorAll('button, input')].find((one) => one.textContent && one.textContent === label) || body.querySelector('button, input'))?.focus();
  };
  const show = (on) => {
    isOpen = on;
    panel.hidden = !on;
    draw();
    if (on) body.querySelector('input, button')?.focus(); else launcher.focus();
  };
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !wholePage) { show(false); return; }
    if (!/^[0-9*#]$/.test(event.key) || event.target.matches('input') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (['prompt', 'waiting', 'talking'].includes(view.step)) { event.preventDefault(); press(event.key); }
  });
  setInterval(() => {
    const from = recorder ? recorder.at : ['talking', 'held'].includes(view.step) ? since : 0;
    clock.textContent = from ? span((Date.now() - from) / 1000) : '';
  }, 500);
  // Who closes the page hangs up.
  addEventListener('pagehide', () => { if (token && isLive()) hangUp(); });

  const begin = () => {
    (wholePage && document.getElementById('call') || document.body).append(host);
    draw();
  };
  if (document.body) begin(); else addEventListener('DOMContentLoaded', begin);
})();
