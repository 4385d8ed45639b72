import { hash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { escapeHtml } from '../../base/escape-html.ts';

const STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:12vh auto;padding:0 1.5rem}
h1{font-size:1.25rem}
input,button{font:inherit;padding:.5rem .75rem;border-radius:.375rem;border:1px solid GrayText}
input{width:14rem;letter-spacing:.1em;text-transform:uppercase}
button{cursor:pointer;margin-right:.5rem}
.code{font:1.5rem ui-monospace,monospace;letter-spacing:.1em}
.dim{opacity:.75}`;

const STYLE_HASH = hash('sha256', STYLE, 'base64');

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  // With no-referrer, browsers would say of a form that it comes from nowhere (`Origin: null`).
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Markup of our own, with whatever is put into it escaped. */
export interface Markup {
  readonly html: string;
}

export const markup = (
  parts: TemplateStringsArray,
  ...values: ReadonlyArray<string | Markup | undefined>
): Markup => ({
  html: parts.reduce((html, part, place) => {
    const value = values[place - 1];
    const shown = value === undefined ? '' : typeof value === 'string' ? escapeHtml(value) : value.html;
    return html + shown + part;
  }),
});

interface Page {
  readonly title: string;
  readonly body: Markup;
  readonly status?: number;
  readonly cookies?: readonly string[];
  /** Where the browser goes on to by itself. */
  readonly goesTo?: string;
}

/** Answers with a page that needs no script. */
export const sendPage = (
  response: ServerResponse,
  { title, body, status = 200, cookies = [], goesTo }: Page,
): void => {
  const refresh =
    goesTo === undefined ? undefined : markup`<meta http-equiv="refresh" content="0;url=${goesTo}">`;
  const page = markup`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${refresh}
<title>${title}</title><style>${{ html: STYLE }}</style></head>
<body><h1>${title}</h1>
${body}
</body></html>
`;
  response.writeHead(status, { ...HEADERS, ...(cookies.length > 0 && { 'set-cookie': [...cookies] }) });
  response.end(page.html);
};

/** Tells a person why they cannot go on. @param message a whole sentence */
export const sendRefusalPage = (
  response: ServerResponse,
  status: number,
  message: string,
  cookies: readonly string[] = [],
): void => {
  const told = `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}`;
  sendPage(response, { title: 'Not signed in', body: markup`<p>${told}</p>`, status, cookies });
};
