// What the page knows: the network, who the visitor is, and how to tell people things.

import { h } from './dom.js';

export const state = { face: null, me: null, companies: [], unread: 0, go: () => {}, refresh: () => {}, choosePerson: async () => {} };

const status = document.getElementById('news');
const toastBox = document.getElementById('toast');

/** For those who hear the page. */
export const announce = (text) => { status.textContent = ''; setTimeout(() => { status.textContent = text; }, 50); };

let hide = 0;
export const toast = (text) => {
  toastBox.replaceChildren(h('p', {}, text));
  clearTimeout(hide);
  hide = setTimeout(() => toastBox.replaceChildren(), 6000);
};

/** Asks who the visitor is before something is done in their name. */
export const asSomebody = async (work) => {
  if (!state.me) await state.choosePerson();
  return state.me ? work() : undefined;
};
