// Elements and icons. What people wrote only ever becomes text nodes, so none of it can become markup.

const SVG = 'http://www.w3.org/2000/svg';

export const h = (tag, props = {}, ...children) => {
  const element = tag === 'svg' || tag === 'path' ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
};

const ICONS = {
  home: 'M3 11l9-8 9 8M6 9v11h12V9',
  mail: 'M3 6h18v13H3zM3 7l9 7 9-7',
  reply: 'M21 12a8 8 0 0 1-8 8H4l2-4a8 8 0 1 1 15-4z',
  picture: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9v.01',
  pen: 'M4 20l1-4L16 5l3 3L8 19z',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  back: 'M15 5l-7 7 7 7',
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M4 12l16-8-6 16-3-7z',
  check: 'M6 12.500l4 4 8-9',
  down: 'M6 9l6 6 6-6',
  dice: 'M4 4h16v16H4zM8.500 8.500v.01M15.500 15.500v.01M12 12v.01',
  at: 'M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM16 8v6a3 3 0 0 0 5 0v-2a9 9 0 1 0-4 7.500',
};

export const icon = (name) => h('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: `icon ${name}` }, h('path', { d: ICONS[name] }));

/** Letters on a colour of somebody's own; companies have the network's colour and a corner. */
export const avatar = (account, size = 'm') => {
  const words = (account.name || '?').split(/[\s_-]+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] || '?').slice(0, 2);
  const element = h('span', { class: `avatar ${size} ${account.company ? 'company' : ''}`, 'aria-hidden': 'true' }, letters.toUpperCase());
  let number = 7;
  for (const character of account.id + account.handle) number = (number * 31 + character.charCodeAt(0)) % 3600;
  element.style.setProperty('--hue', String(number % 360));
  return element;
};

/** Puts nodes in order into a list; what is unchanged (same key, same signature) stays where it is. */
export const fill = (list, entries) => {
  const known = new Map(Array.from(list.children, (node) => [node.dataset.key, node]));
  const nodes = entries.map(({ key, what, make }) => {
    const old = known.get(key);
    if (old && old.dataset.what === what) return old;
    const node = make(old);
    node.dataset.key = key;
    node.dataset.what = what;
    return node;
  });
  const kept = new Set(nodes);
  for (const node of Array.from(list.children)) if (!kept.has(node)) node.remove();
  nodes.forEach((node, place) => { if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null); });
};
