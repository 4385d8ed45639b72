import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { prefixOf } from '../../guard/peer-of.ts';
import { compressFile, compressPage, type PageFile, type PageFiles, readPage } from './load-page.ts';

export const PAGE_BASE = '/admin/dashboard/';

const chooseCoding = ({ headers }: IncomingMessage): 'br' | 'gzip' | 'identity' => {
  const accepted = String(headers['accept-encoding'] ?? '').toLowerCase();
  const elements = accepted.split(',').map((element) => element.split(';').map((part) => part.trim()));
  // A weight of zero means: not this one (RFC 9110 §12.5.3).
  const takes = (coding: string): boolean =>
    elements.some(
      ([name, weight]) => name === coding && (weight === undefined || Number(weight.slice('q='.length)) > 0),
    );
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
};

const send = (file: PageFile, request: IncomingMessage, response: ServerResponse): void => {
  const coding = chooseCoding(request);
  const headers = {
    'content-type': file.type,
    // The page itself is asked for anew each time; a file whose name is its hash, never again.
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    etag: file.etag,
  };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const bytes = file[coding];
  response.writeHead(200, {
    ...headers,
    'content-length': bytes.length,
    ...(coding === 'identity' ? {} : { 'content-encoding': coding }),
  });
  response.end(bytes);
};

/** The page where a proxy has taken a prefix off its paths. Few ask for it there, so it is made each time: 1 KB. */
const behind = (prefix: string, { identity }: PageFile): Promise<PageFile> => {
  const text = identity.toString('utf8').replaceAll(`"${PAGE_BASE}`, `"${prefix}${PAGE_BASE}`);
  return compressFile('index.html', Buffer.from(text));
};

/** A path of the page's own, such as `audit` or `sessions/0199…`, and not that of a file. */
const isRoute = (name: string): boolean => !/\.[a-z0-9]+$/i.test(name.slice(name.lastIndexOf('/') + 1));

/**
 * Answers below `/admin/dashboard/` from the built page; its own routes are all its `index.html`. The page is
 * read at the start, since an update may replace the files while the gateway runs, and compressed when somebody
 * first asks for it.
 * @throws GatewayError unknown_route, internal_error where the page was not built
 */
export const createServePage = (folder: string) => {
  let page = readPage(folder);
  let compressed: Promise<PageFiles> | undefined;
  const load = async (): Promise<PageFiles | undefined> => {
    // It may have been built meanwhile.
    page ??= readPage(folder);
    if (page) compressed ??= compressPage(page);
    return compressed;
  };
  return async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const files = await load();
    if (!files) {
      throw new GatewayError(
        'internal_error',
        'the dashboard was not built. Run `npm run build` in the checkout, or install the package again.',
      );
    }
    const name = path.slice(PAGE_BASE.length);
    const file = files.get(name) ?? (isRoute(name) ? files.get('index.html') : undefined);
    if (!file) throw new GatewayError('unknown_route', `the dashboard has no file ${name.slice(0, 100)}.`);
    const prefix = prefixOf(request);
    const isPage = prefix !== '' && file === files.get('index.html');
    send(isPage ? await behind(prefix, file) : file, request, response);
  };
};
