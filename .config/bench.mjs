// Runs the benchmark: what is below test/bench is TypeScript, and so are the servers that it starts.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'node_modules/.cache/gomodel-bench');
const servers = readdirSync(join(root, 'test/bench/servers')).map((file) => `test/bench/servers/${file}`);

await build({
  absWorkingDir: root,
  entryPoints: ['test/bench/main.ts', ...servers],
  outdir,
  outbase: 'test/bench',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});

const { main } = await import(pathToFileURL(join(outdir, 'main.mjs')).href);
await main(join(outdir, 'servers'), root);
