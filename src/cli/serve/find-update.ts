import { get as getPlainly } from 'node:http';
import { get as getSecurely } from 'node:https';
import { isObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import { isAtLeast } from '../../codex/edit/is-at-least.ts';
import type { ProxySettings } from '../../config/read-proxies.ts';
import { createAgent } from '../../forward/send/create-agent.ts';

/** What npm says of the newest version. */
export const UPDATE_URL = new URL('https://registry.npmjs.org/gomodel-ts/latest');

const WITHIN_MS = 10_000;
const MAX_BYTES = 256 * 1024;

export interface UpdateWish {
  readonly url: URL;
  readonly current: string;
  readonly proxies: ProxySettings;
}

const read = ({ url, proxies }: UpdateWish): Promise<string> =>
  new Promise((resolve, reject) => {
    const agent = createAgent(url, proxies);
    const get = url.protocol === 'http:' ? getPlainly : getSecurely;
    const request = get(url, { agent, signal: AbortSignal.timeout(WITHIN_MS) }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) request.destroy(new Error('the answer is too long'));
      });
      response.once('end', () => resolve(response.statusCode === 200 ? text : ''));
    });
    request.once('error', reject).once('close', () => agent.destroy());
  });

/**
 * Asks whether there is a newer version. Sends nothing but the question; only called where the user wants it.
 * @returns a sentence, or undefined where there is none, or nobody answers
 */
export const findUpdate = async (wish: UpdateWish): Promise<string | undefined> => {
  const answer = parseJson(await read(wish).catch(() => ''));
  const version = isObject(answer) ? nonEmptyString(answer.version) : undefined;
  if (version === undefined || !/^\d{1,5}(?:\.\d{1,5}){2}$/.test(version)) return undefined;
  return isAtLeast(wish.current, version)
    ? undefined
    : `gomodel-ts ${version} is there; this is ${wish.current}. npm install -g gomodel-ts@${version}`;
};
