import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const PACKAGE = fileURLToPath(new URL('../node_modules/dejavu-fonts-ttf/', import.meta.url));
const FILES: [from: string, to: string][] = [['ttf/DejaVuSans.ttf', 'DejaVuSans.ttf'], ['ttf/DejaVuSans-Bold.ttf', 'DejaVuSans-Bold.ttf'], ['LICENSE', 'DejaVu-LICENSE.txt']];

/** Put the typeface of reports as PDF beside the desk, with its licence: the server reads it there, no browser asks for it. */
export function reportFonts(): Plugin {
  return {
    name: 'unisono-report-fonts',
    apply: 'build',
    generateBundle() {
      for (const [from, to] of FILES) this.emitFile({ type: 'asset', fileName: `report-fonts/${to}`, source: readFileSync(PACKAGE + from) });
    },
  };
}
