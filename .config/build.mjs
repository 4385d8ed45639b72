// Bundles src/cli with all that it imports into a few files below dist/cli: Node then reads a handful of
// files instead of hundreds. What only one command needs stays in a file of its own. The dashboard is built
// by itself, into dist/dashboard.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { outputName } from './output-name.mjs';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * zstddec asks `fetch` for the bytes that it carries, which has Node load an HTTP client and the rest of the web
 * with it: 40 ms of each start. Without one, it reads them by itself.
 */
const readOwnBytes = {
  name: 'read-own-bytes',
  setup: ({ onLoad }) =>
    onLoad({ filter: /zstddec\.mjs$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('typeof fetch !== "undefined"', 'false');
      if (contents === text) throw new Error(`${path} no longer asks for fetch: leave this out`);
      return { contents, loader: 'js' };
    }),
};

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli/main.ts'],
  outdir: 'dist/cli',
  bundle: true,
  splitting: true,
  metafile: true,
  sourcemap: process.argv.includes('--maps') ? 'external' : false,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  logLevel: 'warning',
  plugins: [readOwnBytes],
  // What is installed beside the bundle is loaded from there, so that a security fix of it reaches every user.
  // The last two are what ws uses where somebody has installed them.
  external: [...Object.keys(dependencies), 'bufferutil', 'utf-8-validate'],
  // Dependencies in CommonJS ask for Node's own modules by `require`, which a module does not have.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
});

// One other character, in a comment or a regular expression, and the engine keeps the whole file at two bytes
// a character: 2.6 MB more in every process.
for (const path of Object.keys(metafile.outputs).filter((output) => output.endsWith('.js'))) {
  const text = readFileSync(join(root, path), 'utf8');
  const escaped = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(join(root, path), text.replace(/[\u0080-\uffff]/g, escaped));
}

const built = new Set([...Object.keys(metafile.outputs), 'dist/licenses.txt']);
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = outputName(root, join(entry.parentPath, entry.name));
  if (entry.isFile() && !built.has(path) && !path.startsWith('dist/dashboard/')) rmSync(join(root, path));
}

// The bundle holds other people's work: their licences go with it.
const packageFolders = new Set(
  Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
);
const licenseOf = (folder) => {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(join(root, folder, file), 'utf8').trim() : '';
  return `${name} ${version} (${license})\n\n${text}\n`;
};
writeFileSync(
  join(dist, 'licenses.txt'),
  [...packageFolders]
    .sort()
    .map(licenseOf)
    .join(`\n${'-'.repeat(80)}\n\n`),
);
