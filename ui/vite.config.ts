import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { fluent } from './dev/fluent-plugin.ts';
import { reportFonts } from './dev/fonts-plugin.ts';
import { titles } from './dev/titles-plugin.ts';
import { worker } from './dev/worker-plugin.ts';

export default defineConfig({
  // Texts after svelte: they wait in what was compiled.
  plugins: [svelte(), fluent(), worker(), titles(), reportFonts()],
  base: '/',
  build: {
    outDir: '../src/unisono/web/static',
    emptyOutDir: true,
    // Small files would become data: addresses, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
// Few files at first: browsers open six connections, and small files pack badly.
          groups: [
            { name: 'svelte', test: /node_modules[\\/](svelte|esm-env|clsx|@fluent)[\\/]/, priority: 3 },
            { name: 'overlays', test: /node_modules[\\/](?!@lucide|simple-icons)|src[\\/]lib[\\/]ui[\\/](Dialog|Menu)\.svelte/, priority: 2 },
            { name: 'desk', test: /node_modules[\\/]@lucide|node_modules[\\/]simple-icons|src[\\/]lib[\\/](?!ui[\\/](Tabs|resource))/, priority: 1, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: process.env.UNISONO_API ?? 'http://127.0.0.1:8787' } },
  },
  test: { include: ['src/**/*.test.ts', 'tests/**/*.test.ts'], environment: 'node' },
});
