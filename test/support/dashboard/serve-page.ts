import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** As strict as the gateway's: nothing inline, nothing from elsewhere, no HTML from strings. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

export const BASE = '/admin/dashboard/';

/** Answers a path below BASE from the built page; a route of the page itself is its `index.html`. */
export const servePage = async (folder: string, path: string, response: ServerResponse): Promise<void> => {
  const name = normalize(path.slice(BASE.length)).replace(/^(\.\.[/\\])+/, '');
  const file = extname(name) === '' ? 'index.html' : name;
  const bytes = await readFile(join(folder, file)).catch(() => undefined);
  if (!bytes) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': file.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-cache',
  });
  response.end(bytes);
};
