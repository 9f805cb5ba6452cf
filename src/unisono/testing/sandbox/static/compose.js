// Writing: posts, answers, messages and changes all use this one form.

import { h, icon } from './dom.js';
import { t } from './texts.js';
import { length } from './count.js';
import { ask } from './api.js';
import { asSomebody, state, toast } from './state.js';

/** Makes the form. `target`: what the server needs beside the text. `done` gets what the server made of it. */
export const composer = ({ label, action, target = {}, done, cancel, direct = false, edit = null, mention = null, page = false }) => {
  const most = direct ? state.face.max_direct : state.face.max_text;
  const textarea = h('textarea', { rows: direct ? 1 : 2, placeholder: label, 'aria-label': label });
  if (edit) textarea.value = edit.text;
  const counter = h('span', { class: 'counter' });
  const counterSpoken = h('span', { class: 'hidden', role: 'status' });
  const submit = h('button', { class: 'primary' }, direct ? icon('send') : null, direct ? h('span', { class: 'hidden' }, action) : action);
  const preview = h('div', { class: 'preview', hidden: true });
  const input = h('input', { type: 'file', accept: state.face.media_types.join(), class: 'hidden', tabindex: '-1', 'aria-label': t('picture') });
  const alt = h('input', { type: 'text', maxlength: 1000, placeholder: t('alt'), 'aria-label': t('alt') });
  let file = null;
  let busy = false;

  const show = (chosen) => {
    file = chosen;
    preview.hidden = !file;
    preview.replaceChildren();
    if (!file) return update();
    const image = h('img', { alt: '' });
    image.src = URL.createObjectURL(file);
    preview.append(image, h('div', {}, alt, h('button', { type: 'button', class: 'quiet', onclick: () => { input.value = ''; show(null); } }, t('remove_picture'))));
    return update();
  };
  const update = () => {
    const used = direct ? Array.from(textarea.value).length : length(textarea.value, state.face);
    const left = most - used;
    counter.textContent = left < most / 3 || left < 60 ? String(left) : '';
    counter.dataset.over = String(left < 0);
    if (left < 0) counterSpoken.textContent = t('over', { n: -left });
    else if (left === 20) counterSpoken.textContent = t('left', { n: left });
    submit.disabled = busy || left < 0 || (!textarea.value.trim() && !file);
    textarea.style.height = 'auto';
    textarea.style.height = `${Math.min(textarea.scrollHeight + 2, 320)}px`;
  };
  const pages = page && state.companies.length > 1
    ? h('select', { 'aria-label': t('to') }, state.companies.map((one) => h('option', { value: one.id }, one.name))) : null;
  const insert = (text) => {
    const before = textarea.value.slice(0, textarea.selectionStart);
    textarea.setRangeText(`${before && !before.endsWith(' ') ? ' ' : ''}${text} `, textarea.selectionStart, textarea.selectionEnd, 'end');
    textarea.focus();
    update();
  };
  const form = h('form', { class: `composer ${direct ? 'direct' : ''}` }, textarea, preview,
    h('div', { class: 'tools' },
      edit ? null : [h('button', { type: 'button', class: 'tool', 'aria-label': t('picture'), title: t('picture'), onclick: () => input.click() }, icon('picture')), input],
      mention ? h('button', { type: 'button', class: 'chip', 'aria-label': t('mention', { name: mention.name }), onclick: () => insert(`@${mention.handle}`) }, icon('at'), mention.handle) : null,
      pages, h('span', { class: 'space' }), counter, counterSpoken,
      cancel ? h('button', { type: 'button', class: 'quiet', onclick: cancel }, t('cancel')) : null, submit));

  textarea.addEventListener('input', update);
  textarea.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.isComposing && (event.metaKey || event.ctrlKey || (direct && !event.shiftKey))) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === 'Escape' && cancel) { event.stopPropagation(); cancel(); }
  });
  textarea.addEventListener('paste', (event) => {
    const pasted = Array.from(event.clipboardData.files).find((one) => state.face.media_types.includes(one.type));
    if (pasted && !edit) { event.preventDefault(); show(pasted); }
  });
  input.addEventListener('change', () => show(input.files[0] ?? null));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (submit.disabled) return;
    busy = true;
    update();
    try {
      const item = await asSomebody(() => {
        if (edit) return ask(`items/${edit.id}`, { method: 'PATCH', json: { text: textarea.value.toWellFormed() } });
        const fields = new FormData();
        const all = { text: textarea.value, ...target, ...(page && state.companies.length ? { page: pages?.value ?? state.companies[0].id } : {}) };
        for (const [name, value] of Object.entries(all)) fields.append(name, value);
        if (file) { fields.append('file', file); fields.append('alt', alt.value); }
        return ask('items', { method: 'POST', form: fields });
      });
      if (item) {
        textarea.value = '';
        alt.value = input.value = '';
        show(null);
        done(item);
      }
    } catch (error) {
      toast(t('error', { text: error.message }));
    }
    busy = false;
    update();
  });
  update();
  form.focusText = () => textarea.focus();
  return form;
};
