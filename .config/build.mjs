// Bundles src/cli with all that it imports into a few files below dist/cli: Node then reads a handful of
// files instead of hundreds, and `serve` is ready in half the time. What only one command needs stays in
// a file of its own. The dashboard is built by itself, into dist/dashboard.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/**
 * What Node would warn the user of at the first request: `util._extend` (Object.assign by another name)
 * from Node 22 on, and, outside node_modules, `url.parse` from Node 24 on.
 */
const DEPRECATED = [
  [
    /node_modules\/http-proxy\/lib\/http-proxy\/(?:index|common)\.js$/,
    "require('util')._extend",
    'Object.assign',
  ],
  [
    /node_modules\/http-proxy-middleware\/dist\/path-filter\.js$/,
    'url.parse(uri).pathname',
    "uri.split('?', 1)[0]",
  ],
];

const withoutDeprecated = {
  name: 'without-deprecated',
  setup: ({ onLoad }) => {
    for (const [filter, old, replacement] of DEPRECATED) {
      onLoad({ filter }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes(old)) throw new Error(`${path} has no ${old} any more: look at it again`);
        return { contents: text.replaceAll(old, replacement) };
      });
    }
  },
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
  plugins: [withoutDeprecated],
  // A native module, and two that ws would use if somebody had installed them.
  external: ['@mongodb-js/zstd', 'bufferutil', 'utf-8-validate'],
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
  const path = join(entry.parentPath, entry.name).slice(root.length + 1);
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
