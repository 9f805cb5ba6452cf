import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

const QUERY = '?title';

/** `import title from './page.md?title'` gives a page's first heading: lists of pages need no page for their names. */
export function titles(): Plugin {
  return {
    name: 'unisono-titles',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith(QUERY)) return null;
      const path = id.slice(0, -QUERY.length);
      this.addWatchFile(path);
      const heading = /^# (.+)$/m.exec(readFileSync(path, 'utf8'));
      if (!heading) throw new Error(`${path} has no heading.`);
      return `export default ${JSON.stringify(heading[1])};`;
    },
  };
}
