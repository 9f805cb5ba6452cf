import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const WORKER = fileURLToPath(new URL('../src/worker/worker.js', import.meta.url));
const PUBLIC = fileURLToPath(new URL('../public/', import.meta.url));

/** Return the files that stand as they are beside the page, with their content. */
function publicFiles(at = ''): [string, Buffer][] {
  return readdirSync(PUBLIC + at).flatMap((name) => (statSync(PUBLIC + at + name).isDirectory() ? publicFiles(`${at}${name}/`) : [[at + name, readFileSync(PUBLIC + at + name)] as [string, Buffer]]));
}

/**
 * Write `worker.js` with the list of the desk's files, and a version that is another one when any of them is.
 * It lies beside the page and has no hash in its name, because browsers look for a new one at its old address.
 */
export function worker(): Plugin {
  return {
    name: 'unisono-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const beside = publicFiles();
      const shell = ['/', ...Object.keys(bundle).filter((name) => name.startsWith('assets/')).map((name) => `/${name}`), ...beside.filter(([name]) => !name.endsWith('.webmanifest')).map(([name]) => `/${name}`)].sort();
      const hash = createHash('sha256').update(JSON.stringify(shell)).update(readFileSync(WORKER));
      for (const [, content] of beside) hash.update(content);
      const source = readFileSync(WORKER, 'utf8').replace("'__VERSION__'", JSON.stringify(hash.digest('hex').slice(0, 16))).replace('__SHELL__', JSON.stringify(shell));
      this.emitFile({ type: 'asset', fileName: 'worker.js', source });
    },
  };
}
