import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';

/** A file of the page in the codings that browsers take. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  /** True for a file whose name changes with its content. */
  readonly isHashed: boolean;
  readonly identity: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
}

/** By the path below the page's base, such as `assets/index-B3x.js`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Two folders up from `src/admin`, and from `dist/cli`, into which it is bundled. */
const ROOT = /[\\/]src[\\/]admin[\\/]page[\\/]/.test(import.meta.url) ? '../../../' : '../../';
export const PAGE_FOLDER = fileURLToPath(new URL(`${ROOT}dist/dashboard/`, import.meta.url));

const loadFile = async (folder: string, name: string): Promise<PageFile> => {
  const identity = await readFile(join(folder, name));
  return {
    type: TYPES[extname(name)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    isHashed: name.startsWith('assets/'),
    identity,
    gzip: await promisify(gzip)(identity, { level: 9 }),
    br: await promisify(brotliCompress)(identity),
  };
};

/**
 * Reads the built page into memory, compressed once: some 150 KB.
 * @returns undefined where it was not built
 */
export const loadPage = async (folder: string): Promise<PageFiles | undefined> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll('\\', '/'))
    .map((name) => name.replace(/^\//, ''));
  if (!names.includes('index.html')) return undefined;
  const files = await Promise.all(names.map(async (name) => [name, await loadFile(folder, name)] as const));
  return new Map(files);
};
