// Choosing who one is: pick somebody who is there, or make somebody up.

import { avatar, h, icon } from './dom.js';
import { t } from './texts.js';
import { ask, become } from './api.js';
import { state, toast } from './state.js';

const FIRST = ['Marlies', 'Enno', 'Yasemin', 'Tjark', 'Gesa', 'Ole', 'Rieke', 'Mehmet', 'Swantje', 'Hauke', 'Jolanta', 'Fiete', 'Amira', 'Birte', 'Keno', 'Paula', 'Nils', 'Elif', 'Wiebke', 'Cem', 'Antje', 'Jonte', 'Zofia', 'Malte'];
const LAST = ['Hinrichsen', 'Tönjes', 'Aydın', 'Brodersen', 'Wübbena', 'Kowalski', 'Petersen', 'Demirci', 'Onken', 'Thomsen', 'Nowak', 'Behrens', 'Lührs', 'Harms', 'Özkan', 'Claasen', 'Jürgens', 'Freese', 'Siemers', 'Eckhoff'];
const roll = (list) => list[Math.floor(Math.random() * list.length)];

/** Shows the dialog; settles when somebody was chosen or it was closed. */
export const choosePerson = () => new Promise((settle) => {
  const name = h('input', { type: 'text', maxlength: 60, required: true, autocomplete: 'off', id: 'new-name' });
  const search = h('input', { type: 'search', 'aria-label': t('search'), placeholder: t('search') });
  const list = h('ul', { class: 'people' });
  const empty = h('p', { class: 'muted', role: 'status' });
  let people = [];
  const enter = async (work) => {
    try {
      const { account, token } = await work();
      become(token);
      state.me = account;
      dialog.close();
    } catch (error) {
      toast(t('error', { text: error.message }));
    }
  };
  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    const found = people.filter((one) => !wanted || `${one.name} ${one.handle}`.toLowerCase().includes(wanted)).slice(0, 40);
    list.replaceChildren(...found.map((one) => h('li', {}, h('button', { type: 'button', onclick: () => enter(() => ask(`people/${one.id}/enter`, { method: 'POST' })) },
      avatar(one, 's'), h('span', {}, h('bdi', {}, one.name)), h('span', { class: 'handle' }, `@${one.handle}`)))));
    empty.textContent = found.length || !people.length ? '' : t('nobody_found');
  };
  const form = h('form', { class: 'invent' }, h('label', { for: 'new-name' }, t('make_up')),
    h('div', { class: 'line' }, name, h('button', { type: 'button', class: 'tool', 'aria-label': t('dice'), title: t('dice'), onclick: () => { name.value = `${roll(FIRST)} ${roll(LAST)}`; } }, icon('dice')),
      h('button', { class: 'primary' }, t('become'))));
  const dialog = h('dialog', { class: 'who', 'aria-labelledby': 'who-title' },
    h('header', {}, h('h2', { id: 'who-title' }, t('who')), h('button', { type: 'button', class: 'tool', 'aria-label': t('close'), onclick: () => dialog.close() }, icon('close'))),
    h('p', { class: 'muted' }, t('who_text')), form, h('h3', {}, t('choose')), search, list, empty);
  form.addEventListener('submit', (event) => { event.preventDefault(); enter(() => ask('people', { method: 'POST', json: { name: name.value } })); });
  search.addEventListener('input', draw);
  dialog.addEventListener('close', () => { dialog.remove(); settle(); });
  document.body.append(dialog);
  dialog.showModal();
  name.value = `${roll(FIRST)} ${roll(LAST)}`;
  name.focus();
  name.select();
  ask('people').then((found) => { people = found; draw(); }, () => {});
});
