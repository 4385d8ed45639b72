import type { TranslateInto } from '../../../src/forward/send/prepare-request.ts';

/** Into an API that is the client's own, but for its path, its first bytes, and the word `ok`. */
export const translateToy: TranslateInto = ({ model, path, body }, { dialect = 'chat' }) => ({
  dialect,
  path: `/other${path}`,
  body: Buffer.from(`${model}: ${body}`),
  headers: { 'x-dialect': dialect },
  losses: ['web_search tool'],
  answer: (status, contentType) => ({
    contentType: status >= 400 ? 'application/json' : contentType,
    push: (chunk) => Buffer.from(Buffer.from(chunk).toString().replaceAll('"ok"', '"OK"')),
    end: () => Buffer.alloc(0),
  }),
});
