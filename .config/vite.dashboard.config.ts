import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: at('../src/dashboard'),
  base: '/admin/dashboard/',
  // Scripts find each other where they are: a proxy may have a prefix of its own before the path.
  experimental: {
    renderBuiltUrl: (_file, { hostType }) => (hostType === 'js' ? { relative: true } : undefined),
  },
  cacheDir: at('../node_modules/.cache/vite-dashboard'),
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    outDir: at('../dist/dashboard'),
    emptyOutDir: true,
    target: 'es2022',
    // The page runs under a policy without inline scripts and styles: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
